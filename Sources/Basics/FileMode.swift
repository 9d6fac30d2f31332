// The permission bits of a file as layouts write them and listings show them.

/// Permission bits, from an octal string of three or four digits.
package struct FileMode: Equatable, Sendable {
  /// 0 to 0o7777.
  package let bits: UInt16

  package init(bits: UInt16) { self.bits = bits & 0o7777 }

  /// The mode that `text` spells, such as "0755".
  package init(_ text: String) throws(FileModeError) {
    guard (3...4).contains(text.utf8.count), text.utf8.allSatisfy(\.isOctalDigit), let bits = UInt16(text, radix: 8)
    else { throw FileModeError() }
    self.bits = bits
  }

  /// Of folders that no rule names, and of those that a rule makes.
  package static let folder = FileMode(bits: 0o755)
  /// Of files that a layout spells out.
  package static let generated = FileMode(bits: 0o644)

  /// Four octal digits.
  package var octal: String {
    let digits = String(bits, radix: 8)
    return String(repeating: "0", count: 4 - digits.utf8.count) + digits
  }
}

/// A text that is no mode.
package struct FileModeError: Error, Equatable, Sendable, CustomStringConvertible {
  package var description: String { "expected an octal string such as \"0755\"" }
}
