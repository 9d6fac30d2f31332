// The file of the record: in which folder it stands, and how it is read, whatever stands in its place.

import Basics
import Files
import Glibc
import Plan

/// The file of the record of outputs.
struct RecordFile {
  /// Its folder, as the locations give it.
  let folder: String
  /// The absolute path of the folder, without links.
  private let base: [UInt8]

  /// The largest record that is read, in bytes.
  static let largest = 16 << 20

  /// The file for a run that makes `plan`, whose folders are there; nil where no folder can have it.
  init?(of plan: Plan, _ locations: Locations) throws(SystemError) {
    guard let folder = Self.folder(of: plan, locations) else { return nil }
    self.folder = folder
    base = try Paths.resolved(Array(folder.utf8))
  }

  /// The first of the folders for it that the run writes into, or below. One that may not be written into, or is shared
  /// by all users, is passed over.
  private static func folder(of plan: Plan, _ locations: Locations) -> String? {
    let folders = ReleaseFolder.paths(of: plan)
    return locations.recordFolders.first { folder in
      folders.contains { isBelow($0, folder) } && isWritable(folder)
    }
  }

  /// Whether `path` is the folder or below it, by its text or in truth: a stage folder may be a link to elsewhere.
  private static func isBelow(_ path: String, _ folder: String) -> Bool {
    if isPrefix(Array(folder.utf8), of: Array(path.utf8)) { return true }
    // A folder that cannot be found has nothing below it.
    guard let path = try? Paths.resolved(Array(path.utf8)), let folder = try? Paths.resolved(Array(folder.utf8)) else {
      return false
    }
    return isPrefix(folder, of: path)
  }

  private static func isPrefix(_ folder: [UInt8], of path: [UInt8]) -> Bool {
    path == folder || path.starts(with: folder.last == UInt8(ascii: "/") ? folder : folder + [UInt8(ascii: "/")])
  }

  private static func isWritable(_ folder: String) -> Bool {
    // One that cannot be looked at is not used.
    guard let status = try? FileStatus.following(Array(folder.utf8)), status.isFolder else { return false }
    // In /tmp and the like nobody may replace the record of another user.
    let isSticky = status.mode & UInt16(S_ISVTX) != 0
    return !isSticky && access(folder, W_OK | X_OK) == 0
  }

  /// The path for messages.
  var path: String { "\(folder)/\(OwnFile.record)" }

  /// Throws `OutputError` when a folder stands in its place, which no file can take.
  func checkPlace() throws {
    if try FileStatus.ifThere(Array(path.utf8))?.isFolder == true { throw OutputError.isFolder(path: path) }
  }

  /// What stands there.
  struct Contents {
    var text: [UInt8]?
    var record = OutputRecord()
    /// Why it is not taken for a record; nil when it is one, or nothing is there.
    var fault: RecordFault?
  }

  /// Reads it; a symlink is not followed, and nothing is waited for. `known` is what stood there before.
  func read(after known: Contents? = nil) throws(SystemError) -> Contents {
    guard let status = try FileStatus.ifThere(Array(path.utf8)) else { return Contents() }
    if !status.isFile { return Contents(fault: .type(status.typeName)) }
    let text: [UInt8]
    do throws(SystemError) {
      guard let found = try readFile() else { return Contents() }
      text = found
      if let known, known.text == text { return known }
    } catch {
      if error.errno == EACCES { return Contents(fault: .unreadable("\(error)")) }
      if error.errno == EFBIG { return Contents(fault: .large) }
      throw error
    }
    do throws(RecordFault) {
      return Contents(text: text, record: try OutputRecord(text, in: base))
    } catch {
      return Contents(text: text, fault: error)
    }
  }

  /// The bytes; nil when it is gone.
  private func readFile() throws(SystemError) -> [UInt8]? {
    do throws(SystemError) {
      // O_NONBLOCK: a FIFO that took its place must not hang the run.
      let file = try FileHandle(opening: Array(path.utf8), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
      return try file.readAll(atMost: Self.largest)
    } catch {
      if error.isAboutMissingFile { return nil }
      throw error
    }
  }

  /// The text of `record` in this folder.
  func text(of record: OutputRecord) -> [UInt8] { record.text(in: base) }
}
