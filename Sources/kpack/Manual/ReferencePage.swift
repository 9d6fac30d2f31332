// The pages of reference in Markdown, made from the specs of the commands, the variables and the exit codes.

/// A page of docs/reference.
struct ReferencePage {
  /// The name of its file.
  let name: String
  let text: String

  /// The page of a command.
  init(_ command: CommandSpec) {
    name = "\(command.name).md"
    let options = command.allGroups.map { group in
      "## \(group.title.prefix(1).uppercased())\(group.title.dropFirst())\n\n\(Self.list(group.options))"
    }
    text = """
      <!-- Made by `make docs` from the options that kpack knows. -->

      # kpack \(command.name)

      kpack \(command.name): \(command.summary).

      ```
      \(command.synopses.joined(separator: "\n"))
      ```

      \(command.details)

      \(options.joined(separator: "\n\n"))

      ## Examples

      ```sh
      \(command.examples.joined(separator: "\n"))
      ```

      [All commands, environment and exit codes](README.md)

      """
  }

  /// The first page: all commands, and the rules for all of them.
  init(overviewOf commands: [CommandSpec]) {
    name = "README.md"
    let rows = commands.map { "- [kpack \($0.name)](\($0.name).md): \($0.summary)" }
    let variables = EnvironmentVariable.allCases.map { "- `\($0.rawValue)`: \($0.help)" }
    let codes = ExitCodes.rows.map { "- `\($0)`: \($1)" }
    text = """
      <!-- Made by `make docs` from the options that kpack knows. -->

      # Commands

      \(rows.joined(separator: "\n"))

      `kpack COMMAND --help` tells the same, and so does `man kpack-COMMAND` where `make install` put it.

      ## Options of all commands

      \(Self.list(OptionGroup.ofAll.options))

      What reads a tree takes one set of folders, platforms, versions, threads and cache, so that a script can pass the
      same to all. What a command has no use for otherwise is refused with exit code 2.

      ## Environment

      An option goes before the variable that stands in for it. Flags of layouts name variables of their own.

      \(variables.joined(separator: "\n"))

      ## Exit codes

      \(codes.joined(separator: "\n"))

      """
  }

  private static func list(_ options: [OptionSpec]) -> String {
    options.map { option in
      let letter = option.letter.map { "`-\($0)`, " } ?? ""
      let hints = option.variables.map { "`\($0.rawValue)`" }.joined(separator: ", ")
      let environment = hints.isEmpty ? "" : " (environment: \(hints))"
      return "- \(letter)`\(option.synopsis)`: \(option.help)\(environment)"
    }.joined(separator: "\n")
  }
}
