// Which blobs of a store are needed: all that index.json leads to. What cannot be read may lead to any of them.
// OCI image-spec, descriptor.md, manifest.md, image-index.md.

import Basics
import JSON

/// The blobs that descriptors lead to.
struct ReachedBlobs {
  private(set) var digests: Set<ImageDigest> = []
  private let source: ImageSource
  private var documents: ImageDocuments
  private var followed: Set<ImageDigest> = []

  init(in source: ImageSource) {
    self.source = source
    documents = ImageDocuments(of: source)
  }

  /// A descriptor that is still to be followed.
  private struct Step {
    let field: DocumentField
    /// Whether an index may name it without its blob: that of all platforms, saved for one.
    let mayLack: Bool
  }

  /// Adds what the descriptor `field`, an item of index.json, leads to.
  ///
  /// Throws `ImageError` when that cannot be told, `SourceChanged` or `SystemError`.
  mutating func add(_ field: DocumentField) throws {
    var steps = [Step(field: field, mayLack: false)]
    while let step = steps.popLast() {
      let digest = try step.field.required("digest")
      // What has a digest of another algorithm is no file of blobs/sha256, and what it leads to is not known.
      let descriptor = try Descriptor(step.field)
      digests.insert(descriptor.digest)
      guard (MediaType.indexes + MediaType.manifests).contains(descriptor.mediaType) else {
        throw digest.error("leads to \(quoted(descriptor.mediaType)), which is not known here")
      }
      guard followed.insert(descriptor.digest).inserted else { continue }
      if try step.mayLack && !source.files.contains(descriptor.digest.blobPath) { continue }
      let stored = try documents.document(descriptor, BlobPlace(step.field))
      let document = try DocumentField(reading: stored.bytes, place: source.place(descriptor.digest.blobPath))
      try document.checkTwinKeys()
      for item in try ImageIndex.fields(of: document) { steps.append(Step(field: item, mayLack: true)) }
      steps += addDigests(in: document)
    }
  }

  /// Adds all digests that `field` has anywhere: config, layers, and members that are not known here; what of it leads
  /// on, as a subject does. Keys are taken in any case, as engines do.
  private mutating func addDigests(in field: DocumentField) -> [Step] {
    let values: [JSONValue]
    var steps: [Step] = []
    switch field.value.kind {
    case .array(let elements): values = elements
    case .object(let members):
      values = members.map(\.value)
      let strings = { (key: String) in
        members.filter { $0.key.isTwin(of: key) }.compactMap { member in
          if case .string(let text) = member.value.kind { text } else { nil }
        }
      }
      // What is no descriptor has no digest to keep.
      let named = strings("digest").compactMap { ImageDigest($0) }
      digests.formUnion(named)
      let isFollowed = strings("mediaType").contains { (MediaType.indexes + MediaType.manifests).contains($0) }
      if isFollowed, !named.isEmpty { steps.append(Step(field: field, mayLack: true)) }
    case .null, .bool, .number, .string: return []
    }
    for value in values { steps += addDigests(in: DocumentField(value: value, place: field.place)) }
    return steps
  }
}
