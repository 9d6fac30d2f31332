// The table of results: what was made, how big it is, and what it is known by.

import Basics

/// Results in columns.
struct ResultTable {
  private static let header = ["TARBALL", "ENTRIES", "BYTES IN", "BYTES OUT", "SHA256"]

  private let cells: [[String]]

  init(_ rows: [ResultRow]) {
    cells = rows.map { row in
      [escapedName(row.artifact.utf8), "\(row.entries)", "\(row.bytesIn)", "\(row.bytesOut)", "\(row.digest)"]
    }
  }

  /// Prints the header and a line for each result. Throws `SystemError` when they cannot be written.
  func print(to output: ResultOutput) throws {
    let widths = Self.header.indices.map { column in
      ([Self.header] + cells).map { $0[column].count }.max() ?? 0
    }
    try output.line(Self.line(Self.header, widths), isBold: true)
    for row in cells { try output.line(Self.line(row, widths)) }
  }

  /// Names to the left, numbers to the right, nothing behind the last column.
  private static func line(_ cells: [String], _ widths: [Int]) -> String {
    zip(cells, widths).enumerated().map { column, cell in
      let padding = String(repeating: " ", count: cell.1 - cell.0.count)
      if column == 0 { return cell.0 + padding }
      return column == cells.count - 1 ? cell.0 : padding + cell.0
    }.joined(separator: "  ")
  }
}
