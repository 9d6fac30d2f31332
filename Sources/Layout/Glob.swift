// Patterns for paths: on bytes, case-sensitive. `*` stops at "/", `**` does not. The time to match is at most
// proportional to pattern times path.

/// A pattern of a layout's `include` or `exclude`.
///
/// Without a "/" it matches the base name of a file or symlink. With one it matches the path below the tree's root. One
/// that ends in "/" matches a folder and all below it. A leading "/" only anchors.
package struct Glob: Equatable, Sendable {
  private enum Token: Equatable {
    case byte(UInt8)
    /// `?`: one byte, not "/".
    case one
    /// `[...]`: one byte of a set, never "/".
    case set([ClosedRange<UInt8>], negated: Bool)
    /// `*`: any bytes, none of them "/".
    case star
    /// `**`: any bytes.
    case globstar
    /// `**/`: no bytes, or ...
    case enterFolders
    /// ... any bytes that end in "/".
    case folders
  }

  /// The pattern as written.
  package let text: String
  private let tokens: [Token]
  private let isForPath: Bool
  /// Whether it matches folders.
  package let isForFolder: Bool

  /// The pattern that `text` spells.
  package init(_ text: String) throws(GlobError) {
    var bytes = Array(text.utf8)[...]
    isForPath = bytes.contains(UInt8(ascii: "/"))
    isForFolder = bytes.last == UInt8(ascii: "/")
    if isForFolder { bytes.removeLast() }
    if bytes.first == UInt8(ascii: "/") { bytes.removeFirst() }
    if bytes.isEmpty { throw .empty }
    self.text = text
    tokens = try Self.tokens(of: bytes)
  }

  /// Whether one of the pattern's parts, as written, is exactly `name`.
  package func names(_ name: [UInt8]) -> Bool {
    text.utf8.split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual(name) }
  }

  /// Whether the pattern matches a file or symlink; `path` is below the tree's root.
  package func matches(file path: some BidirectionalCollection<UInt8>) -> Bool {
    if isForFolder { return false }
    return isForPath ? matches(path) : matches(path.suffix(while: { $0 != UInt8(ascii: "/") }))
  }

  /// Whether the pattern matches the folder at `path` (no slash at its end), and so all below it.
  package func matches(folder path: some Collection<UInt8>) -> Bool { isForFolder && matches(path) }
}

/// The reason why a text is not a pattern.
package enum GlobError: Error, Equatable, Sendable, CustomStringConvertible {
  case empty
  case openBracket
  case trailingBackslash

  package var description: String {
    switch self {
    case .empty: "a pattern with nothing in it"
    case .openBracket: "a pattern with '[' and no ']' after it"
    case .trailingBackslash: "a pattern that ends in a backslash"
    }
  }
}

// Parsing
extension Glob {
  private static func tokens(of bytes: ArraySlice<UInt8>) throws(GlobError) -> [Token] {
    var tokens: [Token] = []
    var rest = bytes
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "?"): tokens.append(.one)
      case UInt8(ascii: "["): tokens.append(try set(&rest))
      case UInt8(ascii: "*"): tokens += stars(&rest, atStartOfPart: Self.endsPart(tokens.last))
      case UInt8(ascii: "\\"):
        guard let escaped = rest.popFirst() else { throw .trailingBackslash }
        tokens.append(.byte(escaped))
      default: tokens.append(.byte(byte))
      }
    }
    return tokens
  }

  /// Whether a part of the path begins after `token`.
  private static func endsPart(_ token: Token?) -> Bool {
    token == nil || token == .byte(UInt8(ascii: "/")) || token == .folders
  }

  /// Reads on after a first `*`. `**/` at the start of a part also matches no folder at all.
  private static func stars(_ rest: inout ArraySlice<UInt8>, atStartOfPart: Bool) -> [Token] {
    guard rest.first == UInt8(ascii: "*") else { return [.star] }
    while rest.first == UInt8(ascii: "*") { rest.removeFirst() }
    guard atStartOfPart, rest.first == UInt8(ascii: "/") else { return [.globstar] }
    // Repeating `**/` does not change what matches.
    while rest.first == UInt8(ascii: "/") || rest.starts(with: "**/".utf8) {
      rest.removeFirst(rest.first == UInt8(ascii: "/") ? 1 : 3)
    }
    return [.enterFolders, .folders]
  }

  /// Reads on after a `[`, up to the `]`. A `]` in first place is an ordinary byte; a leading `!` or `^` negates.
  private static func set(_ rest: inout ArraySlice<UInt8>) throws(GlobError) -> Token {
    let negated = rest.first == UInt8(ascii: "!") || rest.first == UInt8(ascii: "^")
    if negated { rest.removeFirst() }
    var ranges: [ClosedRange<UInt8>] = []
    while let low = rest.popFirst() {
      if low == UInt8(ascii: "]") && !ranges.isEmpty { return .set(ranges, negated: negated) }
      guard rest.first == UInt8(ascii: "-"), let high = rest.dropFirst().first, high != UInt8(ascii: "]") else {
        ranges.append(low...low)
        continue
      }
      rest.removeFirst(2)
      // Of a range that runs backwards, only its two ends match.
      ranges += low <= high ? [low...high] : [low...low, high...high]
    }
    throw .openBracket
  }
}

// Matching
extension Glob {
  /// Follows all ways through the tokens at once, so that the time stays bounded.
  private func matches(_ path: some Collection<UInt8>) -> Bool {
    // Most paths differ from a pattern in the first byte: this is the fast way out.
    if case .byte(let first)? = tokens.first, path.first != first { return false }
    var states = [Bool](repeating: false, count: tokens.count + 1)
    var next = states
    enter(0, &states)
    for byte in path {
      var isAlive = false
      for index in tokens.indices where states[index] {
        states[index] = false
        isAlive = step(index, byte, &next) || isAlive
      }
      if !isAlive { return false }
      states[tokens.count] = false
      swap(&states, &next)
    }
    return states[tokens.count]
  }

  /// Marks the state before token `index` and the states reached from it without a byte.
  private func enter(_ index: Int, _ states: inout [Bool]) {
    guard !states[index] else { return }
    states[index] = true
    guard index < tokens.count else { return }
    switch tokens[index] {
    case .star, .globstar: enter(index + 1, &states)
    case .enterFolders:
      enter(index + 1, &states)
      enter(index + 2, &states)
    default: break
    }
  }

  /// Reads `byte` in the state before token `index`; returns whether it leads to another state.
  private func step(_ index: Int, _ byte: UInt8, _ next: inout [Bool]) -> Bool {
    let isSlash = byte == UInt8(ascii: "/")
    switch tokens[index] {
    case .byte(let wanted) where wanted == byte: enter(index + 1, &next)
    case .one where !isSlash: enter(index + 1, &next)
    case .set(let ranges, let negated) where !isSlash && ranges.contains(where: { $0.contains(byte) }) != negated:
      enter(index + 1, &next)
    case .star where !isSlash: enter(index, &next)
    case .globstar: enter(index, &next)
    case .folders:
      next[index] = true
      if isSlash { enter(index + 1, &next) }
    default: return false
    }
    return true
  }
}

extension BidirectionalCollection {
  /// The longest end of the collection whose elements all satisfy `predicate`.
  fileprivate func suffix(while predicate: (Element) -> Bool) -> SubSequence {
    var start = endIndex
    while start != startIndex, predicate(self[index(before: start)]) { start = index(before: start) }
    return self[start...]
  }
}
