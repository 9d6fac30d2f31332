// The tables of commands and options, as the tests of pages ask them.

@testable import kpack

/// What the command line knows.
enum KnownOptions {
  /// Commands that the pages tell of before they are there.
  static let comingCommands: [String] = []

  static let commands = CommandTable.specs.map(\.name)

  /// Why the words behind "kpack" are no command line; nil when they are one.
  static func mistake(in words: [String]) -> String? {
    if let first = words.first, comingCommands.contains(first) { return nil }
    do {
      _ = try Invocation(words, CommandTable.specs)
      return nil
    } catch {
      return error.message
    }
  }

  /// Whether any command takes the option: "--level".
  static func has(_ option: String) -> Bool {
    CommandTable.specs.contains { command in command.allOptions.contains { "--\($0.name)" == option } }
  }
}
