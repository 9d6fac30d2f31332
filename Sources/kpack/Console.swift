// What the program says: results on standard output, where a lost byte is an error, and all else on standard error.

import Basics
import Files
import Glibc
import JSON

/// `text` as messages show what a user typed.
func shown(_ text: String) -> String { quoted(text) }

/// Standard output, for results alone.
///
/// What is printed is kept until `flush`, or until there is much of it.
final class ResultOutput {
  private var pending: [UInt8] = []
  /// Whether words may be colored.
  let isColored: Bool

  init(isColored: Bool) { self.isColored = isColored }

  /// Prints a line, in which nothing is left that a terminal obeys. Throws `SystemError` when it cannot be written.
  func line(_ line: String, isBold: Bool = false) throws(SystemError) {
    let shown = escapedControls(line)
    try text((isBold && isColored ? "\u{1B}[1m\(shown)\u{1B}[0m" : shown) + "\n")
  }

  /// Prints a value on a line. Throws `SystemError` when it cannot be written.
  func json(_ value: JSONLiteral) throws(SystemError) { try text(value.printableText + "\n") }

  /// Prints a text of kpack's own as it is. Throws `SystemError` when it cannot be written.
  func text(_ text: String) throws(SystemError) {
    pending += text.utf8
    if pending.count > 1 << 16 { try flush() }
  }

  /// Writes all that was printed. Throws `SystemError`.
  func flush() throws(SystemError) {
    var rest = pending[...]
    while !rest.isEmpty {
      let count = try systemCall("write", Array("standard output".utf8)) {
        rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      }
      rest = rest.dropFirst(count)
    }
    pending = []
  }
}

/// Standard error, for people. Each message is a line, in which nothing is left that a terminal obeys.
struct MessageOutput {
  let isQuiet: Bool
  let isVerbose: Bool
  let isColored: Bool

  func error(_ message: String) { write(message, as: "error", color: 31) }

  func warning(_ message: String) {
    if !isQuiet { write(message, as: "warning", color: 33) }
  }

  /// Each of `messages` once.
  func warnings(_ messages: [String]) {
    var known: Set<String> = []
    for message in messages where known.insert(message).inserted { warning(message) }
  }

  /// Where to read on, after an error.
  func hint(_ hint: String) { write(hint) }

  /// What happens, for logs.
  func note(_ message: String) {
    if !isQuiet { write(message) }
  }

  /// What was found, for those who ask: each of the texts on a line.
  func detail(_ messages: @autoclosure () -> [String]) {
    if isVerbose { messages().forEach { write($0) } }
  }

  private func write(_ message: String, as word: String, color: Int) {
    let mark = isColored ? "\u{1B}[\(color)m\(word)\u{1B}[0m" : word
    Self.writeRaw("kpack: \(mark): \(escapedControls(message))\n")
  }

  private func write(_ line: String) { Self.writeRaw(escapedControls(line) + "\n") }

  /// Writes `text` as it is; that standard error is gone changes nothing. A write that fails is tried once more: what
  /// fails for want of space or by a signal may pass, and a run must not end without a word.
  static func writeRaw(_ text: String) {
    var rest = Array(text.utf8)[...]
    var hasFailed = false
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if count <= 0 && hasFailed { return }
      hasFailed = count <= 0
      rest = rest.dropFirst(max(0, count))
    }
  }
}

/// Whether a descriptor is a terminal.
func isTerminal(_ descriptor: CInt) -> Bool { isatty(descriptor) == 1 }
