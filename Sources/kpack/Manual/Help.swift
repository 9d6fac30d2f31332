// The text of --help, from the tables of commands and options.

/// Renders help.
enum Help {
  /// The output of `kpack --help`.
  static func overview(of commands: [CommandSpec]) -> String {
    let rows = commands.filter { !$0.isHidden }.map { row($0.name, $0.summary, width: 16) }
    let variables = EnvironmentVariable.allCases.map { row($0.rawValue, $0.help, width: 24) }
    return """
      kpack: \(Program.summary).

      usage: kpack COMMAND [OPTION...] [NAME...]

      commands:
      \(rows.joined(separator: "\n"))

      `kpack COMMAND --help` tells a command's options; `kpack --version` the version, and that of zlib.

      A layout is a folder of JSON files. release.json names the release, its platforms and binaries:

          { "name": "hello", "platforms": { "all": ["linux/amd64"] }, "binaries": { "all": ["hello"] },
            "archive": { "root": "{name}-{version}" } }

      and every other file describes a tarball, such as hello.json:

          { "tarball": "hello-{version}-{os}-{arch}.tar.gz", "platforms": "all",
            "entries": [ { "binaries": "all", "to": "bin" },
                         { "file": "README.md", "to": "README.md" },
                         { "tree": "docs", "to": "share/doc", "exclude": ["*~"] },
                         { "text": "{version}\\n", "to": "VERSION" } ] }

      \(LayoutGuide.text)

      examples:
      \(Program.examples.map { "  \($0)" }.joined(separator: "\n"))

      environment (of the flags of layouts the variables that they name, too):
      \(variables.joined(separator: "\n"))

      exit codes: \(ExitCodes.rows.map { "\($0) \($1)" }.joined(separator: "; "))
      """
  }

  /// The output of `kpack COMMAND --help`.
  static func text(for spec: CommandSpec) -> String {
    let groups = spec.allGroups.map { "\($0.title):\n\(rows($0.options))\n" }
    return """
      kpack \(spec.name): \(spec.summary).

      usage: \(spec.synopses.joined(separator: "\n       "))

      \(spec.details)

      \(groups.joined(separator: "\n"))
      examples:
      \(spec.examples.map { "  \($0)" }.joined(separator: "\n"))
      """
  }

  private static func rows(_ options: [OptionSpec]) -> String {
    options.map { option in
      let letter = option.letter.map { "-\($0), " } ?? "    "
      let hints = option.variables.map(\.hint).joined(separator: ", ")
      let environment = hints.isEmpty ? "" : " [environment: \(hints)]"
      return row(letter + option.synopsis, option.help + environment, width: 30)
    }.joined(separator: "\n")
  }

  /// Name and text in two columns; the text is wrapped.
  private static func row(_ name: String, _ text: String, width: Int) -> String {
    var lines = [""]
    for word in text.split(separator: " ") {
      if !lines[lines.count - 1].isEmpty && lines[lines.count - 1].count + word.count + width + 3 > lineWidth {
        lines.append("")
      }
      lines[lines.count - 1] += lines[lines.count - 1].isEmpty ? word : " \(word)"
    }
    let indent = "\n" + String(repeating: " ", count: width + 2)
    // A name that fills its column moves the text to the next line.
    let head = name.count < width ? "  " + name.padded(to: width) : "  \(name)\(indent)"
    return head + lines.joined(separator: indent)
  }

  private static let lineWidth = 100
}

/// The exit codes of all commands.
enum ExitCodes {
  /// Each with its meaning.
  static let rows = [
    ("0", "done"),
    ("1", "`kpack doctor` found what would make a run fail"),
    ("2", "usage or layout"),
    ("3", "an archive or image that is not acceptable"),
    ("4", "the source tree or the operating system"),
    ("128+N", "ended by signal N"),
  ]
}
