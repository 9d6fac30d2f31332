// One clone, as git sees it: through views that have its objects, references and index, and nothing else.

import Basics
import Files
import Glibc

/// A clone, opened.
struct GitClone: Sendable {
  let place: GitPlace
  let git: GitProgram
  /// The folder of the views; it is removed with the last copy of this value.
  private let scratch: ScratchFolder
  private let workTree: GitView
  private let objects: GitView
  /// Whether the clone lacks objects that git would fetch when it needs them (git clone --filter).
  private let isPartial: Bool

  /// Opens the clone at `root`; `realRoot` is its path without links.
  init(root: String, realRoot: [UInt8], environment: [String: String], program: String) throws(GitError) {
    place = try GitPlace(root: realRoot, shown: root)
    do throws(SystemError) {
      scratch = try ScratchFolder(outside: realRoot, temporary: environment["TMPDIR"])
      workTree = try GitView(of: place, at: "\(scratch.path)/tree.git", .workTree)
      objects = try GitView(of: place, at: "\(scratch.path)/objects.git", .objects)
      git = GitProgram(program, root: root, environment: environment, home: scratch.path)
    } catch {
      throw GitError(root: root, command: "", reason: .system(error))
    }
    let format = try Self.format(of: place, git, at: .init(view: workTree.path, folder: Array(scratch.path.utf8)))
    isPartial = format.isPartial
    do throws(SystemError) {
      for view in [workTree, objects] { try view.setUp(format: format.lines) }
    } catch {
      throw GitError(root: root, command: "", reason: .system(error))
    }
  }

  /// The place for commands about references and the work tree.
  var inTree: GitProgram.Place {
    .init(view: workTree.path, folder: place.root, environment: ["GIT_WORK_TREE": "."])
  }

  /// The place for commands that need objects only.
  var inObjects: GitProgram.Place { .init(view: objects.path, folder: Array(objects.path.utf8)) }

  /// The path for an index of this run, which does not exist yet.
  var newIndex: String { "\(scratch.path)/index" }

  /// A folder without programs.
  var noPrograms: String { objects.path }

  /// The result of `body`. When git fails, its error also says that the clone lacks objects or commits, if it does.
  func explained<Value>(_ body: () throws(GitError) -> Value) throws(GitError) -> Value {
    do throws(GitError) {
      return try body()
    } catch {
      throw adding(to: error)
    }
  }

  /// `error` and what the clone lacks.
  func adding(to error: GitError) -> GitError {
    if isPartial { return error.adding("the clone is partial and lacks objects: git fetch --refetch --no-filter") }
    return place.isShallow ? error.adding("the clone is shallow: git fetch --unshallow") : error
  }
}

// The format of a clone
extension GitClone {
  /// The settings without which git cannot read a clone.
  private struct Format {
    /// Lines of git's config file.
    let lines: String
    let isPartial: Bool
  }

  /// The extensions that do not change how a clone is read, only how it is used (git-config(1), "extensions").
  private static let passedOver = ["noop", "partialclone", "preciousobjects", "relativeworktrees", "worktreeconfig"]

  /// The format of a clone, from its config; git itself refuses a format that it does not know.
  private static func format(
    of place: GitPlace, _ git: GitProgram, at view: GitProgram.Place
  ) throws(GitError) -> Format {
    var lines = ""
    var isPartial = false
    let config = place.common + Array("/config".utf8)
    do throws(SystemError) {
      if try !GitPlace.isThere(config) { return Format(lines: "", isPartial: false) }
    } catch {
      throw GitError(root: git.root, command: "", reason: .system(error))
    }
    let options = GitProgram.command("--no-includes", "-z", "--list")
    let command = GitProgram.command("config", "--file") + [config] + options
    for setting in try git.parts(command, at: view) {
      // "section.key" in lower case, then a line break and the value; a key without "=" has neither.
      let parts = setting.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
      let key = String(decoding: parts[0], as: UTF8.self)
      let value = String(decoding: parts.count > 1 ? parts[1] : [], as: UTF8.self)
      let names = key.split(separator: ".", omittingEmptySubsequences: false)
      if names.first == "remote", ["promisor", "partialclonefilter"].contains(names.last) { isPartial = true }
      if key == "extensions.partialclone" { isPartial = true }
      if key == "core.repositoryformatversion" { lines += "[core]\n\trepositoryformatversion = \(quoted(value))\n" }
      guard names.count == 2, names[0] == "extensions", !passedOver.contains(String(names[1])) else { continue }
      lines += "[extensions]\n\t\(names[1]) = \(quoted(value))\n"
    }
    return Format(lines: lines, isPartial: isPartial)
  }

