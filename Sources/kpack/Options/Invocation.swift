// The command line as values: its command, options and names.

import Basics

/// A command line, parsed.
enum Invocation {
  case run(CommandLine)
  case help(CommandSpec?)
  case version

  /// One command with its options and arguments.
  struct CommandLine {
    let command: CommandSpec
    fileprivate(set) var options: [String: [String]] = [:]
    fileprivate(set) var arguments: [String] = []

    /// Whether an option is given.
    func has(_ option: String) -> Bool { options[option] != nil }

    /// The last value of an option.
    subscript(option: String) -> String? { options[option]?.last }

    /// All values of an option, in order.
    func values(_ option: String) -> [String] { options[option] ?? [] }
  }

  /// Parses the words after the program's name; the first of them is one of `commands`.
  init(_ words: [String], _ commands: [CommandSpec]) throws(UsageError) {
    let parser = InvocationParser(commands: commands)
    guard let first = words.first else { throw UsageError(message: "expected a command") }
    switch first {
    case "--help", "-h", "--version", "help":
      let mostWords = first == "help" ? 2 : 1
      if words.count > mostWords { throw UsageError(message: "unexpected argument \(shown(words[mostWords]))") }
      self = first == "--version" ? .version : .help(try words.dropFirst().first.map(parser.command))
    default: self = try parser.parse(try parser.command(first), words.dropFirst())
    }
  }
}

/// Parses command lines by the specs of all commands.
private struct InvocationParser {
  let commands: [CommandSpec]

  func command(_ word: String) throws(UsageError) -> CommandSpec {
    if let command = commands.first(where: { $0.name == word }) { return command }
    if word.hasPrefix("-") { throw UsageError(message: "expected a command before \(shown(word))") }
    let names = commands.filter { !$0.isHidden }.map(\.name)
    let near = didYouMean(nearName(to: word, in: names))
    throw UsageError(message: "no command is named \(shown(word))\(near)")
  }

  func parse(_ command: CommandSpec, _ words: ArraySlice<String>) throws(UsageError) -> Invocation {
    var line = Invocation.CommandLine(command: command)
    let specs = command.allOptions
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
        if attached != nil { throw UsageError(message: "--\(spec.name) takes no value", command: command.name) }
        line.options[spec.name, default: []].append("")
        continue
      }
      guard let value = attached ?? rest.popFirst() else {
        throw UsageError(message: "--\(spec.name) needs a value: \(argument.name)", command: command.name)
      }
      if case .choice(_, let values) = argument, !values.contains(value) {
        let wanted = values.joined(separator: ", ")
        let near = didYouMean(nearName(to: value, in: values))
        throw UsageError(
          message: "--\(spec.name): expected one of \(wanted), found \(shown(value))\(near)", command: command.name)
      }
      line.options[spec.name, default: []].append(value)
    }
    try checkForm(of: line)
    return .run(line)
  }

  /// The words that "-qv" stands for; nil when a word is not a bundle of switches.
  private func bundle(_ word: String, _ specs: [OptionSpec]) -> [String]? {
    guard !word.hasPrefix("--"), word.hasPrefix("-"), word.count > 2 else { return nil }
    let letters = word.dropFirst()
    let areSwitches = letters.allSatisfy { letter in
      specs.contains { $0.letter == letter && $0.argument == nil }
    }
    return areSwitches ? letters.map { "-\($0)" } : nil
  }

  /// The option that a word names, and the value after its "=", if any.
  private func spec(
    of word: String, among specs: [OptionSpec], _ command: CommandSpec
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
    throw UsageError(message: mistake(in: word, name, among: specs, command), command: command.name)
  }

  /// The message about an option that the command does not take: which commands take it, or which option is similar.
  private func mistake(in word: String, _ name: String, among specs: [OptionSpec], _ command: CommandSpec) -> String {
    // The value of a letter may follow it directly.
    let typed = name.hasPrefix("--") ? name : String(name.prefix(2))
    let takers = commands.filter { other in
      !other.isHidden && other.allOptions.contains { typed == "--\($0.name)" || typed == $0.letter.map { "-\($0)" } }
    }
    if !takers.isEmpty {
      let verb = takers.count == 1 ? "takes" : "take"
      return "\(command.name) takes no \(typed); \(listed(takers.map(\.name), "and")) \(verb) it"
    }
    let near = didYouMean(nearName(to: String(name.drop { $0 == "-" }), in: specs.map(\.name)).map { "--\($0)" })
    return "unknown option \(shown(word))\(near)"
  }

  /// Refuses an option that the command takes, but not in the form of `line`.
  private func checkForm(of line: Invocation.CommandLine) throws(UsageError) {
    let command = line.command
    let forms = command.forms.filter { $0.word == line.arguments.first }
    let marked = forms.first { $0.mark.map(line.has) ?? false }
    guard let form = marked ?? forms.first(where: { $0.mark == nil }) else { return }
    let given = command.allOptions.filter { line.has($0.name) }
    guard let option = given.first(where: { !command.takes($0.name, in: form) }) else { return }
    throw UsageError(message: "--\(option.name) means nothing to `\(command.name) \(form.name)`", command: command.name)
  }
}

/// The parts before and after the first "=", if there is one.
func splitAtEqualsSign(_ text: String) -> (name: String, value: String)? {
  let bytes = Array(text.utf8)
  guard let sign = bytes.firstIndex(of: UInt8(ascii: "=")) else { return nil }
  return (String(decoding: bytes[..<sign], as: UTF8.self), String(decoding: bytes[(sign + 1)...], as: UTF8.self))
}

/// A command line that is not valid.
struct UsageError: Error, Equatable {
  let message: String
  /// The command whose help explains more; nil when none was found.
  var command: String?
}

/// `text` as messages show the user's input.
func shown(_ text: String) -> String { quoted(text) }
