// A command as the parser, --help, the pages of reference and the completions know it.

/// What is known of a command without running it.
struct CommandSpec: Sendable {
  let name: String
  /// What stands behind the command, for one that has no forms: "[NAME...]".
  var arguments = ""
  /// What an argument is, for one that has no forms.
  var operand = Operand.none
  /// What its first argument can be, for one where that says what to do.
  var forms: [CommandForm] = []
  /// A few words, to go behind the name.
  let summary: String
  /// Paragraphs, with an empty line between them.
  let details: String
  let examples: [String]
  /// The options of its own.
  var options: [OptionSpec] = []
  /// The options that it shares with other commands, beside those of the output, which all commands have.
  var groups: [OptionGroup] = []
  /// The forms of its results.
  var formats: [ResultFormat] = [.text, .json]
  /// Whether help is silent of it: it serves the making of kpack itself.
  var isHidden = false

  /// Its options as help shows them: its own, then those that it shares.
  var allGroups: [OptionGroup] {
    let own = options.isEmpty ? [] : [OptionGroup(title: "options", options: options)]
    return own + groups + [OptionGroup.output(formats)]
  }

  /// All options that the command takes.
  var allOptions: [OptionSpec] { allGroups.flatMap(\.options) }

  /// Whether the option means something to one of its forms.
  func takes(_ option: String, in form: CommandForm) -> Bool {
    if options.contains(where: { $0.name == option }) { return form.options?.contains(option) ?? true }
    return form.takesGroups || !groups.contains { $0.options.contains { $0.name == option } }
  }

  /// The lines that can be typed.
  var synopses: [String] {
    if forms.isEmpty { return ["kpack \(name) [OPTION...]\(arguments.isEmpty ? "" : " \(arguments)")"] }
    return forms.map { "kpack \(name) \($0.synopsis) [OPTION...]" }
  }

  /// What is wrong where no form fits: "expected `info`, `prune` or `verify`".
  var expectation: String {
    let texts = forms.map { "`\($0.synopsis)`" }
    return "expected \(listed(texts, "or"))"
  }
}

/// A command's form that its first argument names: "export DIR".
struct CommandForm: Sendable {
  /// How messages name it, the word first: "add REF --rootfs PATH".
  let name: String
  /// What it needs beyond its name: "--arch A".
  var more = ""
  /// An option that is given in this form alone, where several begin with one word.
  var mark: String?
  /// What the argument behind the word is.
  var operand = Operand.none
  /// Those of the command's own options that mean something to it; nil for all.
  var options: [String]?
  /// Whether it takes the options that the command shares with others.
  var takesGroups = true

  /// The first argument.
  var word: String { String(name.prefix { $0 != " " }) }

  /// As it is typed.
  var synopsis: String { more.isEmpty ? name : "\(name) \(more)" }
}

/// What an argument of a command is: completions offer such ones.
enum Operand: Sendable {
  case none, file, folder
  case word([String])
}

/// Texts in a row: "a, b or c".
func listed(_ texts: [String], _ word: String) -> String {
  guard let last = texts.last, texts.count > 1 else { return texts.first ?? "" }
  return "\(texts.dropLast().joined(separator: ", ")) \(word) \(last)"
}
