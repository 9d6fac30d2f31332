// A path inside an archive or below the source tree, as a layout spells it: checked once, when the layout is read.

/// A relative path in its only spelling: no empty part, no "." or "..", no character that controls a terminal.
package struct ArchivePath: Hashable, Sendable {
  /// The most bytes of a path and of one part of it (Linux: PATH_MAX less its NUL, NAME_MAX).
  package static let longest = 4095
  package static let longestPart = 255

  /// The path's bytes.
  package let bytes: [UInt8]

  /// The path that `text` spells; throws when `text` is not such a path.
  package init(_ text: String) throws(PathError) {
    bytes = Array(text.utf8)
    if bytes.isEmpty { throw .empty }
    if bytes.first == UInt8(ascii: "/") { throw .absolute }
    if bytes.count > Self.longest { throw .tooLong }
    if bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) { throw .controlByte }
    for part in bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      if part.isEmpty { throw .emptyPart }
      if part == Array(".".utf8)[...] { throw .dot }
      if part == Array("..".utf8)[...] { throw .dotDot }
      if part.count > Self.longestPart { throw .partTooLong }
    }
  }

  /// The last part.
  package var name: ArraySlice<UInt8> {
    bytes.lastIndex(of: UInt8(ascii: "/")).map { bytes[($0 + 1)...] } ?? bytes[...]
  }

  /// Whether `text` spells a path of one part: a name without a folder.
  package static func isName(_ text: String) -> Bool {
    // The reason of an error is not needed.
    (try? ArchivePath(text))?.isOnePart == true
  }

  /// Whether the path has one part: a name without a folder.
  package var isOnePart: Bool { !bytes.contains(UInt8(ascii: "/")) }

  /// The path as text.
  package var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// The reason why a text is not a path.
package enum PathError: Error, Equatable, Sendable, CustomStringConvertible {
  case empty, absolute, tooLong, controlByte, emptyPart, dot, dotDot, partTooLong

  package var description: String {
    switch self {
    case .empty: "expected a relative path that is not empty"
    case .absolute: "expected a relative path, not an absolute one"
    case .tooLong: "a path of more than \(ArchivePath.longest) bytes"
    case .controlByte: "a control character in a path"
    case .emptyPart: "an empty part in a path ('//' or a '/' at the end)"
    case .dot: "a '.' part in a path"
    case .dotDot: "a '..' part in a path"
    case .partTooLong: "a part of more than \(ArchivePath.longestPart) bytes in a path"
    }
  }
}
