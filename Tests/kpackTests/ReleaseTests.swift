// A whole release by the built-in layouts: which tarballs there are, what each holds, and what is missing.

import Foundation
import Testing

@Suite struct ReleaseTests {
  private static let tarballs = [
    "kubernetes-client-linux-amd64.tar.gz", "kubernetes-client-windows-amd64.tar.gz", "kubernetes-manifests.tar.gz",
    "kubernetes-salt.tar.gz", "kubernetes-src.tar.gz", "kubernetes-test.tar.gz", "kubernetes.tar.gz",
    "kubernetes-node-linux-amd64.tar.gz", "kubernetes-node-windows-amd64.tar.gz",
    "kubernetes-server-linux-amd64.tar.gz",
  ]

  @Test func `a run writes every tarball and nothing else, and says which images it took`() throws {
    let box = try Sandbox.sample()
    let outcome = try box.kpack(words: Sandbox.packSample)
    #expect(outcome.status == 0 && outcome.errors.isEmpty)
    #expect(try box.names(in: "_output/release-tars") == Self.tarballs.sorted())
    #expect(
      outcome.lines.map { $0.split(separator: " ")[0] } == ["TARBALL"] + Self.tarballs.map { $0[...] } + [
        "kubernetes-server-linux-amd64.tar.gz:"
      ])
    #expect(
      outcome.lines.last
        == "kubernetes-server-linux-amd64.tar.gz: 6 images as they stand in _output/release-stage")
    #expect(try box.names(in: "_output") == ["dockerized", "kpack-cache", "release-stage", "release-tars"])
  }

  @Test func `an image taken from the stage is the very file`() throws {
    let box = try Sandbox.sample()
    try #require(try box.kpack(words: Sandbox.packSample + ["server"]).status == 0)
    try box.sh(
      """
      mkdir unpacked && tar -xzf _output/release-tars/kubernetes-server-linux-amd64.tar.gz -C unpacked
      cd _output/release-stage/server/linux-amd64
      for file in kubernetes/server/bin/*.tar; do cmp "$file" "../../../../unpacked/$file"; done
      """)
  }

  @Test func `a staged image that is none, or another's, is told before anything is made`() throws {
    let box = try Sandbox.sample()
    let folder = "_output/release-stage/server/linux-amd64/kubernetes/server/bin"
    try box.write("", to: "\(folder)/kube-proxy.tar")
    try box.sh("sed -i s/kube-scheduler:v1.7.4/kube-scheduler:v1.7.3/ \"$1/kube-scheduler.tar\"", folder)
    let reasons = [
      ("kube-proxy", "expected a tar archive, found an empty file"),
      (
        "kube-scheduler",
        "is named gcr.io/google_containers/kube-scheduler:v1.7.3, wanted is a name with the tag v1.7.4"
      ),
    ]
    let errors = reasons.map { name, reason in
      "kpack: error: built-in/kubernetes-1.7/server.json:8:5: entries[2]: server/bin/\(name).tar: staged image "
        + "\(folder)/\(name).tar: \(reason): make it anew with `kpack images` or from bases\n"
    }
    #expect(
      try box.kpack(words: Sandbox.packSample) == Outcome(status: 3, output: "", errors: errors.joined()))
    #expect(try box.names(in: "_output") == ["dockerized", "release-stage"])
  }

  @Test func `images taken from the stage are counted in the rows, where there are any`() throws {
    let rows = try Sandbox.sample().kpack(words: Sandbox.packSample + ["--format=json"]).rows()
    #expect(rows.map { $0["artifact"]?.text } == Self.tarballs)
    #expect(rows.map { $0["stagedImages"] } == Array(repeating: nil, count: 9) + [6])
  }

  @Test(arguments: [
    ("salt", ["kubernetes-salt.tar.gz"]),
    ("client", ["kubernetes-client-linux-amd64.tar.gz", "kubernetes-client-windows-amd64.tar.gz"]),
    ("final", ["kubernetes-manifests.tar.gz", "kubernetes-salt.tar.gz", "kubernetes.tar.gz"]),
    ("server", ["kubernetes-src.tar.gz", "kubernetes-server-linux-amd64.tar.gz"]),
    (
      "node", ["kubernetes-src.tar.gz", "kubernetes-node-linux-amd64.tar.gz", "kubernetes-node-windows-amd64.tar.gz"]
    ),
  ])
  func `a named tarball comes with those that it holds`(name: String, tarballs: [String]) throws {
    let outcome = try Sandbox.sample().kpack(words: Sandbox.packSample + [name, "--format=json"])
    #expect(try outcome.rows().map { $0["artifact"]?.text } == tarballs)
  }

  @Test func `a tarball within a tarball is the very file`() throws {
    let box = try Sandbox.sample()
    try #require(try box.kpack(words: Sandbox.packSample).status == 0)
    try box.sh(
      """
      cd _output/release-tars
      tar -xOzf kubernetes.tar.gz kubernetes/server/kubernetes-salt.tar.gz | cmp - kubernetes-salt.tar.gz
      tar -xOzf kubernetes-server-linux-amd64.tar.gz kubernetes/kubernetes-src.tar.gz | cmp - kubernetes-src.tar.gz
      tar -xOzf kubernetes.tar.gz kubernetes/version | grep -qx v1.7.4
      """)
  }

  @Test func `windows binaries keep their ending, and the source tarball leaves out what is not source`() throws {
    let box = try Sandbox.sample()
    try #require(try box.kpack(words: Sandbox.packSample).status == 0)
    let client = try box.paths(in: "_output/release-tars/kubernetes-client-windows-amd64.tar.gz")
    #expect(client.suffix(2) == ["kubernetes/client/bin/kubectl.exe", "kubernetes/client/bin/kubefed.exe"])
    let source = try box.paths(in: "_output/release-tars/kubernetes-src.tar.gz")
    #expect(source.contains("./Makefile") && source.contains("./.bazelrc"))
    let hidden = ["./_", "./.git", "./.config", "./.gsutil"]
    #expect(!source.contains { path in hidden.contains { path.hasPrefix($0) } })
  }

  @Test(arguments: [
    (
      "_output/dockerized/bin/linux/amd64/kubelet", Int32(4),
      [
        """
        release.json:36:7: binaries.node[1]: no binary "kubelet" for linux/amd64: {} is missing; did you mean "kubefed"?
        """
      ]
    ),
    (
      "Godeps/LICENSES", 4,
      [
        """
        release.json:69:18: sets.licenses[0] (of built-in/kubernetes-1.7/final.json:30:5: entries[9]): LICENSES: source {}: cannot find: No \
        such file or directory
        """,
        """
        release.json:69:18: sets.licenses[0] (of built-in/kubernetes-1.7/node.json:8:5: entries[2]): LICENSES: source {}: cannot find: No \
        such file or directory
        """,
        """
        release.json:69:18: sets.licenses[0] (of built-in/kubernetes-1.7/server.json:10:5: entries[4]): LICENSES: source {}: cannot find: No \
        such file or directory
        """,
      ]
    ),
    (
      "_output/release-stage/server/linux-amd64/kubernetes/server/bin/kube-proxy.tar", 3,
      [
        """
        server.json:8:5: entries[2]: server/bin/kube-proxy.tar: staged image {}: cannot find: No such file \
        or directory, and _output/bases holds no bases to make it from
        """
      ]
    ),
  ])
  func `what is missing is told with its place in the tarball, and nothing is made`(
    path: String, status: Int32, messages: [String]
  ) throws {
    let box = try Sandbox.sample()
    try box.sh("rm \"$1\"", path)
    let errors = messages.map {
      "kpack: error: built-in/kubernetes-1.7/\($0.replacingOccurrences(of: "{}", with: path))\n"
    }.joined()
    #expect(try box.kpack(words: Sandbox.packSample) == Outcome(status: status, output: "", errors: errors))
    #expect(try box.names(in: "_output") == ["dockerized", "release-stage"])
  }

  @Test func `a tarball that needs no binaries can be packed before there are any`() throws {
    let box = try Sandbox.sample()
    try box.sh("rm -r _output")
    let outcome = try box.kpack("tarballs", "salt", "--quiet", "--format=json")
    #expect(outcome.status == 0)
  }

  @Test func `an unknown version is the user's mistake, with the entry that needs it and what to do`() throws {
    let box = try Sandbox.sample()
    let outcome = try box.kpack("tarballs", "final", "--platform", "linux/amd64")
    let message =
      "built-in/kubernetes-1.7/final.json:31:5: entries[10]: {version} is not known: . has no .git to ask; "
      + "give --version V or set KUBE_GIT_VERSION"
    #expect(outcome == Outcome(status: 2, output: "", errors: "kpack: error: \(message)\n"))
    #expect(!box.isThere("_output/release-tars"))
  }

  @Test(arguments: [[], ["--version", "v1"]])
  func `a repository that git cannot read is an error of the system`(words: [String]) throws {
    let box = try Sandbox.sample()
    try box.sh("mkdir .git")
    let outcome = try box.kpack(words: ["tarballs", "client", "--platform", "linux/amd64"] + words)
    let message = ".: git: no repository: there is no HEAD in .git, or where it leads"
    #expect(outcome == Outcome(status: 4, output: "", errors: "kpack: error: \(message)\n"))
    #expect(!box.isThere("_output/release-tars"))
  }
}
