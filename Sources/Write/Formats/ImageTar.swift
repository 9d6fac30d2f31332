// The archive of an image: its documents and its layers, in a tar that engines load.

import Archive
import Basics
import Plan

/// The archive of an image.
struct ImageTar: ArtifactFormat {
  let image: PlannedImage

  var codec: any Codec { StoredCodec() }
  var isWrittenWhole: Bool { true }

  func key(of artifact: Artifact, entries: Digest, in store: SourceStore) -> Digest {
    Self.digest("image", [entries.bytes, image.documents(in: store)])
  }

  func contents(of artifact: Artifact, layer: Digest?, _ late: LateFacts, in store: SourceStore) throws
    -> ArtifactContents
  {
    guard let layer else { preconditionFailure("an image is written without the digest of its layer") }
    return .stream(try image.rope(in: store, layerDigest: layer))
  }
}
