// The table of results: what was made, how big it is, and what it is known by.

/// Lays out results in columns.
enum ResultTable {
  private static let header = ["TARBALL", "ENTRIES", "BYTES IN", "BYTES OUT", "SHA256"]

  static func lines(_ rows: [ResultRow], _ output: ResultOutput) -> [String] {
    let cells = rows.map { row in
      [row.artifact, "\(row.entries)", "\(row.bytesIn)", "\(row.bytesOut)", "\(row.digest)"]
    }
    let widths = header.indices.map { column in
      ([header] + cells).map { $0[column].count }.max() ?? 0
    }
    let head = line(header, widths)
    return [output.bold(head)] + cells.map { line($0, widths) }
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
