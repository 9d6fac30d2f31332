// The completions of bash for `kpack`, made from the specs of the commands.

/// The script for bash.
enum BashCompletion {
  /// A function that bash calls: it reads the words in COMP_WORDS and answers in COMPREPLY. It does not need the
  /// package bash-completion.
  static func script(for commands: [CommandSpec]) -> String {
    let names = commands.map(\.name)
    let options = commands.flatMap(\.allOptions)
    let valued = unique(options.filter { $0.argument != nil }.flatMap(\.words))
    return """
      # bash completion for kpack, printed by `kpack completions bash`

      _kpack() {
        local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} first= options= kind= value= index word
        local valued=' \(valued.joined(separator: " ")) '
        COMPREPLY=()
        # An equals sign is a word of its own: --format=json is three.
        if [ "$cur" = = ]; then
          cur=
        elif [ "$previous" = = ]; then
          previous=${COMP_WORDS[COMP_CWORD-2]}
        fi
        # The first argument of some commands says what they are to do.
        for ((index = 2; index < COMP_CWORD; index++)); do
          word=${COMP_WORDS[index]}
          case $valued in
          *" $word "*)
            [ "${COMP_WORDS[index+1]}" = = ] && ((index++))
            ((index++))
            continue
            ;;
          esac
          case $word in
          =) ((index++)) ;;
          -*) ;;
          *) first=$word; break ;;
          esac
        done
        if [ "$COMP_CWORD" -eq 1 ]; then
          options='--help --version'
          kind='\((names + ["help"]).joined(separator: " "))'
        else
          case ${COMP_WORDS[1]}:$first in
      \(commands.flatMap(cases).map { "    \($0)" }.joined(separator: "\n"))
          help:) kind='\(names.joined(separator: " "))' ;;
          esac
          case ${COMP_WORDS[1]}:$previous in
      \(values(in: commands).map { "    \($0)" }.joined(separator: "\n"))
          esac
        fi
        if [ -n "$value" ]; then
          kind=$value
        elif [ "${cur:0:1}" = - ]; then
          kind=$options
        fi
        while IFS= read -r word; do
          COMPREPLY+=("$word")
        done < <(
          case $kind in
          '' | text) ;;
          folder) compgen -d -- "$cur" ;;
          file) compgen -f -- "$cur" ;;
          *) compgen -W "$kind" -- "$cur" ;;
          esac
        )
        # Slashes and quotes as file names need them; outside of a completion this says so, and fails.
        case $kind in
        folder | file) compopt -o filenames 2>/dev/null ;;
        esac
        return 0
      }

      complete -F _kpack kpack

      """
  }

  /// The branches for a command and its first argument: the options that it takes, and what else may follow.
  private static func cases(of command: CommandSpec) -> [String] {
    if command.forms.isEmpty {
      return [branch("\(command.name):*", command.allOptions, kind(of: command.operand))]
    }
    let words = unique(command.forms.map(\.word))
    return words.map { word in
      let forms = command.forms.filter { $0.word == word }
      let options = command.allOptions.filter { option in
        forms.contains { command.takes(option.name, in: $0) }
      }
      // If several forms begin with one word, take the first whose argument can be completed.
      let operand = forms.map { kind(of: $0.operand) }.first { !$0.isEmpty } ?? ""
      return branch("\(command.name):\(word)", options, operand)
    } + [branch("\(command.name):*", command.allOptions, words.joined(separator: " "))]
  }

  private static func branch(_ pattern: String, _ options: [OptionSpec], _ kind: String) -> String {
    "\(pattern)) options='\(options.flatMap(\.words).joined(separator: " "))' kind='\(kind)' ;;"
  }

  private static func kind(of operand: Operand) -> String {
    switch operand {
    case .none: ""
    case .file: "file"
    case .folder: "folder"
    case .word(let words): words.joined(separator: " ")
    }
  }

  /// The branches for options that need a value; for a single command where commands differ.
  private static func values(in commands: [CommandSpec]) -> [String] {
    var branches: [String] = []
    var patterns: [String: [String]] = [:]
    for name in unique(commands.flatMap(\.allOptions).filter { $0.argument != nil }.map(\.name)) {
      let all = commands.flatMap { command in command.allOptions.filter { $0.name == name }.map { (command, $0) } }
      let kinds = all.map { $0.1.argument.map(kind) ?? "" }
      for (index, (command, option)) in all.enumerated() where kinds[index] != kinds[0] {
        branches.append(
          "\(option.words.map { "\(command.name):\($0)" }.joined(separator: " | "))) value='\(kinds[index])' ;;")
      }
      patterns[kinds[0], default: []] += all[0].1.words.map { "*:\($0)" }
    }
    return branches
      + patterns.sorted { $0.key < $1.key }.map { "\($0.value.joined(separator: " | "))) value='\($0.key)' ;;" }
  }

  private static func kind(of argument: OptionArgument) -> String {
    switch argument {
    case .text: "text"
    case .file: "file"
    case .folder: "folder"
    case .choice(_, let values): values.joined(separator: " ")
    }
  }

  /// The texts, each once.
  private static func unique(_ texts: [String]) -> [String] {
    var known: Set<String> = []
    return texts.filter { known.insert($0).inserted }
  }
}
