// Version variables: the rules of conversion, the lookup, the two forms of output.

@testable import Files
@testable import Git
import Glibc
import Testing

private let hash = "84c76d1142ea4d"

/// What kube::version::get_version_vars of v1.7 does with a description; prints version, major and minor.
private let shellRules = #"""
  version=$1 state=$2 major= minor=
  dashes=$(echo "$version" | sed "s/[^-]//g")
  if [[ "$dashes" == "---" ]]; then
    version=$(echo "$version" | sed "s/-\([0-9]\{1,\}\)-g\([0-9a-f]\{14\}\)$/.\1\+\2/")
  elif [[ "$dashes" == "--" ]]; then
    version=$(echo "$version" | sed "s/-g\([0-9a-f]\{14\}\)$/+\1/")
  fi
  if [[ "$state" == "dirty" ]]; then version+="-dirty"; fi
  if [[ "$version" =~ ^v([0-9]+)\.([0-9]+)(\.[0-9]+)?([-].*)?$ ]]; then
    major=${BASH_REMATCH[1]} minor=${BASH_REMATCH[2]}
    if [[ -n "${BASH_REMATCH[4]}" ]]; then minor+="+"; fi
  fi
  printf '%s|%s|%s' "$version" "$major" "$minor"
  """#

private func settled(_ description: String, _ state: String) -> [String?] {
  let variables = VersionVariables(
    commit: "c", treeState: state, version: description, major: nil, minor: nil
  ).settled()
  return [variables.version, variables.major, variables.minor]
}

struct VersionRuleTests {
  @Test(
    arguments: [
      ("v1.7.4", "clean", ["v1.7.4", "1", "7"]),
      ("v1.7.4", "archive", ["v1.7.4", "1", "7"]),
      ("v1.7.4", "dirty", ["v1.7.4-dirty", "1", "7+"]),
      ("v1.8.0-alpha.0", "clean", ["v1.8.0-alpha.0", "1", "8+"]),
      ("v1.1.0-1-g84c76d1142ea4d", "clean", ["v1.1.0-1+84c76d1142ea4d", "1", "1+"]),
      ("v1.1.0-alpha.0-6-g84c76d1142ea4d", "clean", ["v1.1.0-alpha.0.6+84c76d1142ea4d", "1", "1+"]),
      ("v1.1.0-alpha.0-6-g84c76d1142ea4d", "dirty", ["v1.1.0-alpha.0.6+84c76d1142ea4d-dirty", "1", "1+"]),
      ("v1.1.0+build", "clean", ["v1.1.0+build", nil, nil]),
      ("nightly", "dirty", ["nightly-dirty", nil, nil]),
    ] as [(String, String, [String?])])
  func `a description becomes a semantic version`(_ description: String, _ state: String, _ expected: [String?]) {
    #expect(settled(description, state) == expected)
  }

  @Test(.enabled(if: access("/bin/bash", X_OK) == 0 && access("/bin/sed", X_OK) == 0, "needs bash and sed"))
  func `the rules are those of the shell script`() throws {
    let descriptions = [
      "v1.7.4", "v1.7", "v1", "v1.", "v.1", "v1.7.", "v1.7.4.5", "v01.007", "1.7.4", "xv1.7", "v1.7.4-", "v1.7-rc.1",
      "v1.7.4-beta.0", "v1.7.4+x", "v1.7.4 ", "v1.7x", "v1.7.4-1-g\(hash)", "v1.7.4-1-g\(hash)0", "v1.7.4-1-g84c76d",
      "v1.7.4-1-gX4c76d1142ea4d", "v1.7.4-1-h\(hash)", "v1.7.4-1-g\(hash.uppercased())", "v1.7.4-x-g\(hash)",
      "v1.7.4-beta.0-12-g\(hash)", "v1.7.4-beta.0-x-g\(hash)", "v1.7.4-beta.0-1x-g\(hash)", "v1.7.4-beta--g\(hash)",
      "v1.7.4-beta.0-1-\(hash)", "a-b-c-1-g\(hash)", "v1-2-3-4", "v1.7-g\(hash)", "v1.7--g\(hash)", "-1-g\(hash)",
      "---", "--", "-g\(hash)", "g\(hash)", "v1.7-\u{E9}-g\(hash)", "",
    ]
    for description in descriptions where !description.isEmpty {
      for state in ["clean", "dirty"] {
        let words = ["-c", shellRules, "bash", description, state].map { Array($0.utf8) }
        let output = try ChildProcess("bash", words, environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C"]).collect()
          .output
        let ours = settled(description, state).map { $0 ?? "" }.joined(separator: "|")
        #expect(ours == String(decoding: output, as: UTF8.self))
      }
    }
  }
}

struct VersionOutputTests {
  private let release = VersionVariables(
    commit: "793658f2d7ca7f064d2bdf606519f9fe1229c381", treeState: "clean", version: "v1.7.4", major: "1", minor: "7")

  @Test func `assignments are those of save_version_vars`() {
    #expect(
      release.assignments == """
        KUBE_GIT_COMMIT='793658f2d7ca7f064d2bdf606519f9fe1229c381'
        KUBE_GIT_TREE_STATE='clean'
        KUBE_GIT_VERSION='v1.7.4'
        KUBE_GIT_MAJOR='1'
        KUBE_GIT_MINOR='7'

        """)
  }

  @Test(arguments: ["v1", "it's", "'", "'''", "a\nb", "$(x) `y` \\ \"", "\u{E9}\t ", "#", ""])
  func `what is written is read back`(_ text: String) throws {
    let written = VersionVariables(
      commit: text.isEmpty ? nil : text, treeState: nil, version: text + "v", major: "\(text)'", minor: nil)
    let variables = try VersionFile.variables(in: Array(written.assignments.utf8), file: "f")
    #expect(VersionVariables(variables: variables) == written)
  }

  @Test func `linker flags set every value in every package`() {
    let flags = [
      "buildDate=2017-08-17T08:30:51Z", "gitCommit=793658f2d7ca7f064d2bdf606519f9fe1229c381", "gitTreeState=clean",
      "gitVersion=v1.7.4", "gitMajor=1", "gitMinor=7",
    ]
    let pairs = flags.map {
      "-X k8s.io/kubernetes/pkg/version.\($0) -X k8s.io/kubernetes/vendor/k8s.io/client-go/pkg/version.\($0)"
    }
    #expect(release.ldflags(epoch: 1_502_958_651) == pairs.joined(separator: " "))
    #expect(
      release.ldflags(epoch: 1_502_958_651, packages: ["p"]) == flags.map { "-X p.\($0)" }.joined(separator: " "))
  }

  @Test func `linker flags leave out what is not known`() {
    func flags(_ variables: [String: String]) -> String {
      VersionVariables(variables: variables).ldflags(epoch: 0, packages: ["p"])
    }
    let date = "-X p.buildDate=1970-01-01T00:00:00Z"
    #expect(flags([:]) == date)
    #expect(flags(["KUBE_GIT_TREE_STATE": "clean", "KUBE_GIT_MAJOR": "1"]) == date)
    #expect(flags(["KUBE_GIT_VERSION": "v1", "KUBE_GIT_COMMIT": ""]) == date + " -X p.gitVersion=v1")
    #expect(flags(["KUBE_GIT_COMMIT": "c"]) == date + " -X p.gitCommit=c")
  }
}
