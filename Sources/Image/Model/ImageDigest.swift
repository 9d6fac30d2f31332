// The digest of a blob as documents name it: an algorithm and hexadecimal digits (OCI image-spec, descriptor.md,
// "Digests"). A text is checked before it becomes a digest, because digests become paths.

package import Basics

/// A SHA-256 digest in the words of the image spec: "sha256:" and 64 lower-case hexadecimal digits.
package struct ImageDigest: Hashable, Sendable, CustomStringConvertible {
  /// The 64 digits.
  package let hex: String

  private static let prefix = "sha256:"

  /// The digest that `text` spells; nil for another algorithm, another length or capitals.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.starts(with: Self.prefix.utf8), bytes.count == Self.prefix.utf8.count + 64 else { return nil }
    let digits = bytes.dropFirst(Self.prefix.utf8.count)
    guard digits.allSatisfy(\.isLowerHexDigit) else { return nil }
    hex = String(decoding: digits, as: UTF8.self)
  }

  /// The digest in the name of a blob of a layout, "blobs/sha256/HEX"; nil for another name.
  init?(blobPath name: String) {
    let folder = "blobs/sha256/"
    guard name.utf8.starts(with: folder.utf8) else { return nil }
    self.init(Self.prefix + (String(name.utf8.dropFirst(folder.utf8.count)) ?? ""))
  }

  /// Whether `text` is a digest of another algorithm than SHA-256 (descriptor.md, "Digests").
  static func isOther(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let algorithm = parts.first, let encoded = parts.last, !algorithm.isEmpty, !encoded.isEmpty
    else { return false }
    return !algorithm.elementsEqual("sha256".utf8)
      && algorithm.allSatisfy { $0.isLowerLetter || $0.isDigit || "+._-".utf8.contains($0) }
      && encoded.allSatisfy { $0.isLetterOrDigit || "=_-".utf8.contains($0) }
  }

  package init(_ digest: Digest) { hex = digest.description }

  /// The digest of `bytes`.
  package init(of bytes: [UInt8]) { self.init(SHA256.digest(of: bytes)) }

  package var description: String { Self.prefix + hex }

  /// Where the blob is in an OCI image layout (image-layout.md, "Blobs").
  package var blobPath: String { "blobs/sha256/\(hex)" }
}
