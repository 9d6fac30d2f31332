// An artifact that one worker writes from start to end.

import Archive
import Basics
import Plan

/// Writes artifacts that one worker writes from start to end.
struct ArtifactWriter: Sendable {
  let plan: Plan
  let store: SourceStore
  let folder: ReleaseFolder
  let memory: ReleaseMemory?
  /// Digests of the new layers of images, by the number of the artifact.
  let layers: [Int: Digest]
  let late: LateFacts
  let log: WorkLog
  let watch: @Sendable (WriteEvent) -> Void

  /// Writes an artifact, unless the same file is there already.
  func write(_ number: Int) throws -> WrittenArtifact {
    if let unchanged = memory?.unchanged[number] {
      log.add(unchanged.result.tarSize, .leftAlone)
      return unchanged
    }
    watch(.began(artifact: number))
    return try log.timed(.writing) {
      let artifact = plan.artifacts[number]
      let contents = try artifact.writtenFormat.contents(of: artifact, layer: layers[number], late, in: store)
      guard case .stream(let rope) = contents else { preconditionFailure("encoded bytes are written in parts") }
      var files = ArtifactFiles(in: folder, store)
      let companion = try files.write(artifact.companions)
      let (digest, file) = try files.write(rope, of: artifact) { watch(.packed($0, artifact: number)) }
      try files.link(file, to: artifact.places.dropFirst())
      log.add(rope.count, .written)
      let result = ArtifactResult(
        artifact: number, digest: digest, size: rope.count, tarDigest: artifact.isTar ? digest : nil,
        tarSize: rope.count, isUnchanged: false)
      return WrittenArtifact(result: result, file: file, files: files.written, companionDigest: companion)
    }
  }
}
