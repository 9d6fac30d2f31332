// The deflated form of a content that was made by an earlier run.

package import Basics

/// An open object with the deflated form of a content: it can be read to the end, also after it was removed.
package final class CachedContent {
  private let file: ObjectFile
  private var done = CRC32()

  init(_ file: consuming ObjectFile) { self.file = file }

  /// Checksum and length of the content.
  package var crc: CRC32 { file.trailer.raw }

  /// The next deflated bytes, in `buffer`; nil after the last.
  ///
  /// Throws `ObjectFault` when the object is not what was written, which may show no sooner than behind the last.
  package func next(into buffer: UnsafeMutableRawBufferPointer) throws(ObjectFault) -> UnsafeRawBufferPointer? {
    try file.read(after: &done, into: buffer)
  }
}
