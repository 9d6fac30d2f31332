// Tables of results. On a terminal they are for people, in columns that fit; in a pipe they are for scripts, with exact
// bytes and whole digests.

import Files

/// Results in columns.
struct ResultTable {
  /// The content of a column.
  enum Cell {
    case text(String)
    case number(Int)
    /// A size: a few digits and a unit on a terminal, else the exact bytes.
    case bytes(Int64)
    /// A whole digest, shortened when the terminal is too narrow.
    case digest(String)
  }

  let header: [String]
  let rows: [[Cell]]
  /// Whether it has a header and aligned columns in a pipe too; else cells are separated there by two blanks.
  let isAligned: Bool

  /// Prints the header and a line for each result. Throws when they cannot be written.
  func print(to output: ResultOutput) throws(SystemError) {
    if !isAligned && output.columns == nil {
      for row in rows { try output.line(row.map { text($0, output) }.joined(separator: "  ")) }
      return
    }
    if rows.isEmpty && !isAligned { return }
    var lines = rows.map { $0.map { text($0, output) } }
    if let columns = output.columns, width(of: lines) > columns {
      lines = rows.map { row in
        row.map { if case .digest(let text) = $0 { Units.shortDigest(text) } else { self.text($0, output) } }
      }
    }
    let widths = widths(of: lines)
    let isLeft = header.indices.map { column in rows.contains { $0[column].isLeft } }
    try output.line(line(header, widths, isLeft), isBold: true)
    for cells in lines { try output.line(line(cells, widths, isLeft)) }
  }

  private func text(_ cell: Cell, _ output: ResultOutput) -> String {
    switch cell {
    case .text(let text), .digest(let text): text
    case .number(let number): "\(number)"
    case .bytes(let bytes): output.size(bytes)
    }
  }

  private func widths(of lines: [[String]]) -> [Int] {
    header.indices.map { column in ([header] + lines).map { $0[column].count }.max() ?? 0 }
  }

  private func width(of lines: [[String]]) -> Int { widths(of: lines).reduce(0, +) + 2 * (header.count - 1) }

  /// Aligns texts left and numbers right, without blanks after the last column.
  private func line(_ cells: [String], _ widths: [Int], _ isLeft: [Bool]) -> String {
    cells.indices.map { column in
      if !isLeft[column] && rows.count > 0 { return cells[column].leftPadded(to: widths[column]) }
      return column == cells.count - 1 ? cells[column] : cells[column].padded(to: widths[column])
    }.joined(separator: "  ")
  }
}

extension ResultTable.Cell {
  fileprivate var isLeft: Bool {
    switch self {
    case .text, .digest: true
    case .number, .bytes: false
    }
  }
}
