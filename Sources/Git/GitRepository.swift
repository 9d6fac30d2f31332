// The git repository of a source tree: its commit, its nearest tag, the committed files. git runs as a program and sees
// the clone through views (GitView), so it runs nothing that the clone names, fetches nothing, and gives the same
// answer with any settings.

import Basics
package import Files
import Glibc
private import Synchronization

/// The repository at ROOT/.git; no folder above ROOT is ever searched.
package final class GitRepository: Sendable {
  /// The folder as the caller named it, for messages.
  package let root: String
  /// The folder as an absolute path without links.
  private let realRoot: [UInt8]
  private let program: String
  private let environment: [String: String]
  private let opened = Mutex<GitClone?>(nil)

  /// The repository at `root`/.git: a folder, or a file in a linked work tree or a submodule; nil when there is no
  /// .git.
  ///
  /// git inherits `environment` without git's own variables. `program` is looked up in PATH. The clone is opened at the
  /// first question.
  ///
  /// Throws when `root` cannot be read.
  package init?(root: String, environment: [String: String], program: String = "git") throws(SystemError) {
    guard try GitPlace.isThere(Array("\(root)/.git".utf8)) else { return nil }
    realRoot = try Paths.resolved(Array(root.utf8))
    self.root = root
    self.program = program
    self.environment = environment
  }

  /// The clone, opened once.
  func clone() throws(GitError) -> GitClone {
    try opened.withLock { opened throws(GitError) in
      if let opened { return opened }
      let clone = try GitClone(root: root, realRoot: realRoot, environment: environment, program: program)
      opened = clone
      return clone
    }
  }

  /// The repository of the submodule at `path`; nil where there is none.
  func submodule(at path: String) throws(SystemError) -> GitRepository? {
    try GitRepository(root: "\(root)/\(path)", environment: environment, program: program)
  }

  /// The full name of the commit that is checked out.
  ///
  /// Throws also when nothing was committed yet.
  package func headCommit() throws(GitError) -> String { try object("HEAD^{commit}") }

  /// The full name of the object that `revision` names.
  private func object(_ revision: String) throws(GitError) -> String {
    let clone = try clone()
    let command = GitProgram.command("rev-parse", "--verify", revision)
    let answer: String
    do throws(GitError) {
      answer = try clone.git.line(command, at: clone.inTree)
    } catch {
      let isUnborn = revision == "HEAD^{commit}" && error.reason != .notFound
      let hint = isUnborn ? "nothing is committed yet, or HEAD leads nowhere" : "the clone has no such commit"
      throw clone.adding(to: error.adding(hint))
    }
    // SHA-1 or SHA-256 (gitformat-hash-function-transition): 40 or 64 lower-case hexadecimal digits.
    guard [40, 64].contains(answer.utf8.count), answer.utf8.allSatisfy(\.isLowerHexDigit) else {
      throw clone.git.error(command, .unexpectedAnswer(answer))
    }
    return answer
  }

  /// `commit` described by the nearest tag, as TAG or TAG-COUNT-gHASH with at least 14 digits; nil when no tag leads
  /// to it.
  package func describe(_ commit: String) throws(GitError) -> String? {
    let name = try revision(commit, suffix: "^{commit}", for: "describe")
    let clone = try clone()
    do throws(GitError) {
      return try clone.git.line(GitProgram.command("describe", "--tags", "--abbrev=14", name), at: clone.inTree)
    } catch {
      // With --always, git does not fail for the lack of a tag, but for every other reason.
      _ = try clone.explained { () throws(GitError) in
        try clone.git.line(GitProgram.command("describe", "--tags", "--always", name), at: clone.inTree)
      }
      return nil
    }
  }

  /// The reason why a commit has no tag, for people.
  package func reasonWithoutTag() throws(GitError) -> String {
    let folder = escapedName(root.utf8)
    if try clone().place.isShallow {
      return "\(folder) is a shallow clone, which may lack the tag: git fetch --unshallow --tags"
    }
    return "no tag leads to the commit of \(folder) (git describe --tags)"
  }

  /// The committer's time of `commit`, in seconds since 1970.
  package func commitTime(_ commit: String) throws(GitError) -> Int64 {
    let name = try revision(commit, suffix: "^{commit}", for: "log")
    let clone = try clone()
    let command = GitProgram.command(
      "log", "--max-count=1", "--no-show-signature", "--no-mailmap", "--format=%ct", name)
    let answer = try clone.explained { () throws(GitError) in try clone.git.line(command, at: clone.inTree) }
    guard let time = Int64(answer) else { throw clone.git.error(command, .unexpectedAnswer(answer)) }
    return time
  }

  /// `name` and `suffix` as an argument; refuses a name that git would take for an option.
  private func revision(_ name: String, suffix: String = "", for command: String) throws(GitError) -> String {
    guard !name.utf8.starts(with: "-".utf8) else {
      throw GitError(root: root, command: "\(command) \(escapedName(name.utf8))", reason: .revisionIsOption)
    }
    return name + suffix
  }
}

