// Which bases of a store are meant: by a name, a name and a digest, or a digest alone, and of one platform or of all.

package import Basics

/// What `base remove` is to take out of a store.
package struct BaseSelection: Equatable, Sendable {
  /// Nil for a digest alone, which means what has it under any name, and under none.
  let reference: Reference?
  /// Of a manifest, or of the index of several.
  let digest: ImageDigest?
  /// Of these images alone, as `Platform.means` has it; nil for all.
  let platform: Platform?

  /// The selection that `text` spells. Throws `ReferenceError`.
  package init(_ text: String, on platform: Platform? = nil) throws(ReferenceError) {
    self.platform = platform
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
    guard let wanted = self.platform else { return true }
    return platform.map(wanted.means) ?? false
  }
}
