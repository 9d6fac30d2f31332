// What a tree holds that is not meant for others: git's own folder is left out, files with secrets are told of.

@testable import Plan
@testable import TestSupport
import Testing

struct GitFolderTests {
  private let tree: TemporaryTree

  init() throws {
    tree = try TemporaryTree()
    for path in ["a", ".git/config", ".gitignore", "sub/.git/config", "sub/b", "linked/.git", "x.git/c"] {
      try tree.write("x", to: path)
    }
  }

  private func files(_ rule: String) throws -> [String] {
    try tree.entries(rule).filter { $0.hasPrefix("file") }.map { String($0.dropFirst("file 0644 1 ".count)) }
  }

  @Test(arguments: [#""include": ["a", "*", "sub/"]"#, #""include": ["**"]"#, #""exclude": ["none"]"#, #""to": "t""#])
  func `.git is in no tree unless an include names it`(_ option: String) throws {
    let names = try files("{\"tree\": \".\", \(option)}").map { $0.hasPrefix("t/") ? String($0.dropFirst(2)) : $0 }
    #expect(names == [".gitignore", "a", "sub/b", "x.git/c"])
  }

  @Test func `.git is taken where an include names it, or the rule itself`() throws {
    #expect(try files(#"{"tree": ".", "include": ["/.git/"]}"#) == [".git/config"])
    #expect(try files(#"{"tree": ".", "include": ["sub/.git/config"]}"#) == ["sub/.git/config"])
    #expect(try files(#"{"tree": ".", "include": [".git"]}"#) == ["linked/.git"])
    #expect(try files(#"{"tree": ".git"}"#) == ["config"])
    #expect(try files(#"{"paths": ["sub", ".git"]}"#) == [".git/config", "sub/b"])
    #expect(try files(#"{"file": ".git/config", "to": "c"}"#) == ["c"])
  }
}

struct SecretNameTests {
  private func warnings(_ paths: [String]) throws -> [String] {
    let tree = try TemporaryTree()
    for path in paths { try tree.write("x", to: path) }
    return try tree.plan(["release": plainRelease, "app": tarball([#"{"tree": ".", "to": "t"}"#])]).warnings
  }

  @Test(arguments: [
    ".env", ".env.local", "d/.netrc", ".npmrc", ".pypirc", "id_rsa", "d/.ssh/id_ed25519", "tls.key", "web-key.pem",
    "store.p12", ".aws/credentials", "d/.docker/config.json", ".kube/config", "terraform.tfstate", ".git-credentials",
  ])
  func `a file that is named as one with secrets is told of`(_ path: String) throws {
    #expect(
      try warnings([path, "other"]) == [
        "app.tgz: t/\(path): named as files with secrets are; `exclude` leaves out what is not meant to be there"
      ])
  }

  @Test(arguments: [
    ".env.example", "env", "x.aws/credentials", "credentials", "id_rsa.pub", "key", "cert.pem", "config.json",
    ".docker/other.json", "monkey", "netrc",
  ])
  func `a file of another name is not`(_ path: String) throws { #expect(try warnings([path]) == []) }

  @Test func `a file that gets another name is told of too`() throws {
    let tree = try TemporaryTree()
    try tree.write("x", to: "id_rsa")
    let layout = tarball([#"{"file": "id_rsa", "to": "key"}"#, #"{"file": "id_rsa", "to": "d/id_dsa"}"#])
    #expect(
      try tree.plan(["release": plainRelease, "app": layout]).warnings == [
        "app.tgz: d/id_dsa, key: named as files with secrets are; `exclude` leaves out what is not meant to be there"
      ])
  }

  @Test func `many are told of in one line`() throws {
    let names = (1...7).map { "\($0).key" }
    #expect(
      try warnings(names) == [
        "app.tgz: t/1.key, t/2.key, t/3.key, t/4.key, t/5.key and 2 more: named as files with secrets are; "
          + "`exclude` leaves out what is not meant to be there"
      ])
  }
}
