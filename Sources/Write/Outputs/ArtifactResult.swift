// The result of writing an artifact.

package import Basics
import Files

/// The result of a planned artifact.
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
  /// Whether all of its files were there already and were left alone.
  package let isUnchanged: Bool
}

/// A file that a run wrote.
struct WrittenFile {
  /// Nil for a copy, which has the digest of its source.
  let digest: Digest?
  let place: OutputPlace
  /// Its state after the last write, before it got its name.
  let identity: FileIdentity
}

/// A file of an artifact, as it is after the run.
struct FinishedFile {
  let place: OutputPlace
  let size: Int64
  /// Nil for a copy, which has the digest of its source.
  let digest: Digest?
}

/// An artifact in its place, with the facts that the cache, the ledger and the record of outputs need.
struct WrittenArtifact {
  let result: ArtifactResult
  /// Its file; under a temporary name if this run wrote it.
  let file: SourceFile
  /// The files of it and its companions, without those that are links to others; empty where it was left alone.
  var files: [WrittenFile] = []
  /// All files of an artifact that was left alone.
  var standing: [FinishedFile] = []
  /// Digest of the archive among its companions, if it has one.
  var companionDigest: Digest?
  /// The digests of the small files among its entries, where wanted.
  var entryDigests: [EntryDigest] = []
}

/// The digest of the contents of one entry.
struct EntryDigest {
  /// Its index in the list of entries.
  let index: Int
  let digest: Digest
}
