// A tar that is not compressed.

import Archive
import Basics
import Plan

/// A .tar.
struct PlainTar: ArtifactFormat {
  var codec: any Codec { StoredCodec() }
  var isWrittenWhole: Bool { false }

  func key(of artifact: Artifact, entries: Digest, in store: SourceStore) -> Digest {
    Self.digest("tar", [entries.bytes])
  }

  func contents(of artifact: Artifact, layer: Digest?, _ late: LateFacts, in store: SourceStore) -> ArtifactContents {
    .stream(Rope(artifact.entries, in: store))
  }
}
