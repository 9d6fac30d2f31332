// What a cache keeps of an image that was written: what the outputs must be that cannot be known without making them.

import Basics

/// What came of an image.
struct ImageRecord: Equatable {
  /// Of the archive.
  let digest: Digest
  /// Of the archive that the Dockerfile adds; nil for none.
  let buildArchive: Digest?
  /// Whether the archive was one file in all of its places, as it is where there can be links between them.
  let isOneFile: Bool

  init(digest: Digest, buildArchive: Digest?, isOneFile: Bool) {
    self.digest = digest
    self.buildArchive = buildArchive
    self.isOneFile = isOneFile
  }

  /// The record that `bytes` are; nil when they are none.
  init?(_ bytes: [UInt8]) {
    guard let first = bytes.first, first <= 1, bytes.count == 33 || bytes.count == 65,
      let digest = Digest(kept: Array(bytes[1..<33]))
    else { return nil }
    self.digest = digest
    buildArchive = Digest(kept: Array(bytes[33...]))
    isOneFile = first == 1
  }

  var bytes: [UInt8] { [isOneFile ? 1 : 0] + digest.bytes + (buildArchive?.bytes ?? []) }
}
