// The completions of zsh for `kpack`, made from the specs of the commands.

import Basics

/// The function for zsh.
enum ZshCompletion {
  /// A file for a folder of `fpath`; it must be named _kpack there.
  static func script(for commands: [CommandSpec]) -> String {
    """
    #compdef kpack
    # zsh completion for kpack, printed by `kpack completions zsh`

    _kpack() {
      local -a commands
      commands=(
    \(commands.map { "    \(quoted("\($0.name):\($0.summary)"))" }.joined(separator: "\n"))
        'help:tell of kpack or of a command'
      )
      if (( CURRENT == 2 )); then
        _describe -t commands command commands
        _arguments '--help[print this help]' '--version[print the version]'
        return
      fi
      local command=$words[2]
      shift words
      (( CURRENT-- ))
      case $command in
    \(commands.map(branch).joined(separator: "\n"))
      help) (( CURRENT == 2 )) && _describe -t commands command commands ;;
      esac
    }

    _kpack "$@"

    """
  }

  private static func branch(for command: CommandSpec) -> String {
    let arguments = command.allOptions.map(argument) + operands(of: command)
    let lines = arguments.map { "      \($0)" }.joined(separator: " \\\n")
    return "  \(command.name))\n    _arguments -s -S \\\n\(lines)\n    ;;"
  }

  private static func operands(of command: CommandSpec) -> [String] {
    if command.forms.isEmpty {
      // The names of layouts are only in the layouts, so they cannot be completed.
      return command.arguments.isEmpty
        ? [] : [quoted("*:\(command.arguments.filter { $0 != ":" }):\(action(command.operand))")]
    }
    var words: [String] = []
    for form in command.forms where !words.contains(form.word) { words.append(form.word) }
    let actions = command.forms.map { action($0.operand) }
    let rest = actions.contains("_files") ? "_files" : actions.first { !$0.isEmpty } ?? ""
    return [quoted("1:what to do:(\(words.joined(separator: " ")))"), quoted("*:argument:\(rest)")]
  }

  private static func action(_ operand: Operand) -> String {
    switch operand {
    case .none: ""
    case .file: "_files"
    case .folder: "_files -/"
    case .word(let words): "(\(words.joined(separator: " ")))"
    }
  }

  /// An option in the syntax of _arguments; every option may be given again.
  private static func argument(_ option: OptionSpec) -> String {
    let help = "[\(option.help.replacing("\\", with: "\\\\").replacing("[", with: "\\[").replacing("]", with: "\\]"))]"
    var rest = help
    if let argument = option.argument { rest += ":\(argument.name):\(action(argument))" }
    let sign = option.argument == nil ? "" : "="
    let long = quoted("*--\(option.name)\(sign)\(rest)")
    guard let letter = option.letter else { return long }
    return "\(long) \(quoted("*-\(letter)\(option.argument == nil ? "" : "+")\(rest)"))"
  }

  private static func action(_ argument: OptionArgument) -> String {
    switch argument {
    case .text: ""
    case .file: "_files"
    case .folder: "_files -/"
    case .choice(_, let values): "(\(values.joined(separator: " ")))"
    }
  }

  private static func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "'\\''"))'" }
}
