// The tag of an image that stands in the stage folder: what a NAME.docker_tag says, beside NAME.tar.

import Basics
import Files
import Image

/// What the file with the tag of a staged image says.
struct StagedTag {
  /// The bytes without blanks and ends of lines behind them; nil when there are more than any tag has.
  private let text: [UInt8]?

  /// More than the longest tag, of 128 bytes, and what may stand behind it.
  private static let largestFile: Int64 = 4096

  /// Reads the file. Throws `SourceChanged` or `SystemError`.
  init(_ file: SourceFile) throws {
    guard file.identity.size <= Self.largestFile,
      let bytes = try file.part(from: 0, count: UInt64(clamping: file.identity.size))
    else {
      text = nil
      return
    }
    text = Array(bytes.reversed().drop { $0 == UInt8(ascii: " ") || (0x09...0x0D).contains($0) }.reversed())
  }

  /// The tag; nil when the file says none.
  var tag: String? { text.flatMap { String(validating: $0, as: UTF8.self) }.flatMap { Reference.isTag($0) ? $0 : nil } }

  /// Why an image of this tag is none of the release's, whose tag is `wanted`; nil when it is one. Where no version is
  /// known, and so no tag, any may be.
  func reason(against wanted: String?) -> String? {
    guard let tag else { return "expected a tag\(wanted.map { " such as \($0)" } ?? ""), found \(found)" }
    guard let wanted, wanted != tag else { return nil }
    return "is tagged \(tag), wanted is \(wanted): \(StagedImage.remedy), or give the --version that it is of"
  }

  private var found: String {
    guard let text else { return "more than \(Self.largestFile) bytes" }
    return text.isEmpty ? "nothing" : "\"\(escapedName(text.prefix(100)))\"\(text.count > 100 ? "..." : "")"
  }
}