// The files of a commit
extension GitRepository {
  /// The full name of the commit or tree that `revision` names.
  package func treeish(_ revision: String) throws(GitError) -> String {
    // In two steps, because "HEAD:folder^{}" would be a path. ^{} follows a tag to its object.
    try object(try object(try self.revision(revision, for: "rev-parse --verify")) + "^{}")
  }

  /// Calls `consume` with the pieces of a tar archive of the files of `treeish`, an object's full name.
  ///
  /// The archive follows from that object alone: attributes come from its own files, and stamps of export-subst have
  /// full names, no references, and the commit's time for "now". A piece is valid during the call only. When `consume`
  /// throws, git is stopped and the result is that error.
  ///
  /// Throws also when an object of it is missing.
  package func archive<Failure: Error>(
    _ treeish: String, _ consume: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(GitError) -> Result<Void, Failure> {
    let clone = try clone()
    var place = clone.inObjects
    // git's tests fix the time in this way; else a stamp like "two weeks ago" would depend on the day. A tree has no
    // time, and gets no stamps.
    if let time = try? commitTime(treeish) { place.environment["GIT_TEST_DATE_NOW"] = "\(time)" }
    // git looks up the program for signatures in PATH, despite the settings. When it is not found, the stamp says that
    // there is no signature. git finds its own parts without PATH.
    place.environment["PATH"] = clone.noPrograms
    // Bare, because git would else read the mailmap of the work tree.
    place.settings = ["core.bare=true", "mailmap.blob=\(treeish):.mailmap"]
    let command = GitProgram.command("archive", "--format=tar", treeish)
    return try clone.explained { () throws(GitError) in try clone.git.run(command, at: place, consume) }
  }

  /// The paths of the submodules in `treeish`, an object's full name: archives have an empty folder there.
  package func submodules(of treeish: String) throws(GitError) -> Set<[UInt8]> {
    let clone = try clone()
    let entries = try clone.explained { () throws(GitError) in
      try clone.git.parts(GitProgram.command("ls-tree", "-r", "-z", "--full-tree", treeish), at: clone.inObjects)
    }
    // "MODE TYPE OBJECT\tPATH" (git-ls-tree(1)).
    let links = entries.filter { $0.starts(with: "160000 ".utf8) }
    return Set(links.map { Array($0.drop { $0 != UInt8(ascii: "\t") }.dropFirst()) })
  }
}

extension GitRepository {
  /// Whether the work tree and the index are as in HEAD, and submodules as in theirs. A file that is not tracked counts
  /// as a change unless a .gitignore ignores it.
  ///
  /// Filters are not run, so a file that a filter made, as git-crypt's, counts as changed. A file of Git LFS is
  /// compared with its pointer.
  package func isClean() throws(GitError) -> Bool {
    let clone = try clone()
    return try clone.explained { () throws(GitError) in try isClean(clone) }
  }

