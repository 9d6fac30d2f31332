// The search for leftovers: archives and packages in the folders of a run, and folders of other platforms in the stage,
// that belong to its layouts and that it did not write. Scripts that upload a folder would ship them.

import Basics
import Files
private import Glibc
import Layout
import Plan

/// Searches the folders of one run.
struct LeftoverSearch {
  private enum Kind { case tarball, image }

  /// A folder of the stage in which the run makes folders of platforms.
  private struct StagedLayout: Hashable {
    let folder: String
    /// The tarball whose entries go there.
    let owner: OutputOwner
  }

  let keeping: RecordKeeping
  let record: OutputRecord
  let run: RunOutputs
  /// The results of the run: those that only folders of the stage hold are looked for there alone.
  private let artifacts: [Artifact]
  /// The layouts and images of these.
  private let owners: Set<OutputOwner>
  private let staged: Set<StagedLayout>
  /// Absolute paths of the folders of the stage that the run makes, each with a slash behind it: nothing in them is a
  /// leftover.
  private let kept: [[UInt8]]
  /// Whether the run makes the whole release, and so all of its checksum files.
  private let isWhole: Bool
  /// The folders that the run writes into, absolute and without links.
  private let ownFolders: Set<[UInt8]>

  /// The ends of the names that are looked for, in lower case.
  private static let suffixes = [
    ".tar.gz", ".tgz", ".tar", ".tar.zst", ".tar.xz", ".tar.bz2", ".zip", ".deb", ".rpm",
  ]
  private static let slash = UInt8(ascii: "/")

  init(
    _ keeping: RecordKeeping, _ plan: Plan, _ record: OutputRecord, _ run: RunOutputs, _ paths: inout OutputPaths
  ) throws {
    (self.keeping, self.record, self.run) = (keeping, record, run)
    artifacts = plan.artifacts.filter(\.isResult)
    isWhole = plan.release.isWhole
    owners = Set(artifacts.map(\.owner))
    // One without platforms may stand beside folders of platforms that are another layout's.
    staged = Set(
      plan.stagedFolders.map { (folder: $0.place.folder, tarball: plan.artifacts[$0.artifact]) }
        .filter { $0.tarball.platform != nil }.map { StagedLayout(folder: $0.folder, owner: $0.tarball.owner) })
    kept = try plan.stagedFolders.map { try paths.folder(Array($0.place.path.utf8)) + [Self.slash] }
    ownFolders = Set(try ReleaseFolder.paths(of: plan).map { try paths.folder(Array($0.utf8)) })
  }

  /// Whether the file at this absolute path is in a folder of the stage that the run makes.
  func isKept(_ place: [UInt8]) -> Bool { kept.contains { place.starts(with: $0) } }

  /// The leftovers, in the order of the folders and of their names.
  func find() throws -> [Leftover] {
    var found: [Leftover] = []
    var seen: Set<[UInt8]> = []
    var searched: [String] = []
    for (folder, kind, suffixes) in try folders() {
      searched.append(folder)
      for leftover in leftovers(in: folder, kind, suffixes) where seen.insert(leftover.place).inserted {
        found.append(leftover)
      }
    }
    found += checksums(in: searched, beside: found)
    if kept.isEmpty { return found }
    // What is in a folder of the stage comes and goes with it.
    let folders = stageFolders()
    return found.filter { file in
      !file.isPart && !folders.contains { file.place.starts(with: $0.place + [Self.slash]) }
    } + folders
  }

