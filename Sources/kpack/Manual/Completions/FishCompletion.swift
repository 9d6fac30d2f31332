// The completions of fish for `kpack`, made from the specs of the commands.

import Basics

/// The script for fish.
enum FishCompletion {
  /// Lines of `complete`, and the function that tells them which command is typed.
  static func script(for commands: [CommandSpec]) -> String {
    let names = commands.map { command in
      "complete -c kpack -n __kpack_wants_command -a \(command.name) -d \(quoted(command.summary))"
    }
    return """
      # fish completion for kpack, printed by `kpack completions fish`

      # Whether no command is typed yet.
      function __kpack_wants_command
        test (count (commandline -opc)) -eq 1
      end

      # Whether the command is $argv[1], and, where more is given, one of the rest is an argument of it.
      function __kpack_runs
        set -l words (commandline -opc)
        test (count $words) -ge 2; and test $words[2] = $argv[1]; or return 1
        test (count $argv) -eq 1; and return 0
        for word in $argv[2..-1]
          contains -- $word $words[3..-1]; and return 0
        end
        return 1
      end

      complete -c kpack -f
      complete -c kpack -n __kpack_wants_command -l help -s h -d 'print this help'
      complete -c kpack -n __kpack_wants_command -l version -d 'print the version'
      complete -c kpack -n __kpack_wants_command -a help -d 'tell of kpack or of a command'
      complete -c kpack -n '__kpack_runs help' -a \(quoted(commands.map(\.name).joined(separator: " ")))
      \(names.joined(separator: "\n"))
      \(commands.flatMap(lines).joined(separator: "\n"))

      """
  }

  private static func lines(of command: CommandSpec) -> [String] {
    let runs = "complete -c kpack -n '__kpack_runs \(command.name)'"
    let options = command.allOptions.map { option in
      let letter = option.letter.map { " -s \($0)" } ?? ""
      let value = option.argument.map { " \(flags(of: $0))" } ?? ""
      return "\(runs) -l \(option.name)\(letter)\(value) -d \(quoted(option.help))"
    }
    if command.forms.isEmpty { return (flags(of: command.operand).map { ["\(runs) \($0)"] } ?? []) + options }
    var words: [String] = []
    for form in command.forms where !words.contains(form.word) { words.append(form.word) }
    let all = words.joined(separator: " ")
    let first =
      "complete -c kpack -n '__kpack_runs \(command.name); and not __kpack_runs \(command.name) \(all)' -a '\(all)'"
    let operands = command.forms.compactMap { form in
      flags(of: form.operand).map { "complete -c kpack -n '__kpack_runs \(command.name) \(form.word)' \($0)" }
    }
    return [first] + operands + options
  }

  /// The flags that complete an argument; nil when its values are not known.
  private static func flags(of operand: Operand) -> String? {
    switch operand {
    case .none: nil
    case .file: "-F"
    case .folder: "-a '(__fish_complete_directories)'"
    case .word(let words): "-a \(quoted(words.joined(separator: " ")))"
    }
  }

  private static func flags(of argument: OptionArgument) -> String {
    switch argument {
    case .text: "-x"
    case .file: "-r -F"
    case .folder: "-x -a '(__fish_complete_directories)'"
    case .choice(_, let values): "-x -a \(quoted(values.joined(separator: " ")))"
    }
  }

  private static func quoted(_ text: String) -> String {
    "'\(text.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
  }
}
