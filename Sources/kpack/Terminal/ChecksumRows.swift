// The checksum files of a run: how many files each is about, its size and digest.

import Basics
import JSON
import Plan
import Write

/// The checksum files, one row for each.
struct ChecksumRows {
  private let results: [ChecksumResult]

  init(_ results: [ChecksumResult]) { self.results = results }

  /// Prints a table, or one JSON object for each file; nothing where there is none.
  func print(to output: ResultOutput, as format: ResultFormat) throws {
    if results.isEmpty { return }
    guard format == .json else { return try table.print(to: output) }
    for result in results { try output.json(json(result)) }
  }

  private var table: ResultTable {
    ResultTable(
      header: ["CHECKSUMS", "FILES", "BYTES", "SHA256"],
      rows: results.map { result in
        [
          .text(escapedName(result.file.place.path.utf8)), .number(result.file.members.count), .bytes(result.size),
          .digest("\(result.digest)"),
        ]
      }, isAligned: true)
  }

  private func json(_ result: ChecksumResult) -> JSONLiteral {
    let file = result.file
    return .object([
      ("artifact", .string(file.place.name)), ("path", .string(file.place.path)),
      ("algorithm", .string(file.algorithm.rawValue)), ("files", .array(file.members.map { .string($0.name) })),
      ("bytesOut", .integer(result.size)), ("sha256", .string("\(result.digest)")),
    ])
  }
}
