// The git repository of a source tree: its commit, its nearest tag, the committed files. git is a program here, not a
// library, and sees a clone through views (GitView): it starts nothing that the clone names, fetches nothing, and
// answers the same whatever the settings of the user, the machine and the clone.

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

  /// The repository at `root`/.git, which may be a folder or, in a linked work tree or a submodule, a file; nil when
  /// there is nothing of that name.
  ///
  /// `environment` is what git inherits, less all that is git's own. `program` is looked up in PATH. Nothing is looked
  /// into before something is asked.
  ///
  /// Throws `SystemError` when `root` cannot be looked into.
  package init?(root: String, environment: [String: String], program: String = "git") throws(SystemError) {
    guard try GitPlace.isThere(Array("\(root)/.git".utf8)) else { return nil }
    realRoot = try Paths.resolved(Array(root.utf8))
    self.root = root
    self.program = program
    self.environment = environment
  }

  /// The clone, opened once. Throws `GitError`.
  func clone() throws(GitError) -> GitClone {
    try opened.withLock { opened throws(GitError) in
      if let opened { return opened }
      let clone = try GitClone(root: root, realRoot: realRoot, environment: environment, program: program)
      opened = clone
      return clone
    }
  }

  /// The repository of the submodule at `path`; nil where none stands there.
  ///
  /// Throws `SystemError`.
  func submodule(at path: String) throws(SystemError) -> GitRepository? {
    try GitRepository(root: "\(root)/\(path)", environment: environment, program: program)
  }

  /// The full name of the commit that is checked out.
  ///
  /// Throws `GitError`, also when nothing was committed yet.
  package func headCommit() throws(GitError) -> String { try object("HEAD^{commit}") }

  /// The full name of the object that `revision` names. Throws `GitError`.
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
  ///
  /// Throws `GitError`.
  package func describe(_ commit: String) throws(GitError) -> String? {
    let name = try revision(commit, suffix: "^{commit}", for: "describe")
    let clone = try clone()
    do throws(GitError) {
      return try clone.git.line(GitProgram.command("describe", "--tags", "--abbrev=14", name), at: clone.inTree)
    } catch {
      // With --always git fails on all that it fails on without it, save the lack of a tag.
      _ = try clone.explained { () throws(GitError) in
        try clone.git.line(GitProgram.command("describe", "--tags", "--always", name), at: clone.inTree)
      }
      return nil
    }
  }

  /// Why no tag may lead to a commit, for people. Throws `GitError`.
  package func reasonWithoutTag() throws(GitError) -> String {
    let folder = escapedName(root.utf8)
    if try clone().place.isShallow {
      return "\(folder) is a shallow clone, which may lack the tag: git fetch --unshallow --tags"
    }
    return "no tag leads to the commit of \(folder) (git describe --tags)"
  }

  /// The committer's time of `commit`, in seconds since 1970.
  ///
  /// Throws `GitError`.
  package func commitTime(_ commit: String) throws(GitError) -> Int64 {
    let name = try revision(commit, suffix: "^{commit}", for: "log")
    let clone = try clone()
    let command = GitProgram.command(
      "log", "--max-count=1", "--no-show-signature", "--no-mailmap", "--format=%ct", name)
    let answer = try clone.explained { () throws(GitError) in try clone.git.line(command, at: clone.inTree) }
    guard let time = Int64(answer) else { throw clone.git.error(command, .unexpectedAnswer(answer)) }
    return time
  }

  /// `name` and `suffix` as an argument; refuses what git would take for an option.
  private func revision(_ name: String, suffix: String = "", for command: String) throws(GitError) -> String {
    guard !name.utf8.starts(with: "-".utf8) else {
      throw GitError(root: root, command: "\(command) \(escapedName(name.utf8))", reason: .revisionIsOption)
    }
    return name + suffix
  }
}

// The files of a commit
extension GitRepository {
  /// The full name of the commit or tree that `revision` names. Throws `GitError`.
  package func treeish(_ revision: String) throws(GitError) -> String {
    // In two steps, for "HEAD:folder^{}" would be a path. A tag leads to what it names.
    try object(try object(try self.revision(revision, for: "rev-parse --verify")) + "^{}")
  }

  /// Calls `consume` with the pieces of a tar archive of the files of `treeish`, an object's full name.
  ///
  /// The archive follows from that object alone: attributes are those of its own files; what export-subst fills in has
  /// names in full, no references, and the commit's time where "now" is meant. A piece is valid during the call only.
  /// When `consume` throws, git is stopped and the error is the failure of the result.
  ///
  /// Throws `GitError`, also when an object of it is missing.
  package func archive<Failure: Error>(
    _ treeish: String, _ consume: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(GitError) -> Result<Void, Failure> {
    let clone = try clone()
    var place = clone.inObjects
    // git's own way for its tests to stand still: "two weeks ago" would depend on the day. A tree has no time, and no
    // stamps are filled in for it.
    if let time = try? commitTime(treeish) { place.environment["GIT_TEST_DATE_NOW"] = "\(time)" }
    // What checks signatures is looked up in PATH, whatever is set: without one, a stamp says that there is none. git
    // itself finds its parts beside its own.
    place.environment["PATH"] = clone.noPrograms
    // Bare, for the mailmap is else the work tree's.
    place.settings = ["core.bare=true", "mailmap.blob=\(treeish):.mailmap"]
    let command = GitProgram.command("archive", "--format=tar", treeish)
    return try clone.explained { () throws(GitError) in try clone.git.run(command, at: place, consume) }
  }

  /// The paths of the submodules in `treeish`, an object's full name: archives have an empty folder there.
  ///
  /// Throws `GitError`.
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
  /// Whether the work tree and the index hold what HEAD holds, submodules theirs, and no file that is neither tracked
  /// nor ignored by a .gitignore.
  ///
  /// A file that a filter made, as git-crypt's is, differs from what is committed, for filters are not run. One of Git
  /// LFS is compared with its pointer.
  ///
  /// Throws `GitError`.
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
    // By the clone's index first, in which a file of another size has changed though its attributes make it the same.
    // It also says which files not to look at, and which were found unchanged, by whatever filter and setting there was
    // then: so by one of which nothing is known but the commit too, for which every file is read.
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

  /// Whether a submodule is at its commit and clean, or not checked out at all.
  private func isClean(submodule: IndexEntry, of clone: GitClone) throws(GitError) -> Bool {
    let folder = clone.place.root + [UInt8(ascii: "/")] + submodule.path
    let names: [[UInt8]]
    let repository: GitRepository?
    do throws(SystemError) {
      // A link on the way would lead to another repository, or around in a circle.
      guard try FileStatus.of(folder).isFolder, try Paths.resolved(folder) == folder else { return false }
      names = try FolderListing.names(of: try FileHandle(opening: folder, O_RDONLY | O_DIRECTORY))
      // Names that are not UTF-8 are no folders of ours: git could not be told of them.
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
      // One that git cannot read is not as committed.
      return false
    }
  }

  /// Whether a file is what the Git LFS pointer in the index stands for, with the same mode.
  private func isLFSFile(_ entry: IndexEntry, _ clone: GitClone, at place: GitProgram.Place) throws(GitError) -> Bool {
    let path = entry.path
    // PATH, attribute and value, each with a NUL behind (git-check-attr(1)).
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
