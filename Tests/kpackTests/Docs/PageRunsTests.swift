// The blocks of the pages that are to be run do what the pages say.

import Foundation
import Testing

/// Blocks of one page that are run in one shell, and the files of layouts between them.
struct PageSession: CustomStringConvertible {
  /// What is done, in order.
  enum Step {
    /// Runs a block; its whole output is `output` where that is said.
    case run(CodeBlock, output: String?)
    /// Writes a file into the folder layouts.
    case write(name: String, text: String)
  }

  let path: String
  let name: String
  private(set) var steps: [Step] = []

  var description: String { "\(path): \(name)" }

  /// The session `name` of a page.
  init(_ name: String, on page: MarkdownPage) {
    (path, self.name) = (page.path, name)
    for (index, block) in page.blocks.enumerated() {
      let words = block.note("layout")?.split(separator: " ").map(String.init) ?? []
      if block.note("run") == name {
        let next = page.blocks.dropFirst(index + 1).first
        let output = next.flatMap { $0.language == "text" && $0.followsBlock ? $0.text : nil }
        steps.append(.run(block, output: output))
      } else if words.count == 3, words[2] == name, !steps.isEmpty {
        steps.append(.write(name: words[0], text: block.text))
      }
    }
  }

  /// All sessions of a page, in the order of their beginnings.
  static func all(on page: MarkdownPage) -> [PageSession] {
    var names: [String] = []
    for name in page.blocks.compactMap({ $0.note("run") }) where !names.contains(name) { names.append(name) }
    return names.map { PageSession($0, on: page) }
  }

  /// What ends the output of a step.
  fileprivate static let mark = "@@ end of step @@\n"

  /// The shell script of all steps.
  fileprivate var script: String {
    steps.map { step in
      switch step {
      case .run(let block, _): "\(block.text)printf '%s' '\(Self.mark)'\n"
      case .write(let name, let text):
        "cat >layouts/\(name) <<'END OF FILE'\n\(text)END OF FILE\nprintf '%s' '\(Self.mark)'\n"
      }
    }.joined()
  }

  /// Runs it beside a copy of testdata, with kpack on the search path; what each step printed.
  fileprivate func run() throws -> [String] {
    let box = try Sandbox()
    let folder = (Program.kpack as NSString).deletingLastPathComponent
    try box.sh("cp -a \"$1/testdata\" .", Pages.project)
    let output = try box.sh("PATH=$1:$PATH\n\(script)", folder)
    return output.components(separatedBy: Self.mark).dropLast()
  }
}

@Suite struct PageRunsTests {
  private static let sessions = Pages.all.flatMap(PageSession.all)

  @Test(arguments: sessions) func `what a page says of its commands is so`(session: PageSession) throws {
    let outputs = try session.run()
    try #require(outputs.count == session.steps.count)
    for case (.run(let block, let wanted), let output) in zip(session.steps, outputs) {
      if let wanted { #expect(output == wanted, "\(session.path):\(block.line)") }
      for text in Self.prints(of: block) {
        let isPrinted = output.split(separator: "\n").contains { $0.contains(text) }
        #expect(isPrinted, "\(session.path):\(block.line): \(text): \(output)")
      }
    }
  }

  @Test func `README's first release is run, and something is said of each block`() {
    #expect(Self.sessions.first?.description == "README.md: greeter")
    for session in Self.sessions {
      let isTold = session.steps.contains { step in
        if case .run(let block, let output) = step { output != nil || !Self.prints(of: block).isEmpty } else { false }
      }
      #expect(isTold, "\(session)")
    }
  }

  /// What lines of a block's output are to hold.
  private static func prints(of block: CodeBlock) -> [Substring] {
    let mark = "# prints: "
    return block.text.split(separator: "\n").filter { $0.hasPrefix(mark) }.map { $0.dropFirst(mark.count) }
  }
}
