// The outputs of the program: results on standard output, where a lost byte is an error; all else on standard error.

import Basics
import Files
import Glibc
import JSON

/// Standard output, only for results.
///
/// Printed text is buffered until `flush`, or until the buffer is large.
final class ResultOutput {
  private var pending: [UInt8] = []
  /// Whether text may be colored.
  let isColored: Bool
  /// The columns of the terminal; nil for a file or pipe.
  let columns: Int?

  init(isColored: Bool, columns: Int? = nil) {
    self.isColored = isColored
    self.columns = columns
  }

  /// A size: in a few digits on a terminal, exact elsewhere.
  func size(_ bytes: Int64) -> String { columns == nil ? "\(bytes)" : Units.bytes(bytes) }

  /// A digest; only its first digits when the whole line does not fit the terminal beside `others` characters.
  func digest(_ digest: String, beside others: Int) -> String {
    guard let columns, digest.count + others > columns else { return digest }
    return Units.shortDigest(digest)
  }

  /// Prints a line; characters that control a terminal are escaped. Throws when it cannot be written.
  func line(_ line: String, isBold: Bool = false) throws(SystemError) {
    let shown = escapedControls(line)
    try text((isBold && isColored ? "\u{1B}[1m\(shown)\u{1B}[0m" : shown) + "\n")
  }

  /// Prints a value on a line. Throws when it cannot be written.
  func json(_ value: JSONLiteral) throws(SystemError) { try text(value.printableText + "\n") }

  /// Prints a text of kpack's own without escaping. Throws when it cannot be written.
  func text(_ text: String) throws(SystemError) {
    pending += text.utf8
    if pending.count > 1 << 16 { try flush() }
  }

  /// Writes all buffered text.
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

/// Standard error, for people. Each message is a line; characters that control a terminal are escaped.
struct MessageOutput {
  let isQuiet: Bool
  let isVerbose: Bool
  let isColored: Bool

  func error(_ message: String) { write(message, as: "error", color: 31) }

  func warning(_ message: String) {
    if !isQuiet { write(message, as: "warning", color: 33) }
  }

  /// Prints each of `messages` once.
  func warnings(_ messages: [String]) {
    var known: Set<String> = []
    for message in messages where known.insert(message).inserted { warning(message) }
  }

  /// A pointer to further help, after an error.
  func hint(_ hint: String) { write(hint) }

  /// An event, for logs.
  func note(_ message: String) {
    if !isQuiet { write(message) }
  }

  /// Details for --verbose: each text on a line.
  func detail(_ messages: @autoclosure () -> [String]) {
    if isVerbose { messages().forEach { write($0) } }
  }

  private func write(_ message: String, as word: String, color: Int) {
    let mark = isColored ? "\u{1B}[\(color)m\(word)\u{1B}[0m" : word
    Self.writeRaw("kpack: \(mark): \(escapedControls(message))\n")
  }

  private func write(_ line: String) { Self.writeRaw(escapedControls(line) + "\n") }

  /// Prints a line that may as well be left out: nothing where standard error is a pipe whose reader does not read, so
  /// that the run does not wait for it.
  static func sign(_ line: String) {
    var error = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
    if poll(&error, 1, 0) == 1 { writeRaw(escapedControls(line) + "\n") }
  }

  /// Writes `text` as it is; a closed standard error is ignored. A failed write is tried once more: lack of space or a
  /// signal may pass, and a run must not end without a message.
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
