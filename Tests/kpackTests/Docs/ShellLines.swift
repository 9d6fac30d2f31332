// The commands of a shell script as words, as far as the pages' scripts go: quotes, comments, pipes, $(...).

/// Reads a shell script.
struct ShellLines {
  /// Its commands, in the order of their ends; those within $(...) too.
  private(set) var commands: [[String]] = []
  private var words: [String] = []
  private var word: String?
  /// Whether the next word is the file of a redirection.
  private var isRedirected = false
  private var rest: Substring

  init(_ script: String) {
    rest = script[...]
    while let character = rest.popFirst() { read(character) }
    endCommand()
  }

  /// The words behind "kpack" of each of its commands that is one.
  static func kpackLines(in script: String) -> [[String]] {
    ShellLines(script).commands.compactMap { words in
      let command = words.drop { isBeforeCommand($0) }
      guard let name = command.first?.split(separator: "/").last, name == "kpack" else { return nil }
      return Array(command.dropFirst())
    }
  }

  /// Whether a command's name comes after `word`.
  private static func isBeforeCommand(_ word: String) -> Bool {
    ["do", "then", "if", "!", "sudo", "time", "export"].contains(word)
      || word.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*=.*/) != nil
  }

  private mutating func read(_ character: Character) {
    switch character {
    case "'":
      word = (word ?? "") + rest.prefix { $0 != "'" }
      rest = rest.drop { $0 != "'" }.dropFirst()
    case "\"": readQuoted()
    case "\\":
      let next = rest.popFirst()
      if let next, next != "\n" { word = (word ?? "") + String(next) }
    case "$" where rest.first == "(": readSubstitution()
    case "#" where word == nil: rest = rest.drop { $0 != "\n" }
    case " ", "\t": endWord()
    case "\n", ";", "|", "(", ")", "&": endCommand()
    case ">", "<":
      // The number before it is that of a stream.
      if let number = word, number.allSatisfy(\.isNumber) { word = nil }
      endWord()
      rest = rest.drop { ">&<".contains($0) }
      isRedirected = true
    default: word = (word ?? "") + String(character)
    }
  }

  private mutating func readQuoted() {
    word = word ?? ""
    while let character = rest.popFirst(), character != "\"" {
      if character == "\\", let next = rest.popFirst() {
        word? += String(next)
      } else if character == "$", rest.first == "(" {
        readSubstitution()
      } else {
        word? += String(character)
      }
    }
  }

  /// Reads "(...)" behind a "$"; the word goes on behind it with what nobody knows before it is run.
  private mutating func readSubstitution() {
    var depth = 0
    let inner = rest.prefix { character in
      depth += character == "(" ? 1 : character == ")" ? -1 : 0
      return depth > 0
    }
    rest = rest.dropFirst(inner.count + 1)
    commands += ShellLines(String(inner.dropFirst())).commands
    word = (word ?? "") + "OUTPUT"
  }

  private mutating func endWord() {
    if let word, !isRedirected { words.append(word) }
    if word != nil { isRedirected = false }
    word = nil
  }

  private mutating func endCommand() {
    endWord()
    if !words.isEmpty { commands.append(words) }
    (words, isRedirected) = ([], false)
  }
}
