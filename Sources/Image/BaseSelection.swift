// Which bases of a store are meant: by a name, a name and a digest, or a digest alone, and of one architecture or of all.

/// What `base remove` is to take out of a store.
package struct BaseSelection: Equatable, Sendable {
  /// Nil for a digest alone, which means what has it under any name, and under none.
  let reference: Reference?
  /// Of a manifest, or of the index of several.
  let digest: ImageDigest?
  /// Of these images alone, for linux; nil for all.
  let architecture: String?

  /// The selection that `text` spells. Throws `ReferenceError`.
  package init(_ text: String, architecture: String? = nil) throws(ReferenceError) {
    self.architecture = architecture
    // As in distribution/reference, `ParseAnyReference`: what reads as a digest is no name.
    if let digest = ImageDigest(text) {
      (reference, self.digest) = (nil, digest)
    } else {
      let reference = try Reference(text)
      (self.reference, digest) = (reference, reference.digest)
    }
  }

  /// What was asked for, for messages.
  var name: String { reference?.familiar ?? digest?.description ?? "" }

  /// Whether the name is one of those of `item`; its digest and what is in it are another question.
  func canMean(_ item: ImageIndex.Item) -> Bool {
    guard let reference else { return true }
    return item.isNamed(reference.canMean)
  }

  /// Whether an image for `platform` is meant that the digests `way` lead to: those of indexes, and its own.
  func means(_ platform: Platform?, at way: [ImageDigest]) -> Bool {
    if let digest, !way.contains(digest) { return false }
    return architecture == nil || platform?.withoutVariant == wanted
  }

  /// The platform of `architecture`.
  var wanted: Platform? { architecture.map { Platform(os: "linux", architecture: $0) } }
}
