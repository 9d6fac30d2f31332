// Where the parts of a clone stand: what its work tree has for itself, and what it shares with the work trees linked
// to it. gitrepository-layout(5).

import Archive
import Glibc

/// The folders of the clone that ROOT/.git is or names.
struct GitPlace: Sendable {
  /// The work tree, an absolute path without links.
  let root: [UInt8]
  /// What the work tree has for itself: HEAD and the index.
  let own: [UInt8]
  /// What all work trees of the clone share: objects, references, config.
  let common: [UInt8]

  /// The place that `root`/.git is, or names: it is a folder, a link to one, or a file of one line.
  ///
  /// Throws `GitError`, whose root is `shown`.
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
    // Where it cannot be looked at, git says why.
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

  /// The first thing that a repository has and this one lacks. Throws `SystemError` for what is no file and must be one.
  private static func missing(in own: [UInt8], _ common: [UInt8]) throws(SystemError) -> String? {
    for (folder, name) in [(own, "HEAD"), (common, "objects"), (common, "refs")] {
      if try !isThere(folder + Array("/\(name)".utf8)) { return name }
    }
    // git would wait for somebody to write into a FIFO.
    for name in ["config", "objects/info/alternates"] {
      let path = common + Array("/\(name)".utf8)
      guard let status = try FileStatus.followingIfThere(path), !status.isFile else { continue }
      throw SystemError(operation: "read", path: path, errno: EINVAL)
    }
    return nil
  }

  /// The path that a file holds behind `prefix`, from `folder` on unless it is absolute; nil when it holds none.
  private static func path(
    in file: [UInt8], after prefix: String, from folder: [UInt8]
  ) throws(SystemError) -> [UInt8]? {
    let text = try smallFile(file)
    guard text.starts(with: prefix.utf8) else { return nil }
    let line = text.dropFirst(prefix.utf8.count).prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    if line.isEmpty { return nil }
    return line.first == UInt8(ascii: "/") ? Array(line) : folder + [UInt8(ascii: "/")] + line
  }

  /// The bytes of a file of git's that has a line or two. Throws `SystemError`, EFBIG for more than 64 KiB.
  static func smallFile(_ path: [UInt8]) throws(SystemError) -> [UInt8] {
    // O_NONBLOCK: a FIFO that nobody writes to must not hang the run.
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
