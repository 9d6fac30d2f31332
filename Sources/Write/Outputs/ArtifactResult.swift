// What came of an artifact.

package import Basics
import Files

/// What was made of a planned artifact.
package struct ArtifactResult: Sendable {
  /// The artifact's number in the plan.
  package let artifact: Int
  /// Digest of its file.
  package let digest: Digest
  /// Bytes of its file.
  package let size: Int64
  /// Digest of the plain tar in it; nil where it was not wanted.
  package let tarDigest: Digest?
  /// Bytes of the plain tar in it.
  package let tarSize: Int64
  /// Whether all of its files stood there already and were left alone.
  package let isUnchanged: Bool
}

/// A file that a run wrote.
struct WrittenFile {
  /// Nil for a copy, whose bytes are those of its source.
  let digest: Digest?
  let place: OutputPlace
  /// Its state after the last write, before it got its name.
  let identity: FileIdentity
}

/// An artifact as it stands, with what the cache and the ledger are told of it.
struct WrittenArtifact {
  let result: ArtifactResult
  /// Its file, under its temporary name where it was written by this run.
  let file: SourceFile
  /// The files of it and its companions, those left out that are links to others; none where it was left alone.
  var files: [WrittenFile] = []
  /// Digest of the archive among its companions, if it has one.
  var companionDigest: Digest?
  /// Of the small files among its entries, where they were wanted.
  var entryDigests: [EntryDigest] = []
}

/// The digest of the contents of one entry.
struct EntryDigest {
  /// Its index in the list of entries.
  let index: Int
  let digest: Digest
}
