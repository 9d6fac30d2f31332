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

  /// Another run holds the folder of the record only while it gives its outputs their names: 10 s.
  private static let triesToLock = 500

  package init(_ locations: Locations, _ names: OutputNames, isNamed: Bool, isCleaning: Bool) {
    (self.locations, self.names, self.isNamed, self.isCleaning) = (locations, names, isNamed, isCleaning)
  }

  /// Throws `OutputError` when a folder stands where the record of the run would. The folders of `plan` are there.
  package func check(_ plan: Plan) throws { try RecordFile(of: plan, locations)?.checkPlace() }

  /// Adds to `outputs`, which holds the files `written`, what makes the record true and the removal of leftovers;
  /// `copies` has the digest of the file that is copied beside each image, by number.
  ///
  /// Throws `OutputError.inUse` when another run holds the folder of the record for long.
  func finish(
    _ outputs: OutputFolder, _ plan: Plan, _ written: [WrittenArtifact], _ staged: [RecordedFolder],
    _ checksums: [ChecksumResult], copies: [Int: Digest]
  ) throws -> Tidying {
    // The disk can be slow, and other runs wait for the folder of the record.
    try outputs.prepare()
    let folder = ReleaseFolder(outputs, for: plan)
    var paths = OutputPaths()
    let run = try RunOutputs(written, staged, checksums, of: plan, in: folder, copies: copies, &paths)
    let file = try RecordFile(of: plan, locations)
    let known = try file?.read() ?? RecordFile.Contents()
    let search = try LeftoverSearch(self, plan, known.record, run, &paths)
    var tidying = Tidying(leftovers: try search.find())
    var cleaning: Cleaning?
    if isCleaning {
      cleaning = try Cleaning(outputs, plan, search, &paths)
      try cleaning?.judge(tidying.leftovers)
    }
    // From here on other runs wait for its folder: what takes long is done.
    let index = try file.map { try outputs.join($0.folder, tries: Self.triesToLock) }
    if let leftovers = try cleaning?.remove() { tidying.leftovers = leftovers }
    tidying.emptied = cleaning?.emptied ?? []
    if let file, let index {
      let fault = try update(file, known, run, removed: tidying.removed, of: outputs, in: index)
      tidying.recordWarning = fault.map { .replaced(path: file.path, $0) }
    } else if isCleaning {
      tidying.recordWarning = .noPlace
    }
    return tidying
  }

  /// Writes the record, if it has other bytes than before; why it lost what was in it, if it did.
  private func update(
    _ file: RecordFile, _ known: RecordFile.Contents, _ run: RunOutputs, removed: Set<[UInt8]>,
    of outputs: OutputFolder, in index: Int
  ) throws -> RecordFault? {
    // Read again: another run may have written it until now.
    let found = try file.read(after: known)
    var record = found.record
    record.entries = record.entries.filter { path, entry in
      !run.decide(on: path) && !run.holds(path) && !Self.isGone(path, removed) && Self.isThere(path, entry)
    }
    record.entries.merge(run.entries) { $1 }
    var fault = known.fault
    var text = file.text(of: record)
    for less in [OutputRecord(entries: run.entries), OutputRecord()] where text.count > RecordFile.largest {
      fault = .large
      text = file.text(of: less)
    }
    if text != found.text || found.fault != nil { try outputs.write(text, as: OwnFile.record, in: index) }
    return fault
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
  package fileprivate(set) var leftovers: [Leftover] = []
  /// A record that could not be used.
  package fileprivate(set) var recordWarning: RecordWarning?
  /// Folders that may be empty now, the innermost first.
  fileprivate var emptied: [[UInt8]] = []

  /// The absolute paths of what is removed, without links.
  fileprivate var removed: Set<[UInt8]> { Set(leftovers.filter { $0.fate == .removed }.map(\.place)) }

  /// Removes the folders that are empty now; to be called when the files in them are gone for good.
  func removeEmptyFolders() { for folder in emptied { removeFolder(folder) } }
}

/// Why a run could not use the record of outputs.
package enum RecordWarning: Equatable, Sendable, CustomStringConvertible {
  /// What stands there is no record, or would be too large to be read again.
  case replaced(path: String, RecordFault)
  /// It is kept in no folder of the run.
  case noPlace

  package var description: String {
    switch self {
    case .replaced(let path, let fault):
      "\(escapedName(path.utf8)): expected a record of kpack's outputs, \(fault); it is replaced by one that knows only "
        + "the files of this run"
    case .noPlace:
      "--clean: nothing is removed, as there is no record of kpack's outputs: each folder for it is shared by all users "
        + "or may not be written into"
    }
  }
}
