// A gzipped tar.

import Archive
import Basics
import Plan

/// A .tar.gz.
struct TarGzip: ArtifactFormat {
  /// The level of deflate, 0 to 9.
  let level: Int

  var codec: any Codec { DeflateCodec(level: level) }
  var isWrittenWhole: Bool { false }

  func framing(of artifact: Artifact) -> ArchiveFraming { .gzip }

  func key(of artifact: Artifact, entries: Digest, in store: SourceStore) -> Digest {
    Self.digest("tar.gz", [Array("\(codec.identity)\n".utf8), entries.bytes])
  }

  func contents(of artifact: Artifact, layer: Digest?, _ late: LateFacts, in store: SourceStore) -> ArtifactContents {
    .stream(Rope(artifact.entries, in: store))
  }
}