  /// The recorded checksum files in `folders` that this run did not write, and that may no longer be true: those beside
  /// files of this run, and lists of a folder in which this run changed a file or found a leftover. Those beside
  /// leftovers come and go with them.
  private func checksums(in folders: [String], beside leftovers: [Leftover]) -> [Leftover] {
    var changed = Set(leftovers.filter { $0.entry != nil }.map { Self.folder(of: $0.place) })
    for (place, entry) in run.entries where record.entries[place]?.digest != entry.digest {
      changed.insert(Self.folder(of: place))
    }
    let paths = Dictionary(folders.compactMap { folder in followed(folder).map { ($0, folder) } }) { first, _ in first }
    let recorded = record.entries.filter { $0.value.isChecksums && !run.decide(on: $0.key) }
    return recorded.sorted { bytesPrecede($0.key, $1.key) }.compactMap { place, entry in
      let folder = Self.folder(of: place)
      let isStale =
        entry.owner == .release
        ? isWhole || changed.contains(folder)
        : run.entries.keys.contains {
          place.count > $0.count && place.starts(with: $0) && Self.folder(of: $0) == folder
        }
      guard isStale, let path = paths[folder], let status = try? FileStatus.ifThere(place) else { return nil }
      return Leftover(path: Array(path.utf8) + place[folder.count...], place: place, status: status, in: record)
    }
  }

  /// The path of the folder that the file is in.
  private static func folder(of place: [UInt8]) -> [UInt8] { Array(place[..<(place.lastIndex(of: slash) ?? 0)]) }

  /// Folders of other platforms beside those that the run makes in the stage.
  private func stageFolders() -> [Leftover] {
    var found: [Leftover] = []
    for folder in Set(staged.map(\.folder)).sorted(by: { bytesPrecede(Array($0.utf8), Array($1.utf8)) }) {
      guard let resolved = followed(folder) else { continue }
      for name in inner(of: folder) where Platform.isStageName(name) {
        let place = resolved + [Self.slash] + Array(name.utf8)
        guard !kept.contains(place + [Self.slash]), isStagedByRun(place, in: folder),
          let status = try? FileStatus.ifThere(place)
        else { continue }
        let path = Array(folder.utf8) + [Self.slash] + Array(name.utf8)
        found.append(Leftover(path: path, place: place, status: status, in: record))
      }
    }
    return found
  }

  /// Whether a folder of a platform in `folder` of the stage belongs to a layout of the run: by the record, else if no
  /// other layout has folders there. To a run of all tarballs belong all.
  private func isStagedByRun(_ place: [UInt8], in folder: String) -> Bool {
    // A run of images makes the tarballs that hold them, and `stage` has no results.
    if !keeping.isNamed && (artifacts.isEmpty || artifacts.contains { $0.image == nil }) { return true }
    let own = staged.filter { $0.folder.utf8.elementsEqual(folder.utf8) }.map(\.owner)
    if let entry = record.entries[place] { return own.contains(entry.owner) }
    return own.allSatisfy { keeping.names.tarballs(stagedWith: $0).isSubset(of: own) }
  }

  // MARK: Folders

  private func folders() throws -> [(folder: String, kind: Kind, suffixes: [String])] {
    let locations = keeping.locations
    var folders: [(folder: String, kind: Kind, suffixes: [String])] = []
    if artifacts.contains(where: { $0.image == nil }) { folders.append((locations.out, .tarball, Self.suffixes)) }
    let images = artifacts.compactMap(\.image)
    if images.contains(where: \.isKept) {
      folders.append((locations.images, .image, Self.suffixes))
      folders += inner(of: locations.images).map { ("\(locations.images)/\($0)", .image, Self.suffixes) }
    }
    var staged: Set<[String]> = []
    for place in images.flatMap(\.stagePlaces) {
      // "LAYOUT/OS-ARCH": on all platforms of the layout.
      let layout = Paths.parent(of: place.folder)
      guard staged.insert([layout, place.path]).inserted else { continue }
      for platform in inner(of: "\(locations.stage)/\(layout)") {
        folders.append((place.place(below: "\(locations.stage)/\(layout)/\(platform)"), .image, [".tar"]))
      }
    }
    return folders
  }

