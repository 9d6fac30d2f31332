// The links of the pages lead somewhere, and README stays a page that is read at once.

import Foundation
import Testing

@Suite struct PageLinksTests {
  @Test(arguments: Pages.all.map(\.path)) func `every link leads to a file, and to a heading in it`(path: String) throws
  {
    let page = try #require(Pages.all.first { $0.path == path })
    #expect(!page.anchors.isEmpty, "no such page, or one without a heading")
    for (line, target) in page.links where !target.contains("://") {
      let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
      let file = parts[0].isEmpty ? path : Self.joined(path, String(parts[0]))
      #expect(FileManager.default.fileExists(atPath: "\(Pages.project)/\(file)"), "\(path):\(line): \(target)")
      guard parts.count == 2 else { continue }
      let anchors = Pages.all.first { $0.path == file }?.anchors ?? []
      #expect(anchors.contains(String(parts[1])), "\(path):\(line): no heading \(target)")
    }
  }

  @Test func `README is short, and leads to every page`() throws {
    let text = try String(contentsOfFile: "\(Pages.project)/README.md", encoding: .utf8)
    #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 151)
    let readme = try #require(Pages.all.first)
    let targets = Set(readme.links.map { $0.target.split(separator: "#").first.map(String.init) ?? "" })
    for page in Pages.all.dropFirst() where !page.path.hasPrefix("docs/reference/") {
      #expect(targets.contains(page.path), "\(page.path)")
    }
    for path in ["docs/architecture.md", "docs/reference/README.md"] { #expect(targets.contains(path)) }
  }

  /// The path that `target` means on the page `path`.
  private static func joined(_ path: String, _ target: String) -> String {
    var parts = path.split(separator: "/").dropLast().map(String.init)
    for part in target.split(separator: "/") {
      if part == ".." { _ = parts.popLast() } else if part != "." { parts.append(String(part)) }
    }
    return parts.joined(separator: "/")
  }
}
