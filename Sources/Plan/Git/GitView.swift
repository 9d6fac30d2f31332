// A git folder of the run's own that leads to a clone's objects and, where they are asked for, its references and its
// index, and has nothing else of it.
//
// A clone is data that somebody else may have written, and git starts what a clone tells it to: filters, hooks,
// file system monitors, signature checkers, helpers that fetch. It also has settings, attributes, replacements and
// grafts that turn what git answers. None of it stands in a folder like this one, so nothing has to be known of it to
// be switched off: git finds the settings below and its own defaults.

import Files
import Glibc

/// A git folder without settings, hooks, attributes and replacements of a clone.
final class GitView: Sendable {
  /// What of a clone the view leads to beside its objects.
  enum Contents {
    /// Nothing: what is asked follows from a commit's name alone.
    case objects
    /// References, HEAD, the end of a shallow clone, and the index.
    case workTree
  }

  /// The folder's path.
  let path: String
  /// Bytes of the path.
  private var bytes: [UInt8] { Array(path.utf8) }

  /// Makes the view of `place` at `path`. Throws `SystemError`.
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
      // git takes no link for HEAD but one to a reference.
      try write(try Self.head(of: place.own), as: "HEAD")
    }
  }

  /// Writes the settings of the view, for a clone whose format git knows by the lines `format`. Throws `SystemError`.
  func setUp(format: String) throws(SystemError) { try write(Array((Self.settings + format).utf8), as: "config") }

  /// What git would look up elsewhere, or take differently on another machine (git-config(1)).
  ///
  /// `abbrev`: how much of a name is unique depends on what else a clone holds. /dev/null can be started by nobody:
  /// where a commit asks for a signature to be checked, nothing is.
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

  /// What HEAD says; old ones are links to a reference.
  private static func head(of folder: [UInt8]) throws(SystemError) -> [UInt8] {
    let head = folder + Array("/HEAD".utf8)
    guard try FileStatus.of(head).isSymlink else { return try GitPlace.smallFile(head) }
    return Array("ref: ".utf8) + (try Paths.target(of: head, in: AT_FDCWD, path: head)) + [UInt8(ascii: "\n")]
  }

  /// Leads `name` to what has that name in `folder`. Throws `SystemError`.
  private func link(_ name: String, to folder: [UInt8]) throws(SystemError) {
    let target = cString(folder + Array("/\(name)".utf8))
    try systemCall("make a link in", bytes) { symlink(target, "\(path)/\(name)") }
  }

  /// The same for what may be missing; anything but a file or a folder counts as missing, for git would wait for it.
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
