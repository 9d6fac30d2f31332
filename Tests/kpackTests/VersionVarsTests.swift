// kpack version-vars: the version of a tree as shell assignments, linker flags and JSON.

import Testing

@Suite struct VersionVarsTests {
  private let box: Sandbox

  init() throws { box = try Sandbox() }

  /// What is printed, without the linker flags.
  private func variables(_ environment: [String: String] = [:]) throws -> [String] {
    let outcome = try box.kpack("version-vars", environment: environment)
    try #require(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    #expect(outcome.lines.count == 6 && outcome.lines.last?.hasPrefix("KUBE_LDFLAGS='") == true)
    return outcome.lines.prefix(5).map { String($0.split(separator: "=")[1]) }
  }

  /// A repository with one commit; the commit's name.
  private func commit(tag: String? = nil) throws -> String {
    try box.write("a", to: "a")
    try box.sh("git init -q -b main; git add a; git commit -qm a")
    if let tag { try box.sh("git tag \"$1\"", tag) }
    return String(try box.sh("git rev-parse HEAD").dropLast())
  }

  @Test func `of a tree without a version nothing is known`() throws {
    #expect(try variables() == ["''", "''", "''", "''", "''"])
  }

  @Test func `of a tagged commit everything is known`() throws {
    let commit = try commit(tag: "v1.7.4")
    #expect(try variables() == ["'\(commit)'", "'clean'", "'v1.7.4'", "'1'", "'7'"])
  }

