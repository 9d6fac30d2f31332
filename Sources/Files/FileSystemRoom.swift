// How much room there is on the file system of a folder.

private import Glibc

/// The room on a file system (statvfs(3)).
package struct FileSystemRoom: Sendable {
  /// What tells one file system from another.
  package let device: UInt64
  /// Bytes that this user may still fill.
  package let bytes: Int64
  /// Files that this user may still make; nil where there is no fixed number of them.
  package let files: Int64?

  /// The room where `folder` is, or would be made: the nearest folder above it that is there.
  package init(at folder: String) throws(SystemError) {
    let place = try Self.nearest(to: folder)
    device = try FileStatus.following(Array(place.utf8)).key.device
    var status = statvfs()
    try systemCall("find the room of", Array(place.utf8)) { statvfs(place, &status) }
    let (bytes, isTooMuch) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
    self.bytes = isTooMuch ? .max : Int64(clamping: bytes)
    // btrfs and others make inodes as they are needed, and say 0 of both.
    files = status.f_files == 0 ? nil : Int64(clamping: status.f_favail)
  }

  /// The folder, or the nearest one above it that is there.
  package static func nearest(to folder: String) throws(SystemError) -> String {
    var place = folder
    while try FileStatus.followingIfThere(Array(place.utf8)) == nil {
      let above = Paths.parent(of: place)
      if above == place { break }
      place = above
    }
    return place
  }
}
