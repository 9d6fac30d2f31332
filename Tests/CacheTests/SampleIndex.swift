// The index of a sample cache, with files that nobody has.

@testable import Basics
@testable import Cache
@testable import Files
@testable import TestSupport

extension FileIdentity {
  /// The state of a file that nobody has.
  static func sample(inode: UInt64, changed: Int64 = 100) -> FileIdentity {
    FileIdentity(kept: FileKey(device: 1, inode: inode), size: 10, modified: 100, changed: changed)
  }
}

extension Digest {
  /// The digest of a text.
  static func sample(_ text: String) -> Digest { SHA256.digest(of: text.utf8) }
}

extension SampleCache {
  /// A time long after that of the sample files, in nanoseconds since 1970.
  static let now: Int64 = 1_000_000 * 1_000_000_000

  /// Path of the index.
  var indexPath: String { "\(path)/index" }

  /// The index as a process of its own would see it.
  func index() -> FileDigestIndex { FileDigestIndex(in: open().folder) }

  /// Saves an index that knows the files of these inodes.
  func save(_ inodes: [UInt64]) {
    let index = self.index()
    for inode in inodes { index.note(.sample("\(inode)"), of: .sample(inode: inode), hashedAt: Self.now) }
    index.save()
  }

  /// Which of these inodes' files the saved index knows.
  func known(_ inodes: ClosedRange<UInt64>) -> [UInt64] {
    let index = self.index()
    return inodes.filter { index.digest(of: .sample(inode: $0)) == .sample("\($0)") }
  }
}
