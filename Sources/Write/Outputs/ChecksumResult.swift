// The result of writing a checksum file.

package import Basics
package import Plan

/// A checksum file that a run wrote or left alone.
package struct ChecksumResult: Sendable {
  package let file: ChecksumFile
  /// Of its text.
  package let digest: Digest
  /// Bytes.
  package let size: Int64
  /// Whether it was there already and was left alone.
  package let isUnchanged: Bool
}
