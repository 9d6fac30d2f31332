// Whether a work tree is as committed. git compares, and nothing but the commit's own ignore rules and attributes has a
// say: not what an index or a clone was told to overlook.

import Basics
import Files
import Glibc

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
