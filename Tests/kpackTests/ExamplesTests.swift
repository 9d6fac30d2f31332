// The layouts in docs/examples, packed from stand-ins and compared with what the projects' own definitions give: the
// lists in testdata/examples, which were written by hand from these definitions.

import Foundation
import TestSupport
import Testing

/// A project of docs/examples as its release finds it: built programs and files.
private struct Example: CustomTestStringConvertible {
  let name: String
  let version: String
  /// The folder of the programs, and the path of each below it by its name and the words of its platform.
  let bin: String
  let programs: [String]
  var path: @Sendable (_ program: String, _ os: String, _ architecture: String) -> String = { "\($1)/\($2)/\($0)" }
  let platforms: [String]
  /// Files by path.
  let files: [String]
  /// The checksum files that come with the archives: lists, or the end of those beside each.
  var lists: [String] = []
  var beside: String?
  /// Whether the lists have the folders: goreleaser writes no entries for them.
  var hasFolders = true

  var testDescription: String { name }

  static let all: [Example] = [
    Example(
      name: "gh", version: "v2.60.0", bin: "build", programs: ["gh"],
      platforms: [
        "linux/386", "linux/amd64", "linux/arm/v6", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/386",
        "windows/amd64", "windows/arm64",
      ],
      files: [
        "LICENSE", "README.md", "share/man/man1/gh.1", "share/man/man1/gh-repo.1", "share/man/man1/other.1",
        "share/bash-completion/completions/gh", "share/fish/vendor_completions.d/gh.fish",
        "share/zsh/site-functions/_gh",
      ],
      lists: ["gh_2.60.0_checksums.txt"], hasFolders: false),
    Example(
      name: "k9s", version: "v0.40.0", bin: "build", programs: ["k9s"],
      platforms: [
        "linux/amd64", "linux/arm64", "linux/arm/v7", "linux/ppc64le", "linux/s390x", "freebsd/amd64", "freebsd/arm64",
        "darwin/amd64", "darwin/arm64", "windows/amd64", "windows/arm64",
      ],
      files: ["LICENSE", "README.md", "COPYING", "change_logs/release_v0.40.0.md"], lists: ["checksums.sha256"],
      hasFolders: false),
    Example(
      name: "node_exporter", version: "v1.9.1", bin: ".build", programs: ["node_exporter"],
      path: { "\($1)-\($2)/\($0)" },
      platforms: [
        "linux/386", "linux/amd64", "linux/arm64", "linux/arm/v5", "linux/arm/v6", "linux/arm/v7", "linux/mips",
        "linux/mips64", "linux/mips64le", "linux/mipsle", "linux/ppc64", "linux/ppc64le", "linux/riscv64",
        "linux/s390x",
        "openbsd/amd64", "darwin/amd64", "darwin/arm64", "netbsd/amd64", "netbsd/386",
      ],
      files: ["LICENSE", "NOTICE", "README.md"], lists: ["sha256sums.txt"]),
    Example(
      name: "etcd", version: "v3.6.0", bin: "bin", programs: ["etcd", "etcdctl", "etcdutl"],
      path: { "\($1)_\($2)/\($0)" },
      platforms: [
        "linux/amd64", "linux/arm64", "linux/ppc64le", "linux/s390x", "darwin/amd64", "darwin/arm64", "windows/amd64",
      ],
      files: [
        "README.md", "LICENSE", "etcdctl/README.md", "etcdctl/READMEv2.md", "etcdctl/main.go", "etcdutl/README.md",
        "Documentation/README.md", "Documentation/dev-guide/api.md",
      ], lists: ["SHA256SUMS"]),
    Example(
      name: "coredns", version: "1.12.0", bin: "build", programs: ["coredns"],
      platforms: [
        "darwin/amd64", "darwin/arm64", "windows/amd64", "linux/amd64", "linux/arm", "linux/arm64", "linux/mips64le",
        "linux/ppc64le", "linux/s390x", "linux/mips", "linux/riscv64", "linux/loong64",
      ],
      files: ["LICENSE", "README.md"], beside: ".sha256"),
  ]

  /// A tree with stand-ins.
  func sandbox() throws -> Sandbox {
    let box = try Sandbox()
    for platform in platforms {
      let words = platform.split(separator: "/").map(String.init)
      let suffix = words[0] == "windows" ? ".exe" : ""
      for program in programs {
        let place = "\(bin)/\(path(program, words[0], words[1...].joined()))\(suffix)"
        try box.write(Data(StandIn.program(for: platform, program)), to: place)
      }
    }
    for file in files { try box.write("\(file)\n", to: file) }
    try box.sh("chmod -R u=rwX,go=rX .; find \"$1\" -type f -exec chmod 755 {} +", bin)
    return box
  }

  /// The list of testdata: by the name of an archive its entries, each a path and a mode.
  func listing() throws -> [String: [String]] {
    let path = Self.checkout("testdata/examples/\(name).txt")
    var archives: [String: [String]] = [:]
    var archive = ""
    for line in String(decoding: try Data(contentsOf: path), as: UTF8.self).split(separator: "\n") {
      if line.hasPrefix("#") { continue }
      if line.hasPrefix("  ") {
        archives[archive, default: []].append(String(line.dropFirst(2)))
      } else {
        archive = String(line)
      }
    }
    return archives.mapValues { $0.sorted() }
  }

  static func checkout(_ path: String) -> URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../\(path)")
      .standardizedFileURL
  }
}

@Suite struct ExamplesTests {
  @Test(arguments: Example.all)
  private func `an example gives what the project's own definition gives`(example: Example) throws {
    let box = try example.sandbox()
    let layouts = Example.checkout("docs/examples/\(example.name)").path
    let outcome = try box.kpack(
      "release", "--layouts", layouts, "--bin", example.bin, "--out", "out", "--version", example.version, "--quiet")
    try #require(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    let wanted = try example.listing()
    let sums = example.lists + wanted.keys.compactMap { name in example.beside.map { name + $0 } }
    #expect(try box.names(in: "out") == (wanted.keys + sums).sorted())
    for (name, entries) in wanted {
      let rows = try box.listing(of: "out/\(name)").filter { example.hasFolders || $0["type"] != "dir" }
      let found = rows.map { row in
        "\(row["path"]?.text ?? "")\(row["type"] == "dir" ? "/" : "") \(row["mode"]?.text ?? "")"
      }
      #expect(found.sorted() == entries, "\(name)")
      let isZip = try box.read("out/\(name)").prefix(2) == Data("PK".utf8)
      #expect(isZip == name.hasSuffix(".zip"), "\(name)")
    }
  }

  @Test(arguments: Example.all) private func `an example has no mistakes`(example: Example) throws {
    let box = try Sandbox()
    let layouts = Example.checkout("docs/examples/\(example.name)").path
    let outcome = try box.kpack("layouts", "check", layouts)
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
  }
}
