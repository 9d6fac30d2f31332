// The folders of the stage that a run made: how many entries each has, and how its files came into it.

import Basics
import JSON
import Plan
import Write

/// The folders of the stage, one row for each.
struct StageRows {
  private let plan: Plan
  private let results: [StagedResult]

  init(_ plan: Plan, _ results: [StagedResult]) { (self.plan, self.results) = (plan, results) }

  /// Prints a table, or one JSON object for each folder; nothing where no folder was staged.
  func print(to output: ResultOutput, as format: ResultFormat) throws {
    if results.isEmpty { return }
    guard format == .json else { return try table.print(to: output) }
    for result in results { try output.json(json(result)) }
  }

  private var table: ResultTable {
    ResultTable(
      header: ["STAGED", "ENTRIES", "LINKED", "COPIED", "MADE", "BYTES"],
      rows: results.map { result in
        [
          .text(escapedName(result.folder.place.path.utf8)), .number(result.entries), .number(result.linked),
          .number(result.copied), .number(result.written), .bytes(result.bytes),
        ]
      }, isAligned: true)
  }

  private func json(_ result: StagedResult) -> JSONLiteral {
    .object([
      ("staged", .string(result.folder.place.path)),
      ("artifact", .string(plan.artifacts[result.folder.artifact].fileName)),
      ("entries", .integer(Int64(result.entries))), ("linked", .integer(Int64(result.linked))),
      ("copied", .integer(Int64(result.copied))), ("made", .integer(Int64(result.written))),
      ("bytes", .integer(result.bytes)),
    ])
  }
}
