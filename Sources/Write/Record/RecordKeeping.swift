// The end of a run before its outputs get their names: leftovers of earlier runs are found, and removed if that is
// wanted, and the record of outputs is brought up to date, in the same transaction.

import Basics
import Files
package import Plan

/// What a run is told about the record of outputs and about leftovers.
package struct RecordKeeping: Sendable {
  package let locations: Locations
  let names: OutputNames
  /// Whether the command line names the layouts and images of the run.
  let isNamed: Bool
  /// Whether leftovers that kpack made are removed.
  let isCleaning: Bool
  /// Folders that the run keeps as wholes: nothing in them is a leftover.
  package var keptFolders: [String] = []

  /// Another run holds the folder of the record only while it gives its outputs their names: 10 s.
  private static let triesToLock = 500

  package init(_ locations: Locations, _ names: OutputNames, isNamed: Bool, isCleaning: Bool) {
    (self.locations, self.names, self.isNamed, self.isCleaning) = (locations, names, isNamed, isCleaning)
  }

  /// Throws `OutputError` when a folder stands where the record of the run would. The folders of `plan` are there.
  package func check(_ plan: Plan) throws { try RecordFile(of: plan, locations).checkPlace() }

  /// Adds to `outputs`, which holds the files `written`, what makes the record true and the removal of leftovers;
  /// `copies` has the digest of the file that is copied beside each image, by number.
  ///
  /// Throws `OutputError.inUse` when another run holds the folder of the record for long.
  func finish(
    _ outputs: OutputFolder, _ plan: Plan, _ written: [WrittenArtifact], _ staged: [RecordedFolder],
    copies: [Int: Digest]
  ) throws -> Tidying {
    // The disk can be slow, and other runs wait for the folder of the record.
    try outputs.prepare()
    let folder = ReleaseFolder(outputs, for: plan)
    var paths = OutputPaths()
    let run = try RunOutputs(written, staged, of: plan, in: folder, copies: copies, &paths)
    let file = try RecordFile(of: plan, locations)
    let known = try file.read()
    let search = try LeftoverSearch(self, plan, known.record, run, &paths)
    let leftovers = try search.find()
    var tidying = Tidying()
    if let fault = known.fault { tidying.recordWarning = RecordWarning(path: file.path, fault: fault) }
    if isCleaning {
      var cleaning = try Cleaning(outputs, plan, locations, known.record, run, search, &paths)
      tidying.add(try cleaning.clean(leftovers), cleaning.emptied)
    } else {
      tidying.leftovers = leftovers.map { FoundLeftover(path: $0.path, fate: $0.isRecorded ? .recorded : .stays(nil)) }
    }
    try update(file, known, run, removed: tidying.removed, in: outputs)
    return tidying
  }

  /// Writes the record, if it has other bytes than before.
  private func update(
    _ file: RecordFile, _ known: RecordFile.Contents, _ run: RunOutputs, removed: Set<[UInt8]>, in outputs: OutputFolder
  ) throws {
    let index = try outputs.join(file.folder, tries: Self.triesToLock)
    // Read again: another run may have written it until now.
    let found = try file.read(after: known)
    var record = found.record
    record.entries = record.entries.filter { path, entry in
      !run.decide(on: path) && !run.holds(path) && !Self.isGone(path, removed) && Self.isThere(path, entry)
    }
    record.entries.merge(run.entries) { $1 }
    let text = file.text(of: record)
    if text != found.text || found.fault != nil { try outputs.write(text, as: OwnFile.record, in: index) }
  }

  /// Whether the path, or a folder above it, is removed.
  private static func isGone(_ path: [UInt8], _ removed: Set<[UInt8]>) -> Bool {
    removed.contains(path) || removed.contains { path.starts(with: $0 + [UInt8(ascii: "/")]) }
  }

  private static func isThere(_ path: [UInt8], _ entry: OutputRecord.Entry) -> Bool {
    do throws(SystemError) {
      let status = try FileStatus.ifThere(path)
      return status?.isFile == true && !entry.isFolder || status?.isFolder == true && entry.isFolder
    } catch {
      // A file that cannot be looked at may be there.
      return true
    }
  }
}

/// What became of leftovers, and of the record.
package struct Tidying: Sendable {
  /// In the order of their places.
  package fileprivate(set) var leftovers: [FoundLeftover] = []
  /// A record that could not be used.
  package fileprivate(set) var recordWarning: RecordWarning?
  /// The absolute paths of the removed files, without links.
  fileprivate var removed: Set<[UInt8]> = []
  /// Folders that may be empty now, the innermost first.
  private var emptied: [[UInt8]] = []

  package init() {}

  fileprivate mutating func add(_ cleaned: [CleanedFile], _ emptied: [[UInt8]]) {
    leftovers = cleaned.map(\.found)
    removed = Set(cleaned.filter { $0.found.fate == .removed }.map(\.place))
    self.emptied = emptied
  }

  /// Removes the folders that are empty now; to be called when the files in them are gone for good.
  func removeEmptyFolders() { for folder in emptied { removeFolder(folder) } }
}

/// A record of outputs that is not one, and is replaced.
package struct RecordWarning: Equatable, Sendable, CustomStringConvertible {
  let path: String
  let fault: RecordFault

  package var description: String {
    "\(escapedName(path.utf8)): expected a record of kpack's outputs, \(fault); it is replaced by one that knows only "
      + "the files of this run"
  }
}

/// A file in a folder of the run that the run did not write, or one that belongs to such a file.
package struct FoundLeftover: Equatable, Sendable {
  /// The path as the locations give it.
  package let path: [UInt8]
  package let fate: Fate

  /// What became of it.
  package enum Fate: Equatable, Sendable {
    case removed
    /// It was left, and the record has a file of its size there.
    case recorded
    /// It was left; the reason where it could have been removed.
    case stays(Reason?)
  }

  /// Why a leftover is not removed.
  package enum Reason: Equatable, Sendable, CustomStringConvertible {
    case notRecorded, changed, symlink
    /// The message of an error.
    case error(String)

    package var description: String {
      switch self {
      case .notRecorded: "kpack has no record of making it"
      case .changed: "it was changed since kpack made it"
      case .symlink: "it is a symlink"
      case .error(let text): text
      }
    }
  }
}