  /// The names of the folders in a folder, in order. One that cannot be listed has none: the run wrote all of its own
  /// files, and what others put there is no error of it.
  private func inner(of folder: String) -> [String] {
    guard let handle = try? FileHandle(opening: Array(folder.utf8), O_RDONLY | O_DIRECTORY),
      let names = try? FolderListing.names(of: handle)
    else { return [] }
    return names.compactMap { name in
      // What this run or another is making there.
      if name.starts(with: OutputFolder.temporaryPrefix.utf8) { return nil }
      let status = try? FileStatus.ifThere(name, in: handle.descriptor, path: name)
      // Where a link leads, this run writes or nobody should look.
      guard let status, status.isFolder || status.isSymlink else { return nil }
      return String(validating: name, as: UTF8.self)
    }
  }

  // MARK: Files

  private func leftovers(in folder: String, _ kind: Kind, _ suffixes: [String]) -> [Leftover] {
    guard let resolved = followed(folder),
      // As above: what cannot be listed is no error.
      let handle = try? FileHandle(opening: resolved, O_RDONLY | O_DIRECTORY | O_NOFOLLOW),
      let names = try? FolderListing.names(of: handle)
    else { return [] }
    return names.compactMap { name in
      guard Self.has(name, one: suffixes) else { return nil }
      let place = resolved + [Self.slash] + name
      guard !run.decide(on: place), !isKept(place), isOfRun(name, place, kind),
        let status = try? FileStatus.ifThere(name, in: handle.descriptor, path: place),
        // A symlink too, since what uploads a folder follows it.
        status.isFile || status.isSymlink
      else { return nil }
      let path = Array(folder.utf8) + [Self.slash] + name
      return Leftover(path: path, place: place, status: status, in: record)
    }
  }

  /// The absolute path of a folder of the run; nil where a link leads to it from the run's folders and the run itself
  /// does not write there.
  private func followed(_ folder: String) -> [UInt8]? {
    guard let resolved = try? Paths.resolved(Array(folder.utf8)) else { return nil }
    let roots = [keeping.locations.out, keeping.locations.images, keeping.locations.stage]
    for root in roots where folder.utf8.starts(with: root.utf8) {
      let rest = folder.utf8.dropFirst(root.utf8.count)
      if let root = try? Paths.resolved(Array(root.utf8)), resolved == root + rest { return resolved }
    }
    return ownFolders.contains { resolved == $0 || resolved.starts(with: $0 + [Self.slash]) } ? resolved : nil
  }

  /// Whether the name has one of the suffixes, in any case, and something before it.
  private static func has(_ name: [UInt8], one suffixes: [String]) -> Bool {
    let lower = name.map(\.lowercased)
    return suffixes.contains { lower.count > $0.utf8.count && lower.suffix($0.utf8.count).elementsEqual($0.utf8) }
  }

  /// Whether the file belongs to a layout or an image of the run: by the record, else by its name. In a run of all, what
  /// the record does not have belongs to it.
  private func isOfRun(_ name: [UInt8], _ place: [UInt8], _ kind: Kind) -> Bool {
    if let entry = record.entries[place] {
      if keeping.isNamed { return owners.contains(entry.owner) }
      let isImage = if case .image = entry.owner { true } else { false }
      let isPackage = keeping.names.packages.contains(entry.owner)
      return artifacts.contains { ($0.image != nil) == isImage && ($0.package != nil) == isPackage }
    }
    if !keeping.isNamed {
      if kind == .image || keeping.names.packages.isEmpty { return true }
      // What looks like a package belongs to a run of packages, where there are any; all else to one of tarballs.
      let isPackage = Self.has(name, one: PackageFormat.allCases.map(\.suffix))
      return artifacts.contains { $0.image == nil && ($0.package != nil) == isPackage }
    }
    let names = kind == .image ? keeping.names.images(named: name) : keeping.names.tarballs(named: name)
    return !names.isDisjoint(with: owners)
  }
}

extension PlannedImage.StagePlace {
  /// The folder of the archive below `folder`, which is the one of a platform.
  fileprivate func place(below folder: String) -> String { path.isEmpty ? folder : "\(folder)/\(path)" }
}
