// The man pages in roff (man(7)), made from the specs of the commands, the variables and the exit codes.

/// A page of section 1.
struct ManPage {
  /// The name of its file.
  let name: String
  let text: String

  /// The page of a command.
  init(_ command: CommandSpec, _ all: [CommandSpec]) {
    let title = "kpack-\(command.name)"
    name = "\(title).1"
    var page = Roff(title: title, summary: command.summary)
    page.section("SYNOPSIS")
    page.block(command.synopses)
    page.section("DESCRIPTION")
    page.paragraphs(command.details)
    page.section("OPTIONS")
    for group in command.allGroups {
      page.subsection(group.title)
      for option in group.options { page.item(option) }
    }
    page.section("EXAMPLES")
    page.block(command.examples)
    page.exitCodes()
    page.seeAlso(["kpack"] + all.filter { $0.name != command.name }.map { "kpack-\($0.name)" })
    text = page.text
  }

  /// The page of kpack itself.
  init(overviewOf commands: [CommandSpec]) {
    name = "kpack.1"
    var page = Roff(title: "kpack", summary: Program.summary)
    page.section("SYNOPSIS")
    page.block(["kpack COMMAND [OPTION...] [NAME...]", "kpack help [COMMAND]", "kpack --version"])
    page.section("DESCRIPTION")
    page.paragraphs(
      """
      Each command has a page of its own. `kpack help` prints a short guide to layouts, the JSON files that describe a \
      release.
      """)
    page.section("COMMANDS")
    for command in commands { page.item(command.name, command.summary) }
    page.section("OPTIONS")
    page.paragraphs("All commands take these.")
    for option in OptionGroup.ofAll.options { page.item(option) }
    page.section("EXAMPLES")
    page.block(Program.examples)
    page.section("ENVIRONMENT")
    for variable in EnvironmentVariable.allCases { page.item(variable.rawValue, variable.help) }
    page.exitCodes()
    page.seeAlso(commands.map { "kpack-\($0.name)" })
    text = page.text
  }
}

/// A page that is being written.
private struct Roff {
  private(set) var text: String

  init(title: String, summary: String) {
    // The page has no date, so that equal sources make equal pages.
    text = """
      .\\" Made by `make docs` from the options that kpack knows.
      .TH \(title.uppercased()) 1 "" "kpack \(Program.version)" "kpack"
      .SH NAME
      \(Self.escaped(title)) \\- \(Self.escaped(summary))

      """
  }

  mutating func section(_ title: String) { text += ".SH \(title)\n" }

  mutating func subsection(_ title: String) { text += ".SS \(title.prefix(1).uppercased())\(title.dropFirst())\n" }

  /// Paragraphs with an empty line between them.
  mutating func paragraphs(_ paragraphs: String) {
    for (index, paragraph) in paragraphs.split(separator: "\n\n").enumerated() {
      if index > 0 { text += ".PP\n" }
      text += "\(Self.lines(paragraph))\n"
    }
  }

  /// Lines that stay as they are.
  mutating func block(_ lines: [String]) {
    text += ".nf\n\(lines.map { Self.literal($0) }.joined(separator: "\n"))\n.fi\n"
  }

  mutating func item(_ term: String, _ help: String) {
    text += ".TP\n\\fB\(Self.literal(term))\\fR\n\(Self.lines(help))\n"
  }

  mutating func item(_ option: OptionSpec) {
    let words = option.words.reversed().map { "\\fB\(Self.literal($0))\\fR" }.joined(separator: ", ")
    let argument = option.argument.map { " \\fI\(Self.literal($0.name))\\fR" } ?? ""
    let hints = option.variables.map(\.rawValue).joined(separator: ", ")
    let environment = hints.isEmpty ? "" : " (environment: \(hints))"
    text += ".TP\n\(words)\(argument)\n\(Self.lines(option.help + environment))\n"
  }

  mutating func exitCodes() {
    section("EXIT STATUS")
    for (code, meaning) in ExitCodes.rows { item(code, meaning) }
  }

  mutating func seeAlso(_ pages: [String]) {
    section("SEE ALSO")
    text += pages.map { ".BR \(Self.literal($0)) (1)" }.joined(separator: ",\n") + "\n"
  }

  /// Text that roff fills; words in backquotes become bold.
  private static func lines(_ text: some StringProtocol) -> String {
    let parts = text.split(separator: "`", omittingEmptySubsequences: false)
    let marked = parts.enumerated().map { index, part in
      index % 2 == 1 ? "\\fB\(literal(String(part)))\\fR" : escaped(String(part))
    }.joined()
    // A line that begins with a dot or an apostrophe is a request (groff(7)).
    return marked.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasPrefix(".") || $0.hasPrefix("'") ? "\\&\($0)" : String($0) }.joined(separator: "\n")
  }

  /// Prose: two hyphens begin an option; roff may turn a single hyphen into another character.
  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\e").replacing("--", with: "\\-\\-")
  }

  /// Text that the user types exactly so (groff_char(7)).
  private static func literal(_ text: String) -> String {
    text.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("'", with: "\\(aq")
      .replacing("`", with: "\\(ga").replacing("^", with: "\\(ha").replacing("~", with: "\\(ti")
  }
}
