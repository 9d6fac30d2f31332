// The first line of a script, read as Linux reads it (fs/binfmt_script.c, load_script; execve(2), "Interpreter
// scripts").

/// What the first line of a script says.
package struct ScriptLine: Equatable, Sendable {
  /// The path of the program that runs the script; nil when the line names none, so that no system runs the file.
  package let interpreter: [UInt8]?
  /// All that follows it, which is one argument to Linux; may be empty.
  package let argument: [UInt8]
  /// Whether a carriage return ends the line: to Linux it is a part of the last word.
  package var endsWithCarriageReturn: Bool { (argument.last ?? interpreter?.last) == UInt8(ascii: "\r") }

  package init(interpreter: [UInt8]?, argument: [UInt8] = []) {
    self.interpreter = interpreter
    self.argument = argument
  }

  /// Bytes that Linux looks at, with the mark (linux/binfmts.h, BINPRM_BUF_SIZE).
  private static let longest = 256

  /// The first line of a file that begins with `start`; nil when that is no "#!".
  init?(_ start: [UInt8]) {
    // A source of Rust may begin with an attribute, "#![allow(...)]".
    guard start.starts(with: "#!".utf8), !start.starts(with: "#![".utf8) else { return nil }
    let window = start.prefix(Self.longest).dropFirst(2)
    let line = window.prefix { $0 != UInt8(ascii: "\n") && $0 != 0 }
    let words = line.drop(while: Self.isBlank)
    let name = words.prefix { !Self.isBlank($0) }
    // A name may be longer than what Linux looks at; it runs no such file.
    let isCut = start.count >= Self.longest && name.endIndex == window.endIndex
    let rest = words.dropFirst(name.count).drop(while: Self.isBlank).reversed().drop(while: Self.isBlank).reversed()
    self.init(interpreter: name.isEmpty || isCut ? nil : Array(name), argument: Array(rest))
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
