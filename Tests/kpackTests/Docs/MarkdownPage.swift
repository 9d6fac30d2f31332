// A page of documentation as its tests need it: blocks of code with what is said of them, links, headings, code in text.

import Foundation

/// A block of code, fenced or indented.
struct CodeBlock: Equatable {
  /// What stands behind the fence: "sh"; empty for an indented block.
  let language: String
  let text: String
  /// The HTML comments right before it: "run: hello".
  let comments: [String]
  /// Where it begins, from 1.
  let line: Int
  /// Whether nothing but empty lines is between it and the block before it.
  let followsBlock: Bool

  /// What stands behind `key` and a colon in the comments; nil where no comment has it.
  func note(_ key: String) -> String? {
    comments.first { $0.hasPrefix("\(key): ") }.map { String($0.dropFirst(key.count + 2)) }
  }
}

/// A page in Markdown, read as far as this project's pages use it.
struct MarkdownPage {
  /// Its path below the root of the project.
  let path: String
  private(set) var blocks: [CodeBlock] = []
  /// What its headings are found by in links.
  private(set) var anchors: [String] = []
  private(set) var links: [(line: Int, target: String)] = []
  /// Code within text.
  private(set) var codeSpans: [(line: Int, text: String)] = []

  init(path: String, text: String) {
    self.path = path
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var comments: [String] = []
    var followsBlock = false
    var index = 0
    while index < lines.count {
      let line = lines[index]
      if let block = Self.block(lines, at: index) {
        blocks.append(
          CodeBlock(
            language: block.language, text: block.text, comments: comments, line: index + 1, followsBlock: followsBlock)
        )
        (comments, followsBlock, index) = ([], true, block.end)
      } else if let comment = line.wholeMatch(of: /<!-- (.*) -->/) {
        comments.append(String(comment.1))
        (followsBlock, index) = (false, index + 1)
      } else if line.isEmpty {
        index += 1
      } else {
        let end = Self.endOfText(lines, from: index)
        readText(lines[index..<end], line: index + 1)
        (comments, followsBlock, index) = ([], false, end)
      }
    }
  }

  /// The block that begins at `index`, if one does, and the index behind it.
  private static func block(_ lines: [String], at index: Int) -> (language: String, text: String, end: Int)? {
    if lines[index].hasPrefix("```") {
      let end = lines[(index + 1)...].firstIndex { $0.hasPrefix("```") } ?? lines.count
      let text = lines[(index + 1)..<end].map { $0 + "\n" }.joined()
      return (String(lines[index].dropFirst(3)), text, min(end + 1, lines.count))
    }
    guard isIndented(lines[index]) else { return nil }
    let end = lines[index...].firstIndex { !isIndented($0) } ?? lines.count
    return ("", lines[index..<end].map { $0.dropFirst(4) + "\n" }.joined(), end)
  }

  private static func isIndented(_ line: String) -> Bool { line.hasPrefix("    ") }

  /// The end of a paragraph, a row of a table, an item of a list or a heading.
  private static func endOfText(_ lines: [String], from index: Int) -> Int {
    if let first = lines[index].first, "#|".contains(first) { return index + 1 }
    let starts = ["```", "#", "|", "- ", "<!--"]
    return lines[(index + 1)...].firstIndex { line in line.isEmpty || starts.contains { line.hasPrefix($0) } }
      ?? lines.count
  }

  private mutating func readText(_ lines: ArraySlice<String>, line: Int) {
    let text = lines.map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: " ")
    codeSpans += text.matches(of: /`([^`]+)`/).map { (line, String($0.1)) }
    links += text.replacing(/`[^`]+`/, with: "").matches(of: /\]\(([^)\s]+)\)/).map { (line, String($0.1)) }
    if let heading = text.wholeMatch(of: /#+ (.*)/) { anchors.append(anchor(String(heading.1))) }
  }

  /// The anchor that a forge gives a heading.
  private func anchor(_ heading: String) -> String {
    let kept = heading.lowercased().filter { $0.isLetter || $0.isNumber || "-_ ".contains($0) }
    let anchor = kept.replacing(" ", with: "-")
    let earlier = anchors.count { $0 == anchor || $0.wholeMatch(of: /(.*)-\d+/)?.1 == anchor[...] }
    return earlier == 0 ? anchor : "\(anchor)-\(earlier)"
  }
}

/// The pages of this project.
enum Pages {
  /// The folder of the project.
  static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../..")
    .standardizedFileURL.path

  /// All of them.
  static let all: [MarkdownPage] = {
    let docs = FileManager.default.enumerator(atPath: "\(project)/docs")?.compactMap { $0 as? String } ?? []
    let names = docs.filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" }
    return (["README.md", "CONTRIBUTING.md", "SECURITY.md"] + names).map { path in
      // A page that cannot be read has nothing that tests would miss but itself.
      let bytes = FileManager.default.contents(atPath: "\(project)/\(path)") ?? Data()
      return MarkdownPage(path: path, text: String(decoding: bytes, as: UTF8.self))
    }
  }()

  /// Those that people write; the others are made from the tables of options.
  static let written = all.filter { !$0.path.hasPrefix("docs/reference/") }
}
