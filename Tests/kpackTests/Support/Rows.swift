// Results of kpack in JSON, one object a line, as values that tests compare.

import Foundation
import Testing

/// A value in a row.
enum Value: Hashable, Decodable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
  case text(String)
  case number(Int64)
  case none

  init(stringLiteral text: String) { self = .text(text) }
  init(integerLiteral number: Int64) { self = .number(number) }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .none
    } else if let number = try? container.decode(Int64.self) {
      self = .number(number)
    } else {
      self = .text(try container.decode(String.self))
    }
  }

  /// The text, or "" when it is none.
  var text: String { if case .text(let text) = self { text } else { "" } }
}

extension Outcome {
  /// The objects of the output.
  func rows() throws -> [[String: Value]] {
    try lines.map { try JSONDecoder().decode([String: Value].self, from: Data($0.utf8)) }
  }
}

extension Sandbox {
  /// What `kpack list` tells of an archive; the test fails when it complains.
  func listing(of path: String, _ location: SourceLocation = #_sourceLocation) throws -> [[String: Value]] {
    let outcome = try kpack("list", "--format", "json", path)
    try #require(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)", sourceLocation: location)
    return try outcome.rows()
  }

  /// The paths in an archive.
  func paths(in archive: String) throws -> [String] { try listing(of: archive).compactMap { $0["path"]?.text } }
}
