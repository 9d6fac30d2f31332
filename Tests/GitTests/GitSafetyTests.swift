// A clone is data that a stranger may have written: nothing that it names is started, nothing that it or the user sets
// changes an answer.

@testable import Basics
@testable import Git
import Glibc
@testable import TestSupport
import Testing

extension TemporaryTree {
  /// The bytes that the files of HEAD are archived as.
  fileprivate func archive(_ variables: [String: String] = [:]) throws -> [UInt8] {
    let environment = gitEnvironment.merging(variables) { $1 }
    let repository = try #require(try GitRepository(root: root, environment: environment))
    var bytes: [UInt8] = []
    try repository.archive(repository.treeish("HEAD")) { bytes += $0 }.get()
    return bytes
  }

  /// Runs a shell script in the tree.
  fileprivate func sh(_ script: String) throws { try run("sh", "-e", "-c", script) }

  fileprivate func isThere(_ path: String) -> Bool { access("\(root)/\(path)", F_OK) == 0 }
}

/// A repository with a submodule, and a commit whose attributes want a filter, a stamp and a hidden file.
private func repository() throws -> TemporaryTree {
  let tree = try TemporaryTree()
  try tree.sh(
    #"""
    git init -q -b main s; cd s; echo '* filter=x' > .gitattributes; echo s > f; git add -A; git commit -qm s; cd ..
    git init -q -b main r; cd r; echo a > a.c; echo '$Format:%h %aN %d %N %G? %cr %(describe)$' > stamp; echo h > hidden
    printf '*.c filter=x\nstamp export-subst\nhidden export-ignore\ntext text\n' > .gitattributes; echo text > text
    git -c protocol.file.allow=always submodule --quiet add ../s sub; git add -A; git commit -qm 1; git tag v1.0.0
    """#)
  return tree
}

struct GitStartsNothingTests {
  @Test(arguments: [
    "git config filter.x.clean ../run", "git config filter.x.process ../run",
    "git config filter.x.smudge ../run; git config filter.x.required true",
    "git config core.fsmonitor ../run", "git -C sub config filter.x.clean ../../run",
    "git -C sub config core.fsmonitor ../../run",
    "mkdir h; cp ../run h/post-index-change; git config core.hooksPath h",
    "mkdir -p .git/hooks; cp ../run .git/hooks/post-index-change; cp ../run .git/hooks/fsmonitor-watchman",
    "git config gpg.program ../run; git config log.showSignature true",
    "git config diff.external ../run; git config diff.x.textconv ../run; echo '* diff=x' > .git/info/attributes",
    "git config core.pager ../run; git config pager.status true; git config pager.log true",
    "git config core.editor ../run; git config sequence.editor ../run; git config core.askPass ../run",
    "git config alias.status '!../run'; git config alias.describe '!../run'", "git config tar.tar.command ../run",
    "echo '[filter \"x\"] clean = ../run' > .git/more; git config include.path more",
    "git config extensions.worktreeConfig true; git config --worktree filter.x.clean ../run",
    "git config core.sshCommand ../run; git config core.gitProxy ../run; git config credential.helper '!../run'",
    "git config status.submoduleSummary true; git config submodule.sub.update '!../run'",
  ])
  func `no program that a clone names is started`(_ setUp: String) throws {
    let tree = try repository()
    try tree.write("#!/bin/sh\ntouch \(tree.root)/ran\ncat\n", to: "run")
    try tree.change("run", mode: 0o755)
    try tree.sh("cd r; \(setUp); rm -f ../ran; touch -d '1 hour ago' a.c sub/f .gitattributes")
    let repository = try #require(try GitRepository(root: "\(tree.root)/r", environment: gitEnvironment))
    _ = try repository.isClean()
    #expect(try repository.describe("HEAD") == "v1.0.0")
    _ = try repository.commitTime("HEAD")
    try repository.archive(repository.treeish("HEAD")) { _ in }.get()
    #expect(!tree.isThere("ran"))
  }

  @Test func `no program that checks signatures is started for a stamp`() throws {
    let tree = try repository()
    try tree.sh(
      #"""
      mkdir bin; for name in gpg gpgsm ssh-keygen; do
        printf '#!/bin/sh\ntouch %s/ran\necho "[GNUPG:] GOODSIG 0102030405060708 M"\n' "$PWD" > bin/$name
      done; chmod +x bin/*; cd r
      git cat-file commit HEAD | sed 's/^committer .*/&\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----/' > ../c
      git reset -q --hard $(git hash-object -t commit -w ../c)
      """#)
    let environment = gitEnvironment.merging(["PATH": "\(tree.root)/bin:\(gitEnvironment["PATH"] ?? "")"]) { $1 }
    let repository = try #require(try GitRepository(root: "\(tree.root)/r", environment: environment))
    try repository.archive(repository.treeish("HEAD")) { _ in }.get()
    #expect(!tree.isThere("ran"))
  }

  @Test func `git itself would start a filter, so the table above can fail`() throws {
    let tree = try repository()
    try tree.write("#!/bin/sh\ntouch \(tree.root)/ran\ncat\n", to: "run")
    try tree.change("run", mode: 0o755)
    try tree.sh("cd r; git config filter.x.clean ../run; touch -d '1 hour ago' a.c; git status")
    #expect(tree.isThere("ran"))
  }

  @Test func `nothing is fetched, and a clone that lacks objects says so`() throws {
    let tree = try repository()
    try tree.sh("git -C r config uploadpack.allowFilter true")
    try tree.sh("git clone -q --no-checkout --filter=blob:none --no-local file://$PWD/r partial")
    try tree.sh("find partial/.git/objects -type f | sort > before; mv r gone")
    let repository = try #require(try GitRepository(root: "\(tree.root)/partial", environment: gitEnvironment))
    #expect(try repository.describe("HEAD") == "v1.0.0")
    let error = #expect(throws: GitError.self) {
      try repository.archive(repository.treeish("HEAD")) { _ in }.get()
    }
    #expect(
      error?.message.hasSuffix("the clone is partial and lacks objects: git fetch --refetch --no-filter") == true)
    try tree.sh("mv gone r; find partial/.git/objects -type f | sort | cmp - before")
    #expect(throws: GitError.self) { try repository.archive(repository.treeish("HEAD")) { _ in }.get() }
    try tree.sh("find partial/.git/objects -type f | sort | cmp - before")
  }

  @Test func `nothing is written in a tree or left elsewhere`() throws {
    let tree = try repository()
    try tree.sh("mkdir tmp; find r -printf '%p %T@ %s\n' | sort > before")
    do {
      let environment = gitEnvironment.merging(["TMPDIR": "\(tree.root)/tmp"]) { $1 }
      let repository = try #require(try GitRepository(root: "\(tree.root)/r", environment: environment))
      _ = try repository.isClean()
      try repository.archive(repository.treeish("HEAD")) { _ in }.get()
    }
    try tree.sh("find r -printf '%p %T@ %s\n' | sort | cmp - before; rmdir tmp")
  }
}

struct GitTreeStateTests {
  private static let settings = [
    "git config status.showUntrackedFiles no", "git config diff.ignoreSubmodules all",
    "git config submodule.sub.ignore all", "git config core.fileMode false", "git config core.trustctime false",
    "git config core.checkStat minimal", "git config core.excludesFile $PWD/../all", "git config core.bare true",
    "echo '*' > .git/info/exclude", "git config core.ignoreStat true", "git config core.untrackedCache true",
    "git clone -q . ../copy; git config core.worktree $PWD/../copy",
    "git config core.autocrlf true", "git config core.symlinks false",
    "git config extensions.worktreeConfig true; git config --worktree status.showUntrackedFiles no",
    "git config filter.x.clean 'echo a'",
    "git config core.sparseCheckout true; echo '/a.c' > .git/info/sparse-checkout",
  ]

  @Test(arguments: settings) func `a changed tree is dirty whatever is set`(_ setting: String) throws {
    let tree = try repository()
    try tree.write("*\n", to: "all")
    try tree.sh("cd r; \(setting)")
    let repository = try #require(try GitRepository(root: "\(tree.root)/r", environment: gitEnvironment))
    for (change, back) in [
      ("touch untracked", "rm untracked"), ("echo other > a.c", "echo a > a.c"),
      ("cd sub; git commit -q --allow-empty -m moved", "cd sub; git reset -q --hard HEAD~"),
      ("printf 'text\\r\\n' > text", "echo text > text"), ("touch sub/untracked", "rm sub/untracked"),
      ("chmod +x text", "chmod -x text"),
    ] {
      try tree.sh("cd r; \(change)")
      #expect(try !repository.isClean(), "\(change)")
      try tree.sh("cd r; \(back)")
    }
    #expect(try repository.isClean())
  }

  @Test(arguments: [
    "rm text", "git rm -q --cached text", "rm text; ln -s a.c text", "echo other > sub/f", "rm -r sub",
    "rm -r sub; ln -s ../s sub", "echo b > text; git add text; echo text > text", "touch new; git add -N new",
    "mkdir nested; git init -q nested; touch nested/f", "echo c > c; git add c", "git -C sub add f; echo x > sub/g",
    "echo 'text -text' >> .gitattributes", "git update-index --force-remove sub",
  ])
  func `a tree with a change of any kind is dirty`(_ change: String) throws {
    let tree = try repository()
    let repository = try #require(try GitRepository(root: "\(tree.root)/r", environment: gitEnvironment))
    try tree.sh("cd r; \(change)")
    #expect(try !repository.isClean())
  }

  @Test(arguments: ["--assume-unchanged", "--skip-worktree"])
  func `a file that the index is told to overlook is looked at`(_ mark: String) throws {
    let tree = try TemporaryTree.committed()
    try tree.run("git", "update-index", mark, "a")
    #expect(try tree.repository().isClean())
    try tree.write("other", to: "a")
    #expect(try !tree.repository().isClean())
  }

  @Test(arguments: ["core.autocrlf=input", "filter.x.clean=echo h;#"])
  func `a file that was added by a setting of then is compared with the commit`(_ setting: String) throws {
    let tree = try repository()
    try tree.write("hidden filter=x\n", to: "attributes")
    let settings = "-c core.attributesFile=$PWD/../attributes -c '\(setting)'"
    try tree.sh("cd r; printf 'h\\r\\n' > hidden; touch -d '1 hour ago' hidden; git \(settings) add hidden 2>&1")
    let repository = try #require(try GitRepository(root: "\(tree.root)/r", environment: gitEnvironment))
    #expect(try !repository.isClean())
  }

  @Test(arguments: ["config", "objects/info/alternates"])
  func `what git would wait for is refused`(_ path: String) throws {
    let tree = try TemporaryTree.committed()
    try tree.sh("rm -f .git/\(path); mkfifo .git/\(path)")
    #expect(throws: GitError.self) { try tree.repository().isClean() }
  }

  @Test func `settings of user and machine, and variables, have no say`() throws {
    let tree = try TemporaryTree.committed()
    try tree.write("[status]\nshowUntrackedFiles = no\n", to: ".git/settings")
    try tree.write("new", to: "untracked")
    let file = "\(tree.root)/.git/settings"
    for variables in [
      ["GIT_CONFIG_GLOBAL": file], ["GIT_CONFIG_SYSTEM": file, "GIT_CONFIG_NOSYSTEM": ""], ["GIT_CONFIG": file],
      ["GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "status.showUntrackedFiles", "GIT_CONFIG_VALUE_0": "no"],
      ["GIT_CONFIG_PARAMETERS": "'status.showuntrackedfiles'='no'"], ["GIT_DIR": "/nonexistent"],
      ["GIT_WORK_TREE": "/"], ["GIT_INDEX_FILE": "/nonexistent"], ["GIT_OBJECT_DIRECTORY": "/nonexistent"],
    ] {
      let environment = gitEnvironment.merging(variables) { $1 }
      let repository = try #require(try GitRepository(root: tree.root, environment: environment))
      #expect(try !repository.isClean(), "\(variables)")
    }
  }

  @Test func `a submodule that is not checked out is clean while its folder is empty`() throws {
    let tree = try repository()
    try tree.sh("cd r; git submodule --quiet deinit -f sub")
    let repository = try #require(try GitRepository(root: "\(tree.root)/r", environment: gitEnvironment))
    #expect(try repository.isClean())
    try tree.write("x", to: "r/sub/file")
    #expect(try !repository.isClean())
  }

  @Test func `a split index and one of a shared clone are read`() throws {
    let tree = try repository()
    try tree.sh("git -C r update-index --split-index")
    try tree.sh("git clone -q --shared r shared; git -C shared repack -q -d")
    for name in ["r", "shared"] {
      let repository = try #require(try GitRepository(root: "\(tree.root)/\(name)", environment: gitEnvironment))
      #expect(try repository.isClean(), "\(name)")
      try repository.archive(repository.treeish("HEAD")) { _ in }.get()
    }
  }

  @Test func `a repository of SHA-256 is read`() throws {
    let tree = try TemporaryTree()
    try tree.run("git", "init", "--quiet", "--object-format=sha256")
    try tree.commit("a")
    try tree.run("git", "tag", "v1.0.0")
    #expect(try tree.repository().headCommit() == tree.head())
    #expect(try tree.repository().describe("HEAD") == "v1.0.0")
    #expect(try tree.repository().isClean())
    #expect(try !tree.archive().isEmpty)
  }

  @Test func `a file of Git LFS is what its pointer says, or the tree is dirty`() throws {
    let tree = try TemporaryTree.committed()
    let digest = SHA256.digest(of: Array("large".utf8))
    try tree.write("*.bin filter=lfs diff=lfs merge=lfs -text\n", to: ".gitattributes")
    try tree.write("version https://git-lfs.github.com/spec/v1\noid sha256:\(digest)\nsize 5\n", to: "a.bin")
    try tree.commit("b")
    #expect(try tree.repository().isClean())
    try tree.write("large", to: "a.bin")
    #expect(try tree.repository().isClean())
    try tree.write("lArge", to: "a.bin")
    #expect(try !tree.repository().isClean())
    try tree.write("larger", to: "a.bin")
    #expect(try !tree.repository().isClean())
    try tree.write("large", to: "a.bin")
    try tree.change("a.bin", mode: 0o755)
    #expect(try !tree.repository().isClean())
  }
}

struct GitArchiveBytesTests {
  @Test(arguments: [
    "git config tar.umask 0077", "git config core.autocrlf true", "git config core.eol crlf",
    "echo '* export-ignore' > ../attributes; git config core.attributesFile $PWD/../attributes",
    "echo 'a.c export-ignore' > .git/info/attributes", "echo 'text -text' > .git/info/attributes",
    "git config core.abbrev 5", "git config core.abbrev 12", "git config log.date relative",
    "git config filter.x.smudge 'tr a-z A-Z'", "git config filter.x.smudge false; git config filter.x.required true",
    "git config filter.x.process 'echo x'", "echo 'Other <c@example.org> <a@example.org>' > .mailmap",
    "echo 'O <a@example.org>' > ../map; git config mailmap.file $PWD/../map",
    "git branch other", "git tag v2.0.0", "git notes add -m note", "git checkout -q --detach",
    "git replace $(git rev-parse HEAD:text) $(git rev-parse HEAD:a.c)", "git config i18n.logOutputEncoding latin1",
    "echo $(git rev-parse HEAD) > .git/info/grafts", "echo '* export-ignore' > .gitattributes",
    "git config gpg.program cat; git config core.quotePath false",
    "git commit -q --allow-empty -m 2; git reset -q --hard HEAD~",
    "git gc -q", "git config extensions.worktreeConfig true; git config --worktree core.eol crlf",
  ])
  func `an archive follows from the commit alone`(_ setUp: String) throws {
    let tree = try repository()
    func archive(_ variables: [String: String] = [:]) throws -> [UInt8] {
      let environment = gitEnvironment.merging(variables) { $1 }
      let repository = try #require(try GitRepository(root: "\(tree.root)/r", environment: environment))
      var bytes: [UInt8] = []
      try repository.archive(repository.treeish("HEAD")) { bytes += $0 }.get()
      return bytes
    }
    let plain = try archive()
    try tree.sh("cd r; \(setUp)")
    #expect(try archive() == plain)
    #expect(try archive(["TZ": "Asia/Tokyo", "LC_ALL": "de_DE.UTF-8", "GIT_CONFIG_GLOBAL": "/dev/null"]) == plain)
  }

  @Test func `what a stamp asks of references, notes, keys and the day has one answer`() throws {
    let tree = try repository()
    let clone = try TemporaryTree()
    try tree.sh("cp -R r/. \(clone.root)")
    try clone.write(clone.archive(), to: "archive.tar")
    let stamp = try clone.run("tar", "xOf", "archive.tar", "stamp")
    #expect(stamp == "\(try clone.head()) A  %N N 0 seconds ago \n")
  }

  @Test func `attributes and the mailmap are those of the commit`() throws {
    let tree = try repository()
    try tree.sh("cd r; echo 'Mapped <a@example.org>' > .mailmap; git add -A; git commit -qm 2")
    try tree.write("X <a@example.org>\n", to: "r/.mailmap")
    let clone = try TemporaryTree()
    try tree.sh("cp -R r/. \(clone.root)")
    try clone.write(clone.archive(), to: "archive.tar")
    #expect(try clone.run("tar", "xOf", "archive.tar", "stamp").contains(" Mapped "))
    #expect(try !clone.run("tar", "tf", "archive.tar").contains("hidden"))
  }
}
