// The description of a command, for the parser, --help, the reference pages and the completions.

/// All facts about a command that are known without running it.
struct CommandSpec: Sendable {
  let name: String
  /// The arguments of a command that has no forms: "[NAME...]".
  var arguments = ""
  /// The kind of argument of a command that has no forms.
  var operand = Operand.none
  /// The forms of a command whose first argument says what to do.
  var forms: [CommandForm] = []
  /// A few words that follow the name.
  let summary: String
  /// Paragraphs, with an empty line between them.
  let details: String
  let examples: [String]
  /// The command's own options.
  var options: [OptionSpec] = []
  /// The options that it shares with other commands, without those of the output, which all commands have.
  var groups: [OptionGroup] = []
  /// The forms of its results.
  var formats: [ResultFormat] = [.text, .json]
  /// What --verbose adds to what it tells; nil for nothing.
  var verbose: String?
  /// Whether help leaves it out, because it only serves the build of kpack itself.
  var isHidden = false

  /// Its options in the order of help: its own, then the shared ones.
  var allGroups: [OptionGroup] {
    let own = options.isEmpty ? [] : [OptionGroup(title: "options", options: options)]
    return own + groups + [OptionGroup.output(formats, details: verbose)]
  }

  /// All options that the command takes.
  var allOptions: [OptionSpec] { allGroups.flatMap(\.options) }

  /// Whether the option has a meaning in this form.
  func takes(_ option: String, in form: CommandForm) -> Bool {
    if options.contains(where: { $0.name == option }) { return form.options?.contains(option) ?? true }
    return form.takesGroups || !groups.contains { $0.options.contains { $0.name == option } }
  }

  /// The lines that a user can type.
  var synopses: [String] {
    if forms.isEmpty { return ["kpack \(name) [OPTION...]\(arguments.isEmpty ? "" : " \(arguments)")"] }
    return forms.map { "kpack \(name) \($0.synopsis) [OPTION...]" }
  }

  /// The message when no form fits: "expected `info`, `prune` or `verify`".
  var expectation: String {
    let texts = forms.map { "`\($0.synopsis)`" }
    return "expected \(listed(texts, "or"))"
  }
}

/// A form of a command, named by the first argument: "export DIR".
struct CommandForm: Sendable {
  /// The form in messages, its first argument first: "add REF --rootfs PATH".
  let name: String
  /// The parts that it needs beyond its name: "--arch A".
  var more = ""
  /// An option that only this form has, where several forms begin with one word.
  var mark: String?
  /// The kind of the argument that follows the word.
  var operand = Operand.none
  /// The command's own options that have a meaning in this form; nil for all.
  var options: [String]?
  /// Whether it takes the options that the command shares with others.
  var takesGroups = true

  /// The first argument.
  var word: String { String(name.prefix { $0 != " " }) }

  /// The form as a user types it.
  var synopsis: String { more.isEmpty ? name : "\(name) \(more)" }
}

/// The kind of a command's argument: completions offer arguments of this kind.
enum Operand: Sendable {
  case none, file, folder
  case word([String])
}

/// Texts as a list: "a, b or c".
func listed(_ texts: [String], _ word: String) -> String {
  guard let last = texts.last, texts.count > 1 else { return texts.first ?? "" }
  return "\(texts.dropLast().joined(separator: ", ")) \(word) \(last)"
}
