// The command line as values: which command, which options, which names.

import Basics
import Layout

/// A command line that makes no sense.
struct UsageError: Error, Equatable {
  let message: String
  /// The command whose help says more, if it got that far.
  var command: CommandName?
}

/// A command line, parsed.
enum Invocation {
  case run(CommandLine)
  case help(CommandName?)
  case version

  /// One command with its options and arguments.
  struct CommandLine {
    let command: CommandName
    fileprivate(set) var options: [String: [String]] = [:]
    fileprivate(set) var arguments: [String] = []

    /// Whether a switch is given.
    func has(_ option: String) -> Bool { options[option] != nil }

    /// The last value of an option.
    subscript(option: String) -> String? { options[option]?.last }

    /// All values of an option, in order.
    func values(_ option: String) -> [String] { options[option] ?? [] }
  }

  /// Parses the words after the program's name. Throws `UsageError`.
  init(_ words: [String]) throws(UsageError) {
    guard let first = words.first else { throw UsageError(message: "expected a command") }
    switch first {
    case "--help", "-h", "--version", "help":
      let mostWords = first == "help" ? 2 : 1
      if words.count > mostWords { throw UsageError(message: "unexpected argument \(shown(words[mostWords]))") }
      self = first == "--version" ? .version : .help(try words.dropFirst().first.map(Self.command))
    default: self = try Self.parse(try Self.command(first), words.dropFirst())
    }
  }

  private static func command(_ word: String) throws(UsageError) -> CommandName {
    if let command = CommandName(rawValue: word) { return command }
    if word.hasPrefix("-") { throw UsageError(message: "expected a command before \(shown(word))") }
    let near = didYouMean(nearName(to: word, in: CommandName.allCases.map(\.rawValue)))
    throw UsageError(message: "no command is named \(shown(word))\(near)")
  }

  private static func parse(_ command: CommandName, _ words: ArraySlice<String>) throws(UsageError) -> Invocation {
    var line = CommandLine(command: command)
    let specs = CommandSpec.of(command).allOptions
    var rest = words
    while let word = rest.popFirst() {
      if let letters = bundle(word, specs) {
        rest = (letters + rest)[...]
        continue
      }
      if word == "--" {
        line.arguments += rest
        break
      }
      guard word.hasPrefix("-"), word != "-" else {
        line.arguments.append(word)
        continue
      }
      let (spec, attached) = try spec(of: word, among: specs, command)
      if spec.name == "help" { return .help(command) }
      guard let argument = spec.argument else {
        if attached != nil { throw UsageError(message: "--\(spec.name) takes no value", command: command) }
        line.options[spec.name, default: []].append("")
        continue
      }
      guard let value = attached ?? rest.popFirst() else {
        throw UsageError(message: "--\(spec.name) needs a value: \(argument)", command: command)
      }
      line.options[spec.name, default: []].append(value)
    }
    return .run(line)
  }

  /// The words that "-qv" stands for; nil when a word is no bundle of switches.
  private static func bundle(_ word: String, _ specs: [OptionSpec]) -> [String]? {
    guard !word.hasPrefix("--"), word.hasPrefix("-"), word.count > 2 else { return nil }
    let letters = word.dropFirst()
    let areSwitches = letters.allSatisfy { letter in
      specs.contains { $0.letter == letter && $0.argument == nil }
    }
    return areSwitches ? letters.map { "-\($0)" } : nil
  }

  /// The option that a word names, and the value behind its "=", if any.
  private static func spec(
    of word: String, among specs: [OptionSpec], _ command: CommandName
  ) throws(UsageError) -> (OptionSpec, String?) {
    if !word.hasPrefix("--"), let letter = word.dropFirst().first,
      let spec = specs.first(where: { $0.letter == letter })
    {
      let attached = word.dropFirst(2)
      return (spec, attached.isEmpty ? nil : String(attached))
    }
    let parts = splitAtEqualsSign(word)
    let name = parts?.name ?? word
    if let spec = specs.first(where: { name == "--\($0.name)" }) { return (spec, parts?.value) }
    let near = nearName(to: String(name.drop { $0 == "-" }), in: specs.map(\.name)).map { "--\($0)" }
    throw UsageError(message: "unknown option \(shown(word))\(didYouMean(near))", command: command)
  }
}
