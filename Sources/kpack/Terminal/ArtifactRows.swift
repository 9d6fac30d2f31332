// A run's results: the kind, size and digest of each artifact.

import Archive
import Basics
import Image
import JSON
import Plan
import Write

/// The results of a run, one row for each artifact.
struct ArtifactRows {
  private let ledger: Ledger

  init(_ ledger: Ledger) { self.ledger = ledger }

  /// Prints tables of the images, the tarballs and the packages, or one JSON object for each artifact.
  func print(to output: ResultOutput, as format: ResultFormat) throws {
    guard format != .json else {
      for result in ledger.results { try output.json(json(result)) }
      return
    }
    if !images.isEmpty { try imageTable.print(to: output) }
    if !tarballs.isEmpty { try table(of: tarballs, "TARBALL").print(to: output) }
    if !packages.isEmpty { try table(of: packages, "PACKAGE").print(to: output) }
  }

  private func artifact(_ result: ArtifactResult) -> Artifact { ledger.plan.artifacts[result.artifact] }

  private var images: [ArtifactResult] { ledger.results.filter { artifact($0).image != nil } }
  private var tarballs: [ArtifactResult] {
    ledger.results.filter { artifact($0).image == nil && artifact($0).package == nil }
  }
  private var packages: [ArtifactResult] { ledger.results.filter { artifact($0).package != nil } }

  private func table(of results: [ArtifactResult], _ kind: String) -> ResultTable {
    ResultTable(
      header: [kind, "ENTRIES", "BYTES IN", "BYTES OUT", "SHA256"],
      rows: results.map { result in
        let artifact = artifact(result)
        return [
          .text(escapedName(artifact.fileName.utf8)), .number(artifact.entries.count), .bytes(result.tarSize),
          .bytes(result.size), .digest("\(result.digest)"),
        ]
      }, isAligned: true)
  }

  private var imageTable: ResultTable {
    ResultTable(
      header: ["IMAGE", "PLATFORM", "BYTES", "SHA256"],
      rows: images.compactMap { result in
        artifact(result).image.map { image in
          let names = image.references.map(\.familiar).joined(separator: " ")
          return [.text(names), .text("\(image.platform)"), .bytes(result.size), .digest("\(result.digest)")]
        }
      }, isAligned: false)
  }

  private func json(_ result: ArtifactResult) -> JSONLiteral {
    let artifact = artifact(result)
    let places = artifact.image == nil ? artifact.places : artifact.stagedPlaces + artifact.places
    let paths = places.map(\.path)
    let path = ("path", JSONLiteral.string(paths.first ?? ""))
    let sha256 = ("sha256", JSONLiteral.string("\(result.digest)"))
    if let image = artifact.image {
      return .object([
        ("image", .string(image.name)), ("platform", .string("\(image.platform)")),
        ("references", .array(image.references.map { .string($0.familiar) })), path,
        ("paths", .array(paths.map { .string($0) })), ("bytesOut", .integer(result.size)), sha256,
      ])
    }
    let hashed = result.tarDigest.map { [("tarSha256", JSONLiteral.string("\($0)"))] } ?? []
    let staged: [(String, JSONLiteral)] =
      artifact.stagedImages > 0 ? [("stagedImages", .integer(Int64(artifact.stagedImages)))] : []
    return .object(
      [
        ("artifact", .string(artifact.fileName)), path, ("entries", .integer(Int64(artifact.entries.count))),
        ("bytesIn", .integer(result.tarSize)), ("bytesOut", .integer(result.size)), sha256,
      ] + hashed + staged)
  }
}
