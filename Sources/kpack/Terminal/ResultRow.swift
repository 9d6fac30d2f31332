// One line of a run's results: what a tarball is, how big, and what it is known by.

import Archive
import Basics
import Files
import JSON
import Plan
import Write

/// What is told of one tarball.
struct ResultRow {
  let artifact: String
  let path: String
  let entries: Int
  let bytesIn: Int64
  let bytesOut: Int64
  let digest: Digest
  /// That of the uncompressed tar; there where it was asked for.
  let tarDigest: Digest?
  let stagedImages: Int

  init(_ result: TarballResult, _ tarball: PlannedTarball, folder: String) {
    artifact = tarball.fileName
    path = "\(folder)/\(tarball.fileName)"
    entries = tarball.entries.count
    bytesIn = result.archive.tarSize
    bytesOut = result.archive.file.identity.size
    digest = result.archive.digest
    tarDigest = result.archive.tarDigest
    stagedImages = tarball.stagedImages
  }

  /// The row as one object; `stagedImages` is there when images were taken as they stood.
  var json: JSONLiteral {
    let staged: [(String, JSONLiteral)] = stagedImages > 0 ? [("stagedImages", .integer(Int64(stagedImages)))] : []
    let hashed = tarDigest.map { [("tarSha256", JSONLiteral.string("\($0)"))] } ?? []
    return .object(
      [
        ("artifact", .string(artifact)), ("path", .string(path)), ("entries", .integer(Int64(entries))),
        ("bytesIn", .integer(bytesIn)), ("bytesOut", .integer(bytesOut)), ("sha256", .string("\(digest)")),
      ] + hashed + staged)
  }

  /// The rows as a table.
  static func table(of rows: [ResultRow]) -> ResultTable {
    ResultTable(
      header: ["TARBALL", "ENTRIES", "BYTES IN", "BYTES OUT", "SHA256"],
      rows: rows.map { row in
        [
          .text(escapedName(row.artifact.utf8)), .number(row.entries), .bytes(row.bytesIn), .bytes(row.bytesOut),
          .digest("\(row.digest)"),
        ]
      }, isAligned: true)
  }
}
