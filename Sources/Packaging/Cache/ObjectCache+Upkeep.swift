// The size of a cache, and what goes when it is too large or damaged.

package import Archive
private import Glibc

/// What a cache holds, and what was removed from it.
package struct CacheReport: Equatable, Sendable {
  /// Objects that are there, and their bytes; more than an Int64 holds, as sparse files can say, are its greatest value.
  package var objects = 0
  package var bytes: Int64 = 0
  /// Objects that were removed, and their bytes.
  package var removedObjects = 0
  package var removedBytes: Int64 = 0
  /// Files that are there and could not be read.
  package var unreadableFiles = 0

  package init() {}

  fileprivate mutating func count(_ object: StoredObject, isRemoved: Bool) {
    if isRemoved {
      removedObjects += 1
      removedBytes = Self.sum(removedBytes, object.size)
    } else {
      objects += 1
      bytes = Self.sum(bytes, object.size)
    }
  }

  private static func sum(_ bytes: Int64, _ more: Int64) -> Int64 {
    let (sum, isHuge) = bytes.addingReportingOverflow(more)
    return isHuge ? .max : sum
  }
}

extension ObjectCache {
  /// How much there is. Throws `SystemError` when the folder cannot be read or is none of a cache.
  package func info() throws(SystemError) -> CacheReport {
    try folder.checkIsOurs()
    var report = CacheReport()
    for object in try StoredObject.all(in: folder) { report.count(object, isRemoved: false) }
    return report
  }

  /// Removes the objects that were not used for longest, until no more than `limit` bytes are left, and temporaries of
  /// more than a day.
  ///
  /// Throws `SystemError`, of EWOULDBLOCK when another process is at it, of ENOTEMPTY when the folder is none of a
  /// cache.
  package func prune(to limit: Int64) throws(SystemError) -> CacheReport {
    try folder.checkIsOurs()
    // Where there is no cache, nothing is made for the lock.
    guard try FileStatus.followingIfThere(Array(folder.objects.utf8)) != nil else { return CacheReport() }
    return try folder.locked { () throws(SystemError) in
      try folder.removeOldTemporaries()
      var report = CacheReport()
      // The newest first: what fits stays, and from there on all goes.
      for object in try StoredObject.all(in: folder).sorted(by: StoredObject.wasUsedLater) {
        let fits = report.removedObjects == 0 && object.size <= limit - report.bytes
        if !fits { try folder.remove(folder.place(of: object.key)) }
        report.count(object, isRemoved: !fits)
      }
      return report
    }
  }

  /// Reads every object and the index, and removes what is damaged; what another version of this program wrote stays.
  /// Of files that cannot be read the first is told.
  ///
  /// Throws `SystemError` when a folder cannot be read or is none of a cache, or a file not be removed.
  package func verify() throws(SystemError) -> CacheReport {
    try folder.checkIsOurs()
    var report = CacheReport()
    for object in try StoredObject.all(in: folder) {
      let place = folder.place(of: object.key)
      do throws(ObjectFault) {
        try ObjectFile(opening: place, object.key, nil).check()
        report.count(object, isRemoved: false)
      } catch {
        switch error {
        // Removed by another process.
        case .missing: break
        case .unreadable(let error):
          report.count(object, isRemoved: false)
          note(error, in: &report)
        case .foreign: report.count(object, isRemoved: false)
        case .damaged:
          try folder.remove(place)
          report.count(object, isRemoved: true)
        }
      }
    }
    try verifyIndex(&report)
    return report
  }

  private func verifyIndex(_ report: inout CacheReport) throws(SystemError) {
    do throws(ObjectFault) {
      _ = try IndexFile.read(folder.index, where: { _ in false })
    } catch {
      switch error {
      case .missing, .foreign: break
      case .unreadable(let error): note(error, in: &report)
      case .damaged:
        try folder.remove(folder.index)
        folder.tell(.index, "\(escapedName(folder.index)): damaged, removed")
      }
    }
  }

  private func note(_ error: SystemError, in report: inout CacheReport) {
    report.unreadableFiles += 1
    folder.tell(.reading, "\(error)")
  }
}
