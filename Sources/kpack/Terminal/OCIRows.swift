// The images of the OCI image layout that a run wrote: the platforms of each, and its archive.

import Basics
import JSON
import Plan
import Write

/// The images of a layout, one row for each.
struct OCIRows {
  private let results: [OCIResult]

  init(_ results: [OCIResult]) { self.results = results }

  /// Prints a table, or one JSON object for each image; nothing where no layout was made.
  func print(to output: ResultOutput, as format: ResultFormat) throws {
    if results.isEmpty { return }
    guard format == .json else { return try table.print(to: output) }
    for result in results { try output.json(json(result)) }
  }

  private var table: ResultTable {
    ResultTable(
      header: ["INDEX", "PLATFORMS", "BYTES", "SHA256"],
      rows: results.map { result in
        [
          .text(result.member.names.joined(separator: " ")),
          .text(result.platforms.map { "\($0)" }.joined(separator: ",")), .bytes(result.size),
          .digest("\(result.digest)"),
        ]
      }, isAligned: false)
  }

  private func json(_ result: OCIResult) -> JSONLiteral {
    func list(_ texts: [String]) -> JSONLiteral { .array(texts.map { .string($0) }) }
    return .object([
      ("index", .string(result.member.name)), ("digest", .string(result.index)),
      ("platforms", list(result.platforms.map { "\($0)" })), ("references", list(result.member.names)),
      ("path", .string(result.path)), ("bytesOut", .integer(result.size)), ("sha256", .string("\(result.digest)")),
    ])
  }
}
