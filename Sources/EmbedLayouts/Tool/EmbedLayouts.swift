// Writes the built-in sets of layouts as Swift source while kpack is built: `EmbedLayouts OUTPUT SET/FILE...`. SwiftPM
// embeds files by itself too, but not two of one name in one target, and every set has a release.json.

import FoundationEssentials
import Glibc

/// The tool.
@main
enum EmbedLayouts {
  static func main() throws {
    let paths = CommandLine.arguments.dropFirst().map { URL(filePath: $0) }
    let sets = Dictionary(grouping: paths.dropFirst()) { $0.deletingLastPathComponent().lastPathComponent }
    var source = "extension BuiltInSet {\n  package static let all: [BuiltInSet] = [\n"
    for (name, files) in sets.sorted(by: { $0.key < $1.key }) {
      source += "    BuiltInSet(name: \(literal(name)), texts: [\n"
      for file in files { source += "      (\(literal(file.lastPathComponent)), \(literal(try text(of: file)))),\n" }
      source += "    ]),\n"
    }
    try (source + "  ]\n}\n").write(to: paths[0], atomically: true, encoding: .utf8)
  }

  /// The text of a layout; ends the build where it is not UTF-8, which a literal cannot hold.
  private static func text(of file: URL) throws -> String {
    if let text = String(validating: try Data(contentsOf: file), as: UTF8.self) { return text }
    print("\(file.path()): error: not UTF-8")
    exit(1)
  }

  /// A literal of Swift: quotes, backslashes and line ends are escaped.
  private static func literal(_ text: String) -> String { text.debugDescription }
}
