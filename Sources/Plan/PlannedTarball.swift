// A tarball of a plan that is being put together: it becomes an artifact when all are there.

import Archive
import Basics

/// One tarball of a plan that is being made.
struct PlannedTarball {
  /// The name of its layout.
  let layout: String
  let platform: Platform?
  /// The name of the archive.
  let fileName: String
  /// Of deflate, 0 to 9.
  let level: Int
  /// Its entries, sorted; the origin of each is its rule's number, or `Plan.implied`.
  let entries: TarEntryList
  /// The numbers of the tarballs that it holds; they stand before it.
  let holds: [Int]
  /// The numbers of the images that it holds.
  let images: [Int]
  /// Images that it takes from the stage folder as they stand.
  let stagedImages: Int
}
