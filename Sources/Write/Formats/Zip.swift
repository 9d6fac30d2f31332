// A zip: each entry is a stream of deflate of its own, or stored. Large sources are those of the tarballs, spliced.

import Archive
import Basics
import Plan

/// A .zip.
struct Zip: ArtifactFormat {
  /// The level of deflate, 0 to 9; at 0 all is stored.
  let level: Int

  var codec: any Codec { level == 0 ? StoredCodec() : DeflateCodec(level: level) }
  var keptCodec: any Codec { StoredCodec() }
  var isWrittenWhole: Bool { false }

  func framing(of artifact: Artifact) -> ArchiveFraming { .zip(artifact.entries) }

  func key(of artifact: Artifact, entries: Digest, in store: SourceStore) -> Digest {
    Self.digest("zip", [Array("\(codec.identity)\n".utf8), entries.bytes])
  }

  func contents(of artifact: Artifact, layer: Digest?, _ late: LateFacts, in store: SourceStore) -> ArtifactContents {
    .members(artifact.entries)
  }
}
