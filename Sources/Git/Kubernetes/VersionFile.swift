// The file that KUBE_GIT_VERSION_FILE names: shell assignments. Kubernetes' script runs them; kpack only reads them.

import Basics

/// A version file has a line that is no assignment of a plain value.
package struct VersionFileError: Error, Equatable, Sendable {
  /// The file as the environment names it.
  package let file: String
  /// The line, counted from 1, on which the assignment begins.
  package let line: Int
  /// The start of that line, escaped.
  package let found: String

  package init(file: String, line: Int, found: String) {
    self.file = file
    self.line = line
    self.found = found
  }
}

extension VersionFileError: CustomStringConvertible {
  package var description: String {
    "\(escapedName(file.utf8)):\(line): expected NAME='VALUE', found '\(found)'"
  }
}

/// The reading of a version file: blank lines, comments, and one assignment NAME=VALUE a line.
///
/// VALUE has these parts in any order: bare characters without a meaning to a shell; single-quoted text; double-quoted
/// text without `$`, backquote and backslash; `\'` (POSIX.1-2017, Shell Command Language, 2.2 "Quoting").
struct VersionFile {
  private var rest: ArraySlice<UInt8>
  private var line = 1

  /// The variables that `text` assigns, whatever their names; the last assignment counts.
  ///
  /// Throws for the first line that is none of the above.
  static func variables(in text: [UInt8], file: String) throws(VersionFileError) -> [String: String] {
    var reader = VersionFile(rest: text[...])
    var variables: [String: String] = [:]
    while !reader.rest.isEmpty {
      let start = reader
      guard reader.skipLineWithoutAssignment() || reader.takeAssignment(into: &variables) else {
        throw VersionFileError(file: file, line: start.line, found: start.shownLine)
      }
    }
    return variables
  }

  /// The start of the line that begins here, enough to find it in the file.
  private var shownLine: String { escapedName(rest.prefix(80).prefix { $0 != UInt8(ascii: "\n") }) }

  private init(rest: ArraySlice<UInt8>) { self.rest = rest }

  /// Takes a blank line or a comment, with its line end; before anything else, takes only the blanks.
  private mutating func skipLineWithoutAssignment() -> Bool {
    skipBlanks()
    if rest.first == UInt8(ascii: "#") { _ = take { $0 != UInt8(ascii: "\n") } }
    return takeLineEnd()
  }

  private mutating func takeAssignment(into variables: inout [String: String]) -> Bool {
    let name = take { $0.isLetterOrDigit || $0 == UInt8(ascii: "_") }
    guard let first = name.first, !first.isDigit, takeOne("="), let value = takeValue() else { return false }
    variables[String(decoding: name, as: UTF8.self)] = value
    skipBlanks()
    return takeLineEnd()
  }

  /// Takes a value up to the first byte that cannot be part of one; nil when a quote is not closed or the value is not
  /// UTF-8.
  private mutating func takeValue() -> String? {
    var value: [UInt8] = []
    while let next = rest.first {
      switch next {
      case UInt8(ascii: "'"):
        guard let text = takeQuoted(by: "'", refusing: []) else { return nil }
        value += text
      case UInt8(ascii: "\""):
        guard let text = takeQuoted(by: "\"", refusing: Array(#"$`\"#.utf8)) else { return nil }
        value += text
      case UInt8(ascii: "\\"):
        rest = rest.dropFirst()
        guard takeOne("'") else { return nil }
        value.append(UInt8(ascii: "'"))
      default:
        let bare = take(while: isBare)
        if bare.isEmpty { return String(validating: value, as: UTF8.self) }
        value += bare
      }
    }
    return String(validating: value, as: UTF8.self)
  }

  /// Takes a text between two `quote`s, which may span lines; nil without a second quote, or when it has a refused byte
  /// or NUL.
  private mutating func takeQuoted(by quote: Unicode.Scalar, refusing: [UInt8]) -> ArraySlice<UInt8>? {
    guard takeOne(quote) else { return nil }
    let text = take { $0 != UInt8(ascii: quote) && $0 != 0 && !refusing.contains($0) }
    line += text.count { $0 == UInt8(ascii: "\n") }
    return takeOne(quote) ? text : nil
  }

  private mutating func skipBlanks() { _ = take { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") } }

  /// Takes the end of a line; true also at the end of the text.
  private mutating func takeLineEnd() -> Bool {
    if rest.isEmpty { return true }
    guard takeOne("\n") else { return false }
    line += 1
    return true
  }

  private mutating func takeOne(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest = rest.dropFirst()
    return true
  }

  private mutating func take(while isTaken: (UInt8) -> Bool) -> ArraySlice<UInt8> {
    let taken = rest.prefix(while: isTaken)
    rest = rest[taken.endIndex...]
    return taken
  }
}

/// Characters that stand for themselves in an unquoted shell word, wherever in it they are.
private func isBare(_ byte: UInt8) -> Bool {
  byte.isLetterOrDigit || "_@%+=:,./-".utf8.contains(byte)
}
