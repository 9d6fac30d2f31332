// kpack list: the entries of an archive.

import Archive
import Basics

/// Lists an archive.
struct ListCommand {
  private let context: CommandContext

  init(_ context: CommandContext) { self.context = context }

  func run() throws {
    guard context.line.arguments.count == 1, let file = context.line.arguments.first else {
      throw context.usage("expected one FILE, found \(context.line.arguments.count)")
    }
    let limit = try context.archiveLimit()
    let path = Array(file.utf8)
    do {
      try ArchiveListing.read(
        path: path, limit: limit, row: { try tell($0) },
        warning: { context.messages.warning("\(escapedName(path)): \($0)") })
    } catch let error as ArchiveError {
      throw ListFailure(error: error, path: path)
    }
  }

  private func tell(_ row: ListingRow) throws {
    if context.format == .json { try context.output.json(row.json) } else { try context.output.line(text(row)) }
  }

  private func text(_ row: ListingRow) -> String {
    let link = row.link.isEmpty ? "" : " -> \(row.link)"
    let owner = "\(row.uid):\(row.gid)"
    let digest = row.sha256.isEmpty ? "-" : row.sha256
    let fields = [
      row.type.padded(to: 8), row.mode, owner.padded(to: 7), "\(row.size)".leftPadded(to: 10),
      "\(UTCTime(epoch: row.mtime))", digest.padded(to: 64), row.path,
    ]
    return fields.joined(separator: " ") + link
  }
}

/// An archive that could not be listed, and which it was.
struct ListFailure: Error {
  let error: ArchiveError
  let path: [UInt8]
}