  /// A value of git's config file in quotes (git-config(1), "Syntax").
  private static func quoted(_ value: String) -> String {
    let escaped = value.unicodeScalars.map { scalar in
      switch scalar {
      case "\\", "\"": "\\\(scalar)"
      case "\n": "\\n"
      default: "\(scalar)"
      }
    }
    return "\"\(escaped.joined())\""
  }
}

// The places of a clone's parts: those of its work tree, and those that it shares with linked work trees
// (gitrepository-layout(5)).

/// The folders of the clone that ROOT/.git is or names.
struct GitPlace: Sendable {
  /// The work tree, an absolute path without links.
  let root: [UInt8]
  /// The folder of this work tree alone: HEAD and the index.
  let own: [UInt8]
  /// The folder that all work trees of the clone share: objects, references, config.
  let common: [UInt8]

  /// Finds the clone of `root`/.git, which is a folder, a link to one, or a file of one line that names one.
  ///
  /// Errors name `shown` as the root.
  init(root: [UInt8], shown: String) throws(GitError) {
    func error(_ reason: GitError.Reason) -> GitError { GitError(root: shown, command: "", reason: reason) }
    self.root = root
    let entry = root + Array("/.git".utf8)
    let places: (own: [UInt8], common: [UInt8])?
    let missing: String?
    do throws(SystemError) {
      places = try Self.places(at: entry, in: root)
      missing = try places.map { (own, common) throws(SystemError) in try Self.missing(in: own, common) } ?? nil
    } catch {
      throw GitError(root: shown, command: "", reason: .system(error))
    }
    guard let places else { throw error(.noRepository("the file .git names none")) }
    if let missing { throw error(.noRepository("there is no \(missing) in .git, or where it leads")) }
    (own, common) = places
  }

  /// Whether the clone lacks older commits, as one made with --depth does.
  var isShallow: Bool {
    // When the file cannot be looked at, git itself reports why.
    guard let status = try? FileStatus.following(common + Array("/shallow".utf8)) else { return false }
    return status.identity.size > 0
  }

  private static func places(at entry: [UInt8], in root: [UInt8]) throws(SystemError) -> ([UInt8], [UInt8])? {
    let isFolder = try FileStatus.following(entry).isFolder
    guard let own = isFolder ? entry : try path(in: entry, after: "gitdir: ", from: root) else { return nil }
    let link = own + Array("/commondir".utf8)
    guard try isThere(link) else { return (own, own) }
    return try path(in: link, after: "", from: own).map { (own, $0) }
  }

  /// The first part of a repository that this one lacks. Throws when a path that must be a file is none.
  private static func missing(in own: [UInt8], _ common: [UInt8]) throws(SystemError) -> String? {
    for (folder, name) in [(own, "HEAD"), (common, "objects"), (common, "refs")] {
      if try !isThere(folder + Array("/\(name)".utf8)) { return name }
    }
    // In place of such a file, git would read a FIFO and wait.
    for name in ["config", "objects/info/alternates"] {
      let path = common + Array("/\(name)".utf8)
      guard let status = try FileStatus.followingIfThere(path), !status.isFile else { continue }
      throw SystemError(operation: "read", path: path, errno: EINVAL)
    }
    return nil
  }

  /// The path that a file has after `prefix`, in `folder` unless it is absolute; nil when it has none.
  private static func path(
    in file: [UInt8], after prefix: String, from folder: [UInt8]
  ) throws(SystemError) -> [UInt8]? {
    let text = try smallFile(file)
    guard text.starts(with: prefix.utf8) else { return nil }
    let line = text.dropFirst(prefix.utf8.count).prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    if line.isEmpty { return nil }
    return line.first == UInt8(ascii: "/") ? Array(line) : folder + [UInt8(ascii: "/")] + line
  }

  /// The bytes of a file of git's that has one or two lines. Throws EFBIG for more than 64 KiB.
  static func smallFile(_ path: [UInt8]) throws(SystemError) -> [UInt8] {
    // O_NONBLOCK: a FIFO without a writer must not hang the run.
    try FileHandle(opening: path, O_RDONLY | O_NONBLOCK).readAll(atMost: 64 << 10)
  }

  /// Whether anything is at `path`, even a link that leads nowhere.
  static func isThere(_ path: [UInt8]) throws(SystemError) -> Bool {
    do throws(SystemError) {
      _ = try FileStatus.of(path)
      return true
    } catch {
      guard error.isAboutMissingFile else { throw error }
      return false
    }
  }
}

