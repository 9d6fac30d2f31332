// The removal of leftovers that kpack made: only files and folders that the record has with the digest that they have
// now, and what stands beside them.

import Basics
import Files
import Plan

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

  /// A leftover that may be removed.
  private struct Removal {
    /// Its number among the leftovers.
    let number: Int
    /// The number of the locked folder that it is in, and its name in there.
    let folder: Int
    let name: String
    let root: Root
    /// As it was when it was judged.
    let state: FileState
  }

  private let outputs: OutputFolder
  private let search: LeftoverSearch
  private let roots: [Root]
  private let release: String
  private let sources: SourcePaths
  /// The folders that the run reads.
  private let given: [[UInt8]]
  private var leftovers: [Leftover] = []
  private var removals: [Removal] = []
  /// Folders that may become empty, the innermost first.
  private(set) var emptied: [[UInt8]] = []

  private static let slash = UInt8(ascii: "/")

  init(_ outputs: OutputFolder, _ plan: Plan, _ search: LeftoverSearch, _ paths: inout OutputPaths) throws {
    (self.outputs, self.search) = (outputs, search)
    let locations = search.keeping.locations
    // Runs lock OUT, IMAGES/ARCH and STAGE/LAYOUT/OS-ARCH. Links may lead a folder of the run to elsewhere.
    release = plan.release.name
    sources = try SourcePaths(of: plan)
    given = try [locations.root, locations.bin, locations.bases].map { try paths.folder(Array($0.utf8)) }
    let levels = [(locations.out, 0), (locations.images, 1), (locations.dockerfiles, 1), (locations.stage, 2)]
    let own = ReleaseFolder.paths(of: plan).map { ($0, 0) }
    roots = try (levels + own).map { path, depth in
      Root(path: path, place: try paths.folder(Array(path.utf8)), depth: depth)
    }
  }

  /// Finds out which leftovers may be removed, and with them the files that belong to an image of theirs. Reads them.
  mutating func judge(_ found: [Leftover]) throws {
    var gone: Set<ArtifactKey> = []
    var staying: Set<ArtifactKey> = []
    for leftover in found {
      add(leftover)
      // The folder of the stage that is made from a tarball is no part of it.
      guard let entry = leftover.entry, !entry.isFolder, !entry.isChecksums, !leftover.isPart else { continue }
      if leftovers.last?.fate == .removed { gone.insert(.init(entry)) } else { staying.insert(.init(entry)) }
    }
    let places = Set(found.map(\.place))
    let folders = found.filter(\.status.isFolder).map { $0.place + [Self.slash] }
    for place in companions(of: gone.subtracting(staying)) where !places.contains(place) {
      // What is in a folder of the stage comes and goes with it.
      guard !folders.contains(where: { place.starts(with: $0) }), let path = shown(place) else { continue }
      // A file that is gone already is no longer in the record then.
      guard let status = try FileStatus.ifThere(place) else { continue }
      add(Leftover(path: path, place: place, status: status, in: search.record))
    }
  }

  /// Removes at the commit what is still as it was judged; all leftovers, and what becomes of each.
  mutating func remove() throws -> [Leftover] {
    for removal in removals {
      let leftover = leftovers[removal.number]
      if let reason = try reasonToKeep(leftover, removal) {
        leftovers[removal.number].fate = .stays(reason)
      } else {
        noteFolders(of: leftover.place, below: removal.root.place)
      }
    }
    return leftovers
  }

  /// The recorded files beside the archives of `artifacts` that this run did not write, in order.
  private func companions(of artifacts: Set<ArtifactKey>) -> [[UInt8]] {
    let files = search.record.entries.filter { place, entry in
      artifacts.contains(.init(entry)) && entry.isBesideOthers && !search.record.isInFolder(place)
        && !search.run.decide(on: place) && !search.isKept(place)
    }
    return files.keys.sorted(by: bytesPrecede)
  }

  // MARK: One leftover

  /// Notes a leftover, and its removal if it may be removed.
  private mutating func add(_ leftover: Leftover) {
    var leftover = leftover
    do throws(Kept) {
      removals.append(try removal(of: leftover))
      leftover.fate = .removed
    } catch {
      leftover.fate = .stays(error.reason)
    }
    leftovers.append(leftover)
  }

  /// Why a leftover is kept.
  private struct Kept: Error {
    let reason: Leftover.Reason

    init(_ reason: Leftover.Reason) { self.reason = reason }

    /// What `body` gives; an error of it is the reason.
    static func unless<Value>(_ body: () throws -> Value) throws(Kept) -> Value {
      do { return try body() } catch { throw Kept(.error("\(error)")) }
    }
  }

  /// Whether this run reads the file or folder, or one below it.
  private func isRead(_ place: [UInt8]) -> Bool {
    sources.touch(place) || given.contains { $0 == place || $0.starts(with: place + [Self.slash]) }
  }

  private func removal(of leftover: Leftover) throws(Kept) -> Removal {
    if leftover.isPart { throw Kept(.part) }
    if isRead(leftover.place) { throw Kept(.read) }
    if leftover.status.isSymlink { throw Kept(.symlink) }
    guard let entry = leftover.entry else { throw Kept(.notRecorded) }
    if entry.release != release { throw Kept(.otherRelease(entry.release)) }
    // The record has the place of what kpack made; links may have been put above it since.
    let above = leftover.place[..<(leftover.place.lastIndex(of: Self.slash) ?? 0)]
    let resolved = try Kept.unless { try Paths.resolved(above.isEmpty ? [Self.slash] : Array(above)) }
    guard above.isEmpty || resolved == Array(above), let (root, rest) = root(of: leftover.place) else {
      throw Kept(.linked)
    }
    let levels = min(root.depth, rest.count - 1)
    // Before it is read, so that no other run can write it meanwhile.
    let folder = try Kept.unless { try outputs.join(([root.path] + rest[..<levels]).joined(separator: "/")) }
    let state = try Kept.unless { try FileState(of: leftover.place) }
    guard try Kept.unless({ try Self.isUnchanged(leftover.place, entry) }) else { throw Kept(.changed) }
    return Removal(
      number: leftovers.count, folder: folder, name: rest[levels...].joined(separator: "/"), root: root, state: state)
  }

  /// Adds the removal to the transaction; else the reason why not. It was judged a while ago: other files were read
  /// since, and the folder of the record was waited for.
  private func reasonToKeep(_ leftover: Leftover, _ removal: Removal) throws -> Leftover.Reason? {
    do {
      if try FileState(of: leftover.place) != removal.state { return .changed }
      if leftover.status.isFolder {
        try outputs.removeFolder(removal.name, in: removal.folder)
        return nil
      }
    } catch {
      return .error("\(error)")
    }
    try outputs.remove(removal.name, in: removal.folder)
    return nil
  }

  /// Whether what is there is what `entry` says: a regular file of its size and digest, or a folder of its digest.
  private static func isUnchanged(_ place: [UInt8], _ entry: OutputRecord.Entry) throws -> Bool {
    guard let status = try FileStatus.ifThere(place) else { return false }
    if entry.isFolder { return try status.isFolder && FolderContents.digest(of: place) == entry.digest }
    guard status.isFile, status.identity.size == entry.size else { return false }
    return try SourceFile(path: place, identity: status.identity).digest() == entry.digest
  }

  // MARK: Folders

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

/// The state of a file, or of a folder and all that is in it, without a look at contents.
private struct FileState: Equatable {
  /// By the path below the folder.
  private var states: [[UInt8]: FileIdentity] = [:]

  init(of place: [UInt8]) throws {
    let status = try FileStatus.of(place)
    states[[]] = status.identity
    if status.isFolder { try FolderWalk(of: place).all { states[$0.path] = $0.status.identity } }
  }
}
