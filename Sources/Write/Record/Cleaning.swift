// The removal of leftovers that kpack made: only files that the record has with the size and digest that they have now,
// and what stands beside them.

import Basics
import Files
private import Glibc
import Plan

/// A file that was to be removed.
struct CleanedFile {
  let found: FoundLeftover
  /// Its absolute path, without links.
  let place: [UInt8]
}

/// Adds the removal of leftovers to a transaction.
struct Cleaning {
  /// A folder in which files may be removed.
  private struct Root {
    /// The path as the locations give it.
    let path: String
    /// The absolute path, without links.
    let place: [UInt8]
    /// How many levels below it the folders are that runs lock.
    let depth: Int
  }

  /// The artifact that files belong to.
  private struct ArtifactKey: Hashable {
    let name: String
    let owner: OutputOwner

    init(_ entry: OutputRecord.Entry) { (name, owner) = (entry.artifact, entry.owner) }
  }

  private let outputs: OutputFolder
  private let record: OutputRecord
  private let run: RunOutputs
  private let search: LeftoverSearch
  private let roots: [Root]
  /// Folders that may become empty, the innermost first.
  private(set) var emptied: [[UInt8]] = []

  private static let slash = UInt8(ascii: "/")

  init(
    _ outputs: OutputFolder, _ plan: Plan, _ locations: Locations, _ record: OutputRecord, _ run: RunOutputs,
    _ search: LeftoverSearch, _ paths: inout OutputPaths
  ) throws {
    (self.outputs, self.record, self.run, self.search) = (outputs, record, run, search)
    // Runs lock OUT, IMAGES/ARCH and STAGE/LAYOUT/OS-ARCH. Links may lead a folder of the run to elsewhere.
    let levels = [(locations.out, 0), (locations.images, 1), (locations.dockerfiles, 1), (locations.stage, 2)]
    let own = ReleaseFolder.paths(of: plan).map { ($0, 0) }
    roots = try (levels + own).map { path, depth in
      Root(path: path, place: try paths.folder(Array(path.utf8)), depth: depth)
    }
  }

  /// Removes what may be removed at the commit; what becomes of each leftover, and of the files that belong to those
  /// that go.
  mutating func clean(_ leftovers: [Leftover]) throws -> [CleanedFile] {
    var cleaned: [CleanedFile] = []
    var gone: Set<ArtifactKey> = []
    var staying: Set<ArtifactKey> = []
    for leftover in leftovers {
      let reason = try reasonToKeep(leftover)
      if let key = leftover.entry.map(ArtifactKey.init) {
        if reason == nil { gone.insert(key) } else { staying.insert(key) }
      }
      cleaned.append(Self.cleaned(leftover.path, leftover.place, reason))
    }
    let places = Set(leftovers.map(\.place))
    for (place, entry) in companions(of: gone.subtracting(staying)) where !places.contains(place) {
      guard let path = shown(place) else { continue }
      // A file that is gone already is no longer in the record then.
      guard let status = try FileStatus.ifThere(place) else { continue }
      let companion = Leftover(path: path, place: place, status: status, entry: entry)
      cleaned.append(Self.cleaned(path, place, try reasonToKeep(companion)))
    }
    return cleaned
  }

  private static func cleaned(_ path: [UInt8], _ place: [UInt8], _ reason: FoundLeftover.Reason?) -> CleanedFile {
    CleanedFile(found: FoundLeftover(path: path, fate: reason.map { .stays($0) } ?? .removed), place: place)
  }

  /// The recorded files of the artifacts that this run did not write, in order.
  private func companions(of artifacts: Set<ArtifactKey>) -> [(place: [UInt8], entry: OutputRecord.Entry)] {
    let files = record.entries.filter { place, entry in
      artifacts.contains(.init(entry)) && !run.decide(on: place) && !search.isKept(place)
    }
    return files.sorted { bytesPrecede($0.key, $1.key) }.map { ($0.key, $0.value) }
  }

  /// Removes the file at the commit; else the reason why not.
  private mutating func reasonToKeep(_ leftover: Leftover) throws -> FoundLeftover.Reason? {
    guard let entry = leftover.entry else { return leftover.status.isSymlink ? .symlink : .notRecorded }
    if leftover.status.isSymlink { return .symlink }
    guard let (root, rest) = root(of: leftover.place) else { return .error("a link leads there") }
    let levels = min(root.depth, rest.count - 1)
    let folder = ([root.path] + rest[..<levels]).joined(separator: "/")
    let index: Int
    do {
      // Before it is read, so that no other run can write it meanwhile.
      index = try outputs.join(folder)
    } catch {
      return .error("\(error)")
    }
    do {
      guard try Self.isUnchanged(leftover.place, entry) else { return .changed }
    } catch {
      return .error("\(error)")
    }
    let name = rest[levels...].joined(separator: "/")
    if entry.isFolder {
      do {
        try outputs.removeFolder(name, in: index)
      } catch let error as OutputError {
        return .error("\(error)")
      }
    } else {
      try outputs.remove(name, in: index)
    }
    noteFolders(of: leftover.place, below: root.place)
    return nil
  }

  /// The innermost root that the file is in, and the names that lead from there to it.
  private func root(of place: [UInt8]) -> (Root, rest: [String])? {
    let above = roots.filter { place.starts(with: $0.place + [Self.slash]) }
    guard let root = above.max(by: { $0.place.count < $1.place.count }) else { return nil }
    let parts = place.dropFirst(root.place.count + 1).split(separator: Self.slash)
    // What the record has is text.
    return (root, parts.map { String(decoding: $0, as: UTF8.self) })
  }

  /// The path as the locations give it; nil for a file that is in no folder of the run.
  private func shown(_ place: [UInt8]) -> [UInt8]? {
    root(of: place).map { root, rest in Array(([root.path] + rest).joined(separator: "/").utf8) }
  }

  /// Whether what is there is what `entry` says: a regular file of its size and digest, or a folder of its digest.
  private static func isUnchanged(_ place: [UInt8], _ entry: OutputRecord.Entry) throws -> Bool {
    if entry.isFolder {
      return try FileStatus.ifThere(place)?.isFolder == true && FolderContents.digest(of: place) == entry.digest
    }
    guard let status = try FileStatus.ifThere(place), status.isFile, status.identity.size == entry.size else {
      return false
    }
    return try SourceFile(path: place, identity: status.identity).digest() == entry.digest
  }

  /// Notes the folders from the file up to the root, which itself stays.
  private mutating func noteFolders(of place: [UInt8], below root: [UInt8]) {
    var rest = place[...]
    while let slash = rest.lastIndex(of: Self.slash), slash > root.count {
      rest = rest[..<slash]
      emptied.removeAll { $0 == Array(rest) }
      emptied.append(Array(rest))
    }
    emptied.sort { $0.count > $1.count }
  }
}