/// A git folder that leads to a clone, without the clone's settings, hooks, attributes and replacements.
final class GitView: Sendable {
  /// The parts of a clone that the view has beside its objects.
  enum Contents {
    /// None: the answers follow from a commit's name alone.
    case objects
    /// References, HEAD, the end of a shallow clone, and the index.
    case workTree
  }

  /// The folder's path.
  let path: String
  /// Bytes of the path.
  private var bytes: [UInt8] { Array(path.utf8) }

  /// Makes the view of `place` at `path`.
  init(of place: GitPlace, at path: String, _ contents: Contents) throws(SystemError) {
    self.path = path
    try systemCall("make the folder", bytes) { mkdir(path, 0o700) }
    try link("objects", to: place.common)
    try setUp(format: "")
    switch contents {
    case .objects:
      try systemCall("make the folder", bytes) { mkdir("\(path)/refs", 0o700) }
      try write(Array("ref: refs/heads/none\n".utf8), as: "HEAD")
    case .workTree:
      try link("refs", to: place.common)
      for name in ["packed-refs", "shallow", "reftable"] { try linkIfThere(name, to: place.common) }
      for name in try Self.indexes(in: place.own) { try linkIfThere(name, to: place.own) }
      // As a link, git takes HEAD only if it leads to a reference.
      try write(try Self.head(of: place.own), as: "HEAD")
    }
  }

  /// Writes the settings of the view; the lines `format` tell git the format of the clone.
  func setUp(format: String) throws(SystemError) { try write(Array((Self.settings + format).utf8), as: "config") }

  /// The settings that would else differ from machine to machine (git-config(1)).
  ///
  /// `abbrev`: the length of a unique short name depends on the other objects of the clone. `program`: /dev/null cannot
  /// be run, so no signature is checked when a commit's stamps ask for it.
  private static let settings = """
    [core]
    \tabbrev = 40
    \tautocrlf = false
    \tcommitGraph = false
    \teol = lf
    \tfsmonitor = false
    \thooksPath = /dev/null
    \tsplitIndex = false
    \tuntrackedCache = false
    [gpg]
    \tprogram = /dev/null
    [gpg "openpgp"]
    \tprogram = /dev/null
    [gpg "ssh"]
    \tprogram = /dev/null
    [gpg "x509"]
    \tprogram = /dev/null
    [protocol]
    \tallow = never
    [tar]
    \tumask = 0002

    """

  /// The names of the index and, where it is split, of its parts (gitformat-index(5), "Split index").
  private static func indexes(in folder: [UInt8]) throws(SystemError) -> [String] {
    let handle = try FileHandle(opening: folder, O_RDONLY | O_DIRECTORY)
    let names = try FolderListing.names(of: handle)
    return ["index"]
      + names.compactMap { $0.starts(with: "sharedindex.".utf8) ? String(validating: $0, as: UTF8.self) : nil }
  }

  /// The text of HEAD; in old clones HEAD is a link to a reference.
  private static func head(of folder: [UInt8]) throws(SystemError) -> [UInt8] {
    let head = folder + Array("/HEAD".utf8)
    guard try FileStatus.of(head).isSymlink else { return try GitPlace.smallFile(head) }
    return Array("ref: ".utf8) + (try Paths.target(of: head, in: AT_FDCWD, path: head)) + [UInt8(ascii: "\n")]
  }

  /// Makes `name` a link to the same name in `folder`.
  private func link(_ name: String, to folder: [UInt8]) throws(SystemError) {
    let target = cString(folder + Array("/\(name)".utf8))
    try systemCall("make a link in", bytes) { symlink(target, "\(path)/\(name)") }
  }

  /// The same for a name that may be missing. Anything but a file or a folder counts as missing: git would wait for a
  /// FIFO.
  private func linkIfThere(_ name: String, to folder: [UInt8]) throws(SystemError) {
    do throws(SystemError) {
      let status = try FileStatus.following(folder + Array("/\(name)".utf8))
      if status.isFile || status.isFolder { try link(name, to: folder) }
    } catch {
      guard error.isAboutMissingFile else { throw error }
    }
  }

  private func write(_ text: [UInt8], as name: String) throws(SystemError) {
    let place = Array("\(path)/\(name)".utf8)
    let file = try FileHandle(opening: place, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600)
    // The bytes outlive the call.
    try text.withUnsafeBytes { bytes in Result { () throws(SystemError) in try file.write(bytes) } }.get()
    try file.close()
  }
}
