// JSON as people write layouts: what fits a line stands on one, each entry on a line of its own.

import Basics
import JSON

/// The text of a layout file.
enum LayoutText {
  /// The columns of a line.
  private static let width = 110

  /// `value` with a line feed at its end.
  static func text(_ value: JSONLiteral) -> String { broken(value, indent: 0) + "\n" }

  /// A value that begins behind `used` columns of a line that is indented by `indent`.
  private static func text(_ value: JSONLiteral, indent: Int, used: Int) -> String {
    if let line = line(value), used + line.utf8.count <= width { return line }
    return broken(value, indent: indent)
  }

  /// The value on one line; nil for one that never stands on one: an array of objects with more than one in it.
  private static func line(_ value: JSONLiteral) -> String? {
    switch value {
    case .array(let elements):
      if elements.count > 1, elements.contains(where: \.isObject) { return nil }
      let texts = elements.map(line)
      return texts.contains(nil) ? nil : "[\(texts.compactMap { $0 }.joined(separator: ", "))]"
    case .object(let members):
      let texts = members.map { key, value in line(value).map { "\(JSONLiteral.string(key).text): \($0)" } }
      if texts.contains(nil) { return nil }
      return texts.isEmpty ? "{}" : "{ \(texts.compactMap { $0 }.joined(separator: ", ")) }"
    case .null, .bool, .integer, .number, .string: return value.text
    }
  }

  private static func broken(_ value: JSONLiteral, indent: Int) -> String {
    let inner = String(repeating: " ", count: indent + 2)
    let end = "\n" + String(repeating: " ", count: indent)
    switch value {
    case .object(let members):
      let lines = members.map { key, value in
        let start = "\(inner)\(JSONLiteral.string(key).text): "
        // One column for the comma.
        return start + text(value, indent: indent + 2, used: start.utf8.count + 1)
      }
      return "{\n" + lines.joined(separator: ",\n") + end + "}"
    case .array(let elements) where elements.contains(where: \.isObject):
      let lines = elements.map { inner + text($0, indent: indent + 2, used: indent + 3) }
      return "[\n" + lines.joined(separator: ",\n") + end + "]"
    case .array(let elements): return "[\n" + filled(elements.map(\.text), inner) + end + "]"
    case .null, .bool, .integer, .number, .string: return value.text
    }
  }

  /// Words on as few lines as they need.
  private static func filled(_ words: [String], _ inner: String) -> String {
    var lines: [String] = []
    for (index, word) in words.enumerated() {
      let text = index + 1 < words.count ? word + "," : word
      if let last = lines.last, last.utf8.count + 1 + text.utf8.count <= width {
        lines[lines.count - 1] = "\(last) \(text)"
      } else {
        lines.append(inner + text)
      }
    }
    return lines.joined(separator: "\n")
  }
}

extension JSONLiteral {
  fileprivate var isObject: Bool { if case .object = self { true } else { false } }
}