  @Test func `of a commit after a tag the version says how far and which`() throws {
    _ = try commit(tag: "v1.7.4")
    try box.sh("echo b > b; git add b; git commit -qm b; echo c > c; git add c; git commit -qm c")
    let head = String(try box.sh("git rev-parse HEAD").dropLast())
    #expect(
      try variables() == ["'\(head)'", "'clean'", "'v1.7.4-2+\(head.prefix(14))'", "'1'", "'7+'"])
  }

  @Test(arguments: ["echo changed > a", "echo new > new", "rm a"])
  func `of a changed tree the version says so`(change: String) throws {
    let commit = try commit(tag: "v1.7.4")
    try box.sh(change)
    #expect(try variables() == ["'\(commit)'", "'dirty'", "'v1.7.4-dirty'", "'1'", "'7+'"])
  }

  @Test func `of an exported archive the stamps in its script are known`() throws {
    let commit = String(repeating: "0123456789", count: 4)
    try box.write(
      """
      if [[ '%' == "%" ]]; then
        KUBE_GIT_COMMIT='\(commit)'
        if [[ 'HEAD -> release-1.8, tag: v1.8.3' =~ tag:\\ (v[^ ,]+) ]]; then
      """, to: "hack/lib/version.sh")
    #expect(try variables() == ["'\(commit)'", "'archive'", "'v1.8.3'", "'1'", "'8'"])
  }

  @Test func `the output is a version file that a shell reads too`() throws {
    let commit = try commit(tag: "v1.7.4")
    let before = try box.kpack("version-vars").output
    try box.write(before, to: "../vars")
    try box.sh("rm -rf .git; echo changed > a")
    let read = try variables(["KUBE_GIT_VERSION_FILE": "../vars"])
    #expect(read == ["'\(commit)'", "'clean'", "'v1.7.4'", "'1'", "'7'"])
    #expect(try box.sh(". ../vars; echo $KUBE_GIT_VERSION $KUBE_GIT_COMMIT") == "v1.7.4 \(commit)\n")
  }

  @Test func `the linker flags set every variable in every package`() throws {
    let commit = try commit(tag: "v1.7.4")
    let outcome = try box.kpack("version-vars", "--ldflags", "--package=x/y", "--package", "z", "--epoch=0")
    let values = [
      "buildDate=1970-01-01T00:00:00Z", "gitCommit=\(commit)", "gitTreeState=clean", "gitVersion=v1.7.4",
      "gitMajor=1", "gitMinor=7",
    ]
    let flags = values.map { "-X x/y.\($0) -X z.\($0)" }.joined(separator: " ")
    #expect(outcome == Outcome(status: 0, output: "\(flags)\n", errors: ""))
  }

  @Test func `the date of the build is the commit's time where nothing else is said`() throws {
    _ = try commit()
    #expect(
      try box.kpack("version-vars", "--ldflags", "--package=z").output
        .hasPrefix("-X z.buildDate=2017-07-14T02:40:01Z "))
  }

  @Test func `without packages the flags are for those of Kubernetes`() throws {
    let flags = """
      -X k8s.io/kubernetes/pkg/version.buildDate=1970-01-01T00:00:00Z \
      -X k8s.io/kubernetes/vendor/k8s.io/client-go/pkg/version.buildDate=1970-01-01T00:00:00Z

      """
    #expect(try box.kpack("version-vars", "--ldflags") == Outcome(status: 0, output: flags, errors: ""))
  }

  @Test func `a row in JSON has null for what is not known`() throws {
    let outcome = try box.kpack("version-vars", "--format=json", "--package=z")
    let row: [String: Value] = [
      "commit": .none, "treeState": .none, "version": .none, "major": .none, "minor": .none,
      "ldflags": "-X z.buildDate=1970-01-01T00:00:00Z",
    ]
    #expect(try outcome.rows() == [row])
  }

  @Test func `a version with a quote in it stays one word`() throws {
    let printed = try variables(["KUBE_GIT_COMMIT": "c", "KUBE_GIT_TREE_STATE": "clean", "KUBE_GIT_VERSION": "v'1"])
    #expect(printed[2] == #"'v'\''1'"#)
  }

  @Test func `a repository without a commit is an error of the system`() throws {
    try box.sh("git init -q -b main")
    let outcome = try box.kpack("version-vars")
    #expect(outcome.status == 4 && outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("kpack: error: .: git rev-parse --verify HEAD^{commit}: exit status 128: "))
  }

  @Test func `a search path without git is an error where there is a repository`() throws {
    _ = try commit()
    let outcome = try box.kpack("version-vars", through: ["env", "PATH=/nowhere"])
    #expect(outcome.status == 4 && outcome.output.isEmpty && outcome.errors.contains("git"))
  }

  /// What the environment says, and {version} of a release of a clean tree, of a dirty one, and of one without .git;
  /// the tree's commit has the tag v1.7.4.
  private static let versions: [([String: String], option: String?, versions: [String?])] = [
    ([:], nil, ["v1.7.4", "v1.7.4-dirty", nil]),
    (["KUBE_GIT_VERSION": "v1.8.0"], nil, ["v1.8.0", "v1.8.0-dirty", "v1.8.0"]),
    (
      ["KUBE_GIT_VERSION": "v1.7.4-3-g0123456789abcd"], nil,
      ["v1.7.4-3+0123456789abcd", "v1.7.4-3+0123456789abcd-dirty", "v1.7.4-3-g0123456789abcd"]
    ),
    (["KUBE_GIT_VERSION": "v1.8.0", "KUBE_GIT_TREE_STATE": "clean"], nil, ["v1.8.0", "v1.8.0", "v1.8.0"]),
    (["KUBE_GIT_VERSION": "v1.8.0", "KUBE_GIT_TREE_STATE": "archive"], nil, ["v1.8.0", "v1.8.0", "v1.8.0"]),
    (
      ["KUBE_GIT_VERSION": "v1.8.0", "KUBE_GIT_TREE_STATE": "dirty"], nil, ["v1.8.0-dirty", "v1.8.0-dirty", "v1.8.0"]
    ),
    (
      ["KUBE_GIT_VERSION": "v1.8.0", "KUBE_GIT_COMMIT": "HEAD"], nil, ["v1.8.0", "v1.8.0-dirty", "v1.8.0-dirty"]
    ),
    (["KUBE_GIT_VERSION": "v1.8.0"], "v1-2-g0123456789abcd", Array(repeating: "v1-2-g0123456789abcd", count: 3)),
    (["KUBE_GIT_VERSION_FILE": "file"], nil, Array(repeating: "v3-1-g0123456789abcd", count: 3)),
    (["KUBE_GIT_VERSION_FILE": "file", "KUBE_GIT_VERSION": "v1"], "v4", Array(repeating: "v4", count: 3)),
  ]

  @Test(arguments: versions)
  func `tarballs, plan and version-vars tell one version`(
    environment: [String: String], option: String?, versions: [String?]
  ) throws {
    let box = try Sandbox.project(#"{ "directory": "{version}" }"#)
    try box.write("KUBE_GIT_VERSION='v3-1-g0123456789abcd'\n", to: "file")
    try box.sh("cd src; git init -q -b main; git add a; git commit -qm a; git tag v1.7.4")
    let words = ["--root", "src"] + (option.map { ["--version", $0] } ?? [])
    let release = ["-q", "--layouts", "layouts"] + words
    for (change, version) in zip(["true", "echo changed > src/a", "rm -rf src/.git"], versions) {
      try box.sh(change)
      let told = try box.kpack(words: ["version-vars", "--format=json"] + words, environment: environment)
      #expect(try told.rows().first?["version"] == version.map { .text($0) } ?? Value.none, "\(change)")
      let plan = try box.kpack(words: ["plan", "--format=json"] + release, environment: environment)
      let made = try box.kpack(words: ["tarballs", "--out=out", "--no-cache"] + release, environment: environment)
      guard let version else {
        #expect(plan.status == 2 && made.status == 2, "\(plan) \(made)")
        continue
      }
      try #require(made.status == 0, "\(made)")
      #expect(try plan.rows().map { $0["path"] } == [.text(version)], "\(change)")
      #expect(try box.paths(in: "out/p.tar.gz") == [version], "\(change)")
    }
  }

  @Test func `the version of the command line leaves the commit and the state as they are`() throws {
    let commit = try commit(tag: "v1.7.4")
    try box.sh("echo changed > a")
    func told(_ version: String, _ environment: [String: String] = [:]) throws -> [Value?] {
      let outcome = try box.kpack(
        words: ["version-vars", "--format=json", "--version", version], environment: environment)
      let row = try #require(try outcome.rows().first)
      return ["commit", "treeState", "version", "major", "minor"].map { row[$0] }
    }
    #expect(try told("v2.3.4") == [.text(commit), "dirty", "v2.3.4", "2", "3"])
    #expect(try told("next") == [.text(commit), "dirty", "next", Value.none, Value.none])
    #expect(try told("next", ["KUBE_GIT_MAJOR": "5"]) == [.text(commit), "dirty", "next", "5", Value.none])
    try box.write("KUBE_GIT_COMMIT=c\nKUBE_GIT_TREE_STATE=clean\nKUBE_GIT_VERSION=v8\nKUBE_GIT_MINOR=8\n", to: "file")
    #expect(try told("v2.3.4", ["KUBE_GIT_VERSION_FILE": "file"]) == ["c", "clean", "v2.3.4", "2", "3"])
  }

  @Test func `a release of a commit has its version and its time`() throws {
    let box = try Sandbox.project(#"{ "text": "{version}\n", "to": "version" }"#)
    try box.sh("cd src; git init -q -b main; git add a; git commit -qm a; git tag v2.0.0")
    let rows = try box.packed()
    #expect(rows.map { $0["mtime"] } == [1_500_000_001])
    #expect(try box.sh("tar -xOzf out/p.tar.gz version") == "v2.0.0\n")
  }
}
