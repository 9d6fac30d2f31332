// The run's own folders and outputs: those that it writes, and those that it is given beside the source tree.

import Basics
import Files
import Glibc

/// The run's own folders and outputs, which no tree takes in.
struct OwnPlaces {
  private let places: Set<FileKey>
  /// The folders above them.
  private let parents: Set<FileKey>
  /// The folders that a run writes into.
  private let outputs: Set<FileKey>
  /// The folders in which the record of outputs may stand.
  private let recorded: Set<FileKey>
  /// Folders in which runs make and remove folders, because one of the places or a folder above it is missing.
  private let shared: Set<FileKey>

  /// No places.
  init() { (places, parents, outputs, recorded, shared) = ([], [], [], [], []) }

  /// The places of a run that writes files of these names. A cache folder that others put files into is refused as a
  /// cache, and is then a folder of sources.
  init(_ locations: Locations, fileNames: [String], isCacheOfOthers: Bool = false) throws(SystemError) {
    var places: Set<FileKey> = []
    var parents: Set<FileKey> = []
    var shared: Set<FileKey> = []
    let caches = isCacheOfOthers ? [] : [locations.cache]
    let records = locations.recordFolders.map { "\($0)/\(OwnFile.record)" }
    let files = fileNames.map { "\(locations.out)/\($0)" } + records
    for path in locations.own + caches + files {
      // A missing place cannot be taken in, but a folder made to hold it may be there already.
      if let key = try Self.key(of: Array(path.utf8)) { places.insert(key) }
      var rest = Array(path.utf8)[...]
      var isAboveMissing = true
      while let slash = rest.lastIndex(of: UInt8(ascii: "/")) {
        rest = rest[..<slash]
        guard let key = try Self.key(of: Array(rest)) else { continue }
        parents.insert(key)
        if isAboveMissing { shared.insert(key) }
        isAboveMissing = false
      }
      let isRelative = path.utf8.first != UInt8(ascii: "/")
      if isAboveMissing && isRelative, let key = try Self.key(of: [UInt8(ascii: ".")]) { shared.insert(key) }
    }
    self.places = places
    self.parents = parents
    self.shared = shared
    var outputs: Set<FileKey> = []
    for path in [locations.out, locations.images, locations.dockerfiles, locations.oci] + caches {
      if let key = try Self.key(of: Array(path.utf8)) { outputs.insert(key) }
    }
    self.outputs = outputs
    var recorded: Set<FileKey> = []
    for path in locations.recordFolders { if let key = try Self.key(of: Array(path.utf8)) { recorded.insert(key) } }
    self.recorded = recorded
  }

  /// Nil where nothing is found.
  private static func key(of path: [UInt8]) throws(SystemError) -> FileKey? {
    do throws(SystemError) {
      return try FileStatus.followingIfThere(path)?.key
    } catch {
      // Such a path cannot be read or cannot exist: the run writes nothing there and takes nothing in.
      if [EACCES, ELOOP, ENAMETOOLONG].contains(error.errno) { return nil }
      throw error
    }
  }

  /// Whether this is one of the places.
  func contains(_ status: FileStatus) -> Bool { places.contains(status.key) }

  /// Whether one of the places is somewhere below this folder.
  func liesBelow(_ status: FileStatus) -> Bool { parents.contains(status.key) }

  /// Whether `name` in this folder is left out whatever stands there: a record of outputs, which another run may
  /// replace meanwhile, or a file that a killed run left where runs write.
  func leavesOut(_ name: [UInt8], in folder: FileStatus) -> Bool {
    let isRecorded = recorded.contains(folder.key)
    if isRecorded && name.elementsEqual(OwnFile.record.utf8) { return true }
    return name.starts(with: OutputFolder.temporaryPrefix.utf8) && (isRecorded || outputs.contains(folder.key))
  }

  /// Whether other runs of this program may change the folder while it is read.
  func isShared(_ status: FileStatus) -> Bool {
    outputs.contains(status.key) || recorded.contains(status.key) || shared.contains(status.key)
  }

  /// Whether `path` is in a folder below `root` that the run writes into. `path` is absolute and without links.
  func isInOutput(_ path: [UInt8], below root: [UInt8]) throws(SystemError) -> Bool {
    var rest = path[...]
    while rest.count > root.count {
      if let key = try Self.key(of: Array(rest)), outputs.contains(key) { return true }
      guard let slash = rest.lastIndex(of: UInt8(ascii: "/")) else { return false }
      rest = rest[..<slash]
    }
    return false
  }
}
