// The words in names of release files.

@testable import Basics
@testable import JSON
@testable import Sketch
import Testing

@Suite struct NameWordsTests {
  /// Names as releases have them: the version, the platform, and what the name begins with.
  @Test(
    arguments: [
      ("kubernetes-client-linux-amd64.tar.gz", nil, "linux/amd64", "kubernetes-client"),
      ("gh_2.55.0_linux_armv6.tar.gz", "2.55.0", "linux/arm/v6", "gh"),
      ("gh_2.55.0_macOS_arm64.zip", "2.55.0", "darwin/arm64", "gh"),
      ("k9s_Linux_x86_64.tar.gz", nil, "linux/amd64", "k9s"),
      ("k9s_Windows_x86-64.tar.gz", nil, "windows/amd64", "k9s"),
      ("node_exporter-1.8.2.linux-mips64le.tar.gz", "1.8.2", "linux/mips64le", "node_exporter"),
      ("etcd-v3.5.0-rc.1-linux-ppc64le.tar.gz", "v3.5.0-rc.1", "linux/ppc64le", "etcd"),
      ("coredns_1.8.3_linux_armv7l.tgz", "1.8.3", "linux/arm/v7", "coredns"),
      ("ripgrep-14.1.0-x86_64-unknown-linux-musl.tar.gz", "14.1.0", "linux/amd64", "ripgrep"),
      ("ripgrep-14.1.0-aarch64-apple-darwin.tar.gz", "14.1.0", "darwin/arm64", "ripgrep"),
      ("x-v1.8.0-alpha.3-14-g0123abc-linux-386.tgz", "v1.8.0-alpha.3-14-g0123abc", "linux/386", "x"),
      ("x-1.2.3+build.5-freebsd-amd64.tgz", "1.2.3+build.5", "freebsd/amd64", "x"),
      ("node-js-tool-1.0-linux-arm64.tar", "1.0", "linux/arm64", "node-js-tool"),
      ("x-1.2.3rc1-linux64.tar", "1.2.3rc1", "linux/amd64", "x"),
      ("x-linux-amd64v3.tar", nil, "linux/amd64/v3", "x"),
      ("x-linux-amd64_v1.tar", nil, "linux/amd64", "x"),
      ("kubernetes-src.tar.gz", nil, nil, "kubernetes-src.tar.gz"),
      ("x-1.2.tar.gz", "1.2", nil, "x"), ("linux", nil, nil, ""), ("", nil, nil, ""),
    ] as [(String, String?, String?, String)])
  func `a name tells version and platform`(name: String, version: String?, platform: String?, lead: String) {
    let words = NameWords(name)
    #expect(words.version?.text == version)
    #expect(words.platform?.description == platform)
    #expect(words.lead == lead)
  }

  @Test func `a known version is found where it stands alone`() {
    #expect(
      NameWords("etcd-v3.5.0-linux-amd64", version: "v3.5.0").template(system: "{os}", architecture: "{arch}")
        == "etcd-{version}-{os}-{arch}")
    #expect(NameWords("x-13.5.01", version: "3.5.0").version == nil)
    #expect(NameWords("a{b}-1.2", version: nil).template(system: nil, architecture: nil) == "a{{b}-{semver}")
  }

  @Test func `texts of several platforms become one template`() {
    var table = PlatformNameTable()
    let names = ["gh_1.0_linux_armv6", "gh_1.0_macOS_x86_64", "gh_1.0_windows_arm64"].map { NameWords($0) }
    let texts = PlatformTexts(names.compactMap { words in words.platform.map { ($0, words) } }, &table)
    #expect(texts.json.text == #""gh_{semver}_{osName}_{archName}""#)
    #expect(table.json?.text == #"{"os":{"darwin":"macOS"},"arch":{"amd64":"x86_64"}}"#)
  }

  @Test func `what no template says is written by platform`() {
    var table = PlatformNameTable()
    let names = ["x_linux_amd64.tar.gz", "x_linux_arm64.tar.gz", "x_windows_amd64.zip"].map { NameWords($0) }
    let texts = PlatformTexts(names.compactMap { words in words.platform.map { ($0, words) } }, &table)
    #expect(texts.json.text == #"{"windows/*":"x_{os}_{arch}.zip","*":"x_{os}_{arch}.tar.gz"}"#)
    #expect(table.json == nil)
    let more = ["x_Linux_amd64", "x_linux_arm64"].map { NameWords($0) }
    let mixed = PlatformTexts(more.compactMap { words in words.platform.map { ($0, words) } }, &table)
    #expect(mixed.json.text == #"{"linux/arm64":"x_{os}_{arch}","*":"x_Linux_{arch}"}"#)
  }

  @Test(
    arguments: [
      (["linux/amd64", "linux/arm64"], #"["linux/*"]"#),
      (["linux/amd64", "windows/amd64"], #"["linux/amd64","windows/*"]"#),
      (["linux/amd64", "linux/arm64", "darwin/arm64"], #"["!windows/*"]"#),
      (["linux/amd64", "linux/arm64", "darwin/arm64", "windows/amd64"], nil),
    ] as [([String], String?)])
  func `a condition has the fewest patterns`(wanted: [String], patterns: String?) {
    let all = ["linux/amd64", "linux/arm64", "darwin/arm64", "windows/amd64"].map(Self.platform)
    #expect(PlatformCondition.patterns(for: wanted.map(Self.platform), of: all)?.text == patterns)
  }

  private static func platform(_ text: String) -> Platform {
    let words = text.split(separator: "/").map(String.init)
    return Platform(os: words[0], architecture: words[1])
  }
}
