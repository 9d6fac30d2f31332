// Where the version of a tree is looked up, on real trees.

@testable import Files
@testable import Git
import Glibc
@testable import TestSupport
import Testing

/// The part of Kubernetes' later hack/lib/version.sh that git archive fills in.
private let stampedScript = #"""
  #    KUBE_GIT_COMMIT - The git commit id corresponding to this
  kube::version::get_version_vars() {
    if [[ '$Format:%%$' == "%" ]]; then
      KUBE_GIT_COMMIT='$Format:%H$'
      KUBE_GIT_TREE_STATE="archive"
      # something like 'HEAD -> release-1.8, tag: v1.8.3' where then 'tag: '
      if [[ '$Format:%D$' =~ tag:\ (v[^ ,]+) ]]; then
        KUBE_GIT_VERSION="${BASH_REMATCH[1]}"
      fi
    fi
  }
  kube::version::save_version_vars() {
    cat <<EOF >"${version_file}"
  KUBE_GIT_COMMIT='${KUBE_GIT_COMMIT-}'
  EOF
  }

  """#

private func versioned(_ tree: TemporaryTree, _ variables: [String: String] = [:]) throws -> VersionedTree {
  let environment = gitEnvironment.merging(variables) { $1 }
  let repository = try GitRepository(root: tree.root, environment: environment)
  return VersionedTree(root: tree.root, repository: repository, environment: environment)
}

private func find(_ tree: TemporaryTree, _ variables: [String: String] = [:]) throws -> VersionVariables? {
  try VersionVariables.find(in: versioned(tree, variables))
}

private func variables(_ values: String?...) -> VersionVariables {
  VersionVariables(commit: values[0], treeState: values[1], version: values[2], major: values[3], minor: values[4])
}

struct VersionFromGitTests {
  @Test func `a clean tree at a tag has the tag's version`() throws {
    let tree = try TemporaryTree.committed(tag: "v1.7.4")
    #expect(try find(tree) == variables(tree.head(), "clean", "v1.7.4", "1", "7"))
  }

  @Test func `an untracked file makes the version dirty`() throws {
    let tree = try TemporaryTree.committed(tag: "v1.7.4")
    try tree.write("x", to: "untracked")
    #expect(try find(tree) == variables(tree.head(), "dirty", "v1.7.4-dirty", "1", "7+"))
  }

  @Test(arguments: [("v1.1.0", "v1.1.0-2+"), ("v1.1.0-alpha.0", "v1.1.0-alpha.0.2+")])
  func `commits after a tag are counted in the version`(_ tag: String, _ version: String) throws {
    let tree = try TemporaryTree.committed(tag: tag)
    try tree.commit("b")
    try tree.commit("c")
    let head = try tree.head()
    #expect(try find(tree) == variables(head, "clean", version + head.prefix(14), "1", "1+"))
  }

  @Test func `a tree without tags has a commit and no version`() throws {
    let tree = try TemporaryTree.committed()
    #expect(try find(tree) == variables(tree.head(), "clean", nil, nil, nil))
  }

  @Test func `a repository that git fails on is an error, and no other place is asked`() throws {
    let tree = try TemporaryTree()
    try tree.write("", to: ".git/empty")
    try tree.write(
      stampedScript.replacing("$Format:%%$", with: "%").replacing("$Format:%H$", with: "abc"), to: "hack/lib/version.sh"
    )
    let error = GitError(
      root: tree.root, command: "", reason: .noRepository("there is no HEAD in .git, or where it leads"))
    #expect(throws: VersionError.git(error)) { try find(tree, ["KUBE_GIT_VERSION": "v1.0.0"]) }
  }

  @Test func `what the environment says is not asked of git`() throws {
    let tree = try TemporaryTree.committed(tag: "v1.7.4")
    let old = try tree.head()
    try tree.commit("b")
    try tree.write("x", to: "untracked")
    #expect(try find(tree, ["KUBE_GIT_COMMIT": old]) == variables(old, "dirty", "v1.7.4-dirty", "1", "7+"))
    #expect(
      try find(tree, ["KUBE_GIT_COMMIT": old, "KUBE_GIT_TREE_STATE": "clean"])
        == variables(old, "clean", "v1.7.4", "1", "7"))
    #expect(
      try find(tree, ["KUBE_GIT_VERSION": "v2.0.0-3-g84c76d1142ea4d", "KUBE_GIT_TREE_STATE": "clean"])
        == variables(tree.head(), "clean", "v2.0.0-3+84c76d1142ea4d", "2", "0+"))
  }

  @Test func `a tree whose values are all given needs no working repository`() throws {
    let tree = try TemporaryTree()
    try tree.write("", to: ".git/empty")
    let given = ["KUBE_GIT_COMMIT": "c", "KUBE_GIT_TREE_STATE": "clean", "KUBE_GIT_VERSION": "v1.2.3"]
    #expect(try find(tree, given) == variables("c", "clean", "v1.2.3", "1", "2"))
  }
}

struct VersionFromElsewhereTests {
  @Test func `the version file goes before all else`() throws {
    let tree = try TemporaryTree.committed(tag: "v1.7.4")
    try tree.write("KUBE_GIT_COMMIT='c'\nKUBE_GIT_VERSION=v1.0.0-3-g84c76d1142ea4d\nOTHER=x\n", to: "version")
    let environment = ["KUBE_GIT_VERSION_FILE": "\(tree.root)/version", "KUBE_GIT_MAJOR": "9"]
    #expect(try find(tree, environment) == variables("c", nil, "v1.0.0-3-g84c76d1142ea4d", nil, nil))
  }

  @Test func `a version file that is bad, missing or a folder is an error`() throws {
    let tree = try TemporaryTree()
    let path = "\(tree.root)/version"
    let missing = VersionError.system(SystemError(operation: "open", path: path, errno: ENOENT))
    #expect(throws: missing) { try find(tree, ["KUBE_GIT_VERSION_FILE": path]) }
    try tree.write("A=1\nexit 1\n", to: "version")
    let bad = VersionError.file(VersionFileError(file: path, line: 2, found: "exit 1"))
    #expect(throws: bad) { try find(tree, ["KUBE_GIT_VERSION_FILE": path]) }
    let folder = VersionError.system(SystemError(operation: "read", path: tree.root, errno: EISDIR))
    #expect(throws: folder) { try find(tree, ["KUBE_GIT_VERSION_FILE": tree.root]) }
    let endless = VersionError.system(SystemError(operation: "read", path: "/dev/zero", errno: EFBIG))
    #expect(throws: endless) { try find(tree, ["KUBE_GIT_VERSION_FILE": "/dev/zero"]) }
  }

  @Test(arguments: ["v1.8.3", nil]) func `a tree that git archive exported has its stamps`(_ tag: String?) throws {
    let tree = try TemporaryTree.committed()
    try tree.write(stampedScript, to: "hack/lib/version.sh")
    try tree.write("hack/lib/version.sh export-subst\n", to: ".gitattributes")
    try tree.commit("b")
    if let tag {
      try tree.run("git", "tag", "stable")
      try tree.run("git", "tag", tag)
    }
    let exported = try TemporaryTree()
    try tree.run("sh", "-c", "git archive HEAD | tar x -C \(exported.root)")
    let head = try tree.head()
    #expect(
      try find(exported, ["KUBE_GIT_COMMIT": "other"])
        == variables(head, "archive", tag, tag.map { _ in "1" }, tag.map { _ in "8" }))
    #expect(
      try find(exported, ["KUBE_GIT_VERSION": "v2.5.0"])
        == variables(head, "archive", tag ?? "v2.5.0", tag == nil ? "2" : "1", tag == nil ? "5" : "8"))
  }

  @Test func `stamps that are not filled in say nothing`() throws {
    let tree = try TemporaryTree()
    try tree.write(stampedScript, to: "hack/lib/version.sh")
    #expect(try find(tree) == nil)
  }

  @Test func `without repository and stamps the environment is all there is`() throws {
    let tree = try TemporaryTree()
    #expect(try find(tree) == nil)
    #expect(try find(tree, ["KUBE_GIT_VERSION": "", "KUBE_GIT_COMMIT": ""]) == nil)
    #expect(try find(tree, ["KUBE_GIT_VERSION": "v1.7.4"]) == variables(nil, nil, "v1.7.4", nil, nil))
    #expect(
      try find(tree, ["KUBE_GIT_VERSION": "v1.7.4", "KUBE_GIT_COMMIT": "c"])
        == variables("c", "dirty", "v1.7.4-dirty", "1", "7+"))
  }

  @Test func `a root that cannot be looked into is an error`() throws {
    let tree = try TemporaryTree()
    try tree.run("ln", "-s", "loop", "loop")
    let error = SystemError(operation: "stat", path: "\(tree.root)/loop/.git", errno: ELOOP)
    #expect(throws: error) { try GitRepository(root: "\(tree.root)/loop", environment: [:]) }
  }
}
