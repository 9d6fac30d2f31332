// A gzipped tar.

import Archive
import Basics
import Plan

/// A .tar.gz.
struct TarGzip: ArtifactFormat {
  /// The level of deflate, 0 to 9.
  let level: Int

  var codec: any Codec { GzipCodec(level: level) }
  var isWrittenWhole: Bool { false }

  func key(of artifact: Artifact, entries: Digest, in store: SourceStore) -> Digest {
    Self.digest("tar.gz", [Array("\(codec.identity)\n".utf8), entries.bytes])
  }

  func rope(of artifact: Artifact, layer: Digest?, in store: SourceStore) -> Rope {
    Rope(artifact.entries, in: store)
  }
}