  private func isClean(_ clone: GitClone) throws(GitError) -> Bool {
    let staged = GitProgram.command("diff-index", "--cached", "--ignore-submodules=none", "HEAD", "--")
    guard try clone.git.answer(staged, at: clone.inTree).isEmpty else { return false }
    var entries: [IndexEntry] = []
    for entry in try clone.git.parts(GitProgram.command("ls-files", "-s", "-z"), at: clone.inTree) {
      entries.append(try IndexEntry(entry, clone))
    }
    // First with the clone's index: there a file of another size counts as changed, even if its attributes make it the
    // same. But that index also names files to skip, and files found unchanged under older filters and settings. So
    // then with a new index, made from the commit alone, with which git reads every file.
    var anew = clone.inTree
    anew.environment["GIT_INDEX_FILE"] = clone.newIndex
    _ = try clone.git.answer(GitProgram.command("read-tree", "HEAD"), at: anew)
    let files = Dictionary(entries.map { ($0.path, $0) }) { first, _ in first }
    let status = GitProgram.command(
      "status", "--porcelain", "-z", "--untracked-files=normal", "--ignore-submodules=all")
    for place in [clone.inTree, anew] {
      for change in try clone.git.parts(status, at: place) {
        // "XY PATH": a change of the work tree alone is " M" (git-status(1), "Short Format").
        let path = Array(change.dropFirst(3))
        guard change.starts(with: " M ".utf8), let entry = files[path], try isLFSFile(entry, clone, at: place) else {
          return false
        }
      }
    }
    for entry in entries where entry.mode == "160000" {
      if try !isClean(submodule: entry, of: clone) { return false }
    }
    return true
  }

  /// One line of `git ls-files -s`: "MODE OBJECT STAGE\tPATH" (git-ls-files(1), "OUTPUT").
  private struct IndexEntry {
    let mode: String
    let object: String
    let path: [UInt8]

    init(_ entry: ArraySlice<UInt8>, _ clone: GitClone) throws(GitError) {
      let tab = entry.firstIndex(of: UInt8(ascii: "\t")) ?? entry.endIndex
      let fields = entry[..<tab].split(separator: UInt8(ascii: " "))
      guard fields.count == 3 else {
        throw clone.git.error(GitProgram.command("ls-files", "-s", "-z"), .unexpectedAnswer(escapedName(entry)))
      }
      mode = String(decoding: fields[0], as: UTF8.self)
      object = String(decoding: fields[1], as: UTF8.self)
      path = Array(entry[tab...].dropFirst())
    }
  }

  /// Whether a submodule is clean and at its commit, or not checked out.
  private func isClean(submodule: IndexEntry, of clone: GitClone) throws(GitError) -> Bool {
    let folder = clone.place.root + [UInt8(ascii: "/")] + submodule.path
    let names: [[UInt8]]
    let repository: GitRepository?
    do throws(SystemError) {
      // A link in the path could lead to another repository, or in a circle.
      guard try FileStatus.of(folder).isFolder, try Paths.resolved(folder) == folder else { return false }
      names = try FolderListing.names(of: try FileHandle(opening: folder, O_RDONLY | O_DIRECTORY))
      // A name that is not UTF-8 counts as changed, because it cannot be passed to git.
      guard let path = String(validating: submodule.path, as: UTF8.self) else { return false }
      repository = try self.submodule(at: path)
    } catch {
      if error.isAboutMissingFile { return false }
      throw GitError(root: root, command: "", reason: .system(error))
    }
    guard let repository else { return names.isEmpty }
    do throws(GitError) {
      guard try repository.headCommit() == submodule.object else { return false }
      return try repository.isClean()
    } catch {
      // A submodule that git cannot read counts as changed.
      return false
    }
  }

  /// Whether a file has the contents of the Git LFS pointer in the index, and the mode of the index.
  private func isLFSFile(_ entry: IndexEntry, _ clone: GitClone, at place: GitProgram.Place) throws(GitError) -> Bool {
    let path = entry.path
    // PATH, attribute and value, each ended by NUL (git-check-attr(1)).
    let attribute = try clone.git.parts(GitProgram.command("check-attr", "-z", "filter", "--") + [path], at: place)
    guard attribute.last?.elementsEqual("lfs".utf8) == true else { return false }
    let blob = try clone.git.answer(GitProgram.command("cat-file", "blob") + [Array(":0:".utf8) + path], at: place)
    guard let pointer = LFSPointer(blob) else { return false }
    let file = clone.place.root + [UInt8(ascii: "/")] + path
    do {
      let status = try FileStatus.of(file)
      guard status.isFile, (status.mode & 0o100 != 0) == (entry.mode == "100755") else { return false }
      return try pointer.isFor(SourceFile(path: file, identity: status.identity))
    } catch {
      let failure = error as? SystemError ?? SystemError(operation: "read", path: file, errno: EIO)
      throw GitError(root: root, command: "", reason: .system(failure))
    }
  }
}
