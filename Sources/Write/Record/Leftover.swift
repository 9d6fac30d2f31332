// A leftover: what stands in the folders of a run and was not written by it, and what becomes of that.

import Basics
import Files

/// A file that the run did not write, one that belongs to such a file, or a folder of the stage that it did not make.
package struct Leftover: Sendable {
  /// The path as the locations give it.
  package let path: [UInt8]
  /// The absolute path, without links.
  let place: [UInt8]
  let status: FileStatus
  /// What the record has of it; nil for nothing.
  let entry: OutputRecord.Entry?
  /// Whether it is in a folder that the record has as a whole.
  let isPart: Bool
  package internal(set) var fate: Fate

  /// What became of it.
  package enum Fate: Equatable, Sendable {
    case removed
    /// It was left, and the record has a file of its size, or a folder, there.
    case recorded
    /// It was left; the reason where it could have been removed.
    case stays(Reason?)
  }

  /// Why a leftover is not removed.
  package enum Reason: Equatable, Sendable, CustomStringConvertible {
    case notRecorded, changed, symlink
    /// It would leave the rest of a folder of the stage behind.
    case part
    /// A source of the run, or a folder that it reads.
    case read
    /// Made for the release of this name.
    case otherRelease(String)
    /// Links that were not there when it was made lead to another file.
    case linked
    /// The message of an error.
    case error(String)

    package var description: String {
      switch self {
      case .notRecorded: "kpack has no record of making it"
      case .changed: "it was changed since kpack made it"
      case .symlink: "it is a symlink"
      case .read: "this run reads it"
      case .otherRelease(let name): "it is of the release \"\(escapedName(name.utf8))\""
      case .part: "it is in a folder of the stage that kpack made as a whole"
      case .linked: "a link leads there"
      case .error(let text): text
      }
    }
  }

  init(path: [UInt8], place: [UInt8], status: FileStatus, in record: OutputRecord) {
    (self.path, self.place, self.status, entry) = (path, place, status, record.entries[place])
    isPart = record.isInFolder(place)
    fate = .stays(nil)
    if let entry, !isPart, entry.isFolder ? status.isFolder : status.isFile && entry.size == status.identity.size {
      fate = .recorded
    }
  }
}
