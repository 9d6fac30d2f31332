// kpack completions: a script that completes kpack's commands and options in a shell.

/// Prints a shell's completions.
struct CompletionsCommand: Command {
  /// The shells, each with the function that makes its script.
  private static let scripts: [(shell: String, script: @Sendable ([CommandSpec]) -> String)] = [
    ("bash", BashCompletion.script), ("zsh", ZshCompletion.script), ("fish", FishCompletion.script),
  ]

  static let spec = CommandSpec(
    name: "completions", arguments: "SHELL", operand: .word(scripts.map(\.shell)),
    summary: "print what bash, zsh or fish completes",
    details: """
      Prints a script for SHELL, which is bash, zsh or fish: with it the shell completes kpack's commands, options and
      their values, files and folders. `make install` puts all three where the shells look for them.
      """,
    examples: [
      "source <(kpack completions bash)", "kpack completions zsh > ~/.zfunc/_kpack",
      "kpack completions fish > ~/.config/fish/completions/kpack.fish",
    ])

  private let context: CommandContext

  init(_ context: CommandContext) { self.context = context }

  func run() throws {
    let wanted = context.line.arguments
    guard wanted.count == 1, let found = Self.scripts.first(where: { $0.shell == wanted[0] }) else {
      let shells = listed(Self.scripts.map(\.shell), "or")
      throw context.usage(
        "expected one SHELL, \(shells), found \(wanted.isEmpty ? "none" : shown(wanted.joined(separator: " ")))")
    }
    try context.output.text(found.script(context.commands.filter { !$0.isHidden }))
  }
}
