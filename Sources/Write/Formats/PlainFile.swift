// A file that is shipped as it is, such as an executable.

import Archive
import Basics
import Plan

/// The contents of an artifact's one entry, with its mode and time.
struct PlainFile: ArtifactFormat {
  var codec: any Codec { StoredCodec() }
  var isWrittenWhole: Bool { true }

  func key(of artifact: Artifact, entries: Digest, in store: SourceStore) -> Digest {
    Self.digest("file", [entries.bytes])
  }

  func contents(of artifact: Artifact, layer: Digest?, _ late: LateFacts, in store: SourceStore) -> ArtifactContents {
    .stream(Rope(contentsOf: artifact.entries, in: store))
  }
}
