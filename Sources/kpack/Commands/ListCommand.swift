// kpack list: the entries of an archive.

import Archive
import Basics

/// Lists an archive.
struct ListCommand: Command {
  static let spec = CommandSpec(
    name: "list", arguments: "FILE", operand: .file,
    summary: "list the entries of a tar archive, a zip or a package",
    details: """
      Lists the entries of a tarball, a zip, an image tar or a layer, or the files of a deb or rpm: type, mode, owner,
      size, time, SHA-256 and name. What can be read in more than one way is refused with exit code 3; what is readable
      but unsafe or sloppy is listed with a warning. --format json gives one object a line, with the keys path, type,
      mode, uid, gid, size, link, mtime and sha256. Bytes of a name that are no text are shown as %XX.
      """,
    examples: ["kpack list kubernetes-salt.tar.gz", "kpack list --format json kubernetes.tar.gz"],
    options: [.limit])

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
        path: path, limit: limit, record: { try tell($0) },
        warning: { context.messages.warning("\(escapedName(path)): \($0)") })
    } catch let error as ArchiveError {
      throw ListFailure(error: error, path: path)
    }
  }

  private func tell(_ record: EntryRecord) throws {
    if context.format == .json { try context.output.json(record.json) } else { try context.output.line(text(record)) }
  }

  private func text(_ record: EntryRecord) -> String {
    let link = record.link.isEmpty ? "" : " -> \(record.link)"
    let owner = "\(record.entry.uid):\(record.entry.gid)"
    // The rows are printed while they are read: on a terminal all digests are shortened, so that the columns are equal.
    let isShort = context.output.columns != nil
    let digest = record.sha256.isEmpty ? "-" : isShort ? Units.shortDigest(record.sha256) : record.sha256
    let fields = [
      record.type.padded(to: 8), record.mode, owner.padded(to: 7),
      context.output.size(record.size ?? 0).leftPadded(to: isShort ? 7 : 10),
      "\(UTCTime(epoch: record.mtime))", digest.padded(to: isShort ? Units.digitsOfDigest : 64), record.path,
    ]
    return fields.joined(separator: " ") + link
  }
}
