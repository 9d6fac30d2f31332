// A package of rpm: the lead, a header with sizes and digests, the header with all facts, and the archive of its files.
// rpm's docs/manual/format_v4.md.

import Archive
import Basics
import Layout
import Plan

/// An .rpm.
struct Rpm: ArtifactFormat {
  let package: PlannedPackage

  var codec: any Codec { StoredCodec() }
  var isWrittenWhole: Bool { false }

  /// The first version of rpm that reads all of it, and what stands for the program that built it.
  private static let rpmVersion = "4.14.0"
  /// Never the name of the machine.
  private static let buildHost = "localhost"

  func key(of artifact: Artifact, entries: Digest, in store: SourceStore) -> Digest {
    let header = header(of: artifact, nil, nil, in: store).encode(region: .immutable)
    return Self.digest("rpm", [Array("\(DeflateCodec(level: package.level).identity)\n".utf8), entries.bytes, header])
  }

  func contents(of artifact: Artifact, layer: Digest?, _ late: LateFacts, in store: SourceStore) -> ArtifactContents {
    let payload = late.payload(package.payload)
    let header = header(of: artifact, late.sums(of: package.payload), payload, in: store).encode(region: .immutable)
    var rope = Rope(in: store)
    let name = "\(package.fields.name)-\(package.fields.version)-\(package.fields.release)"
    let signatures = Self.signatures(of: header, payload)
    // The header begins on a boundary of eight bytes.
    let padding = [UInt8](repeating: 0, count: -signatures.count & 7)
    rope.append(RpmLead.encode(name: name, architecture: package.fields.architecture) + signatures + padding + header)
    rope.append(package.contents)
    return .stream(rope)
  }

  /// The header of the digest of `header` and of sizes.
  private static func signatures(of header: [UInt8], _ payload: LateFacts.Payload) -> [UInt8] {
    var signatures = RpmHeader()
    signatures.set(.signatureSHA256, "\(SHA256.digest(of: header))")
    let size = Int64(header.count).addingClamped(payload.size)
    set(&signatures, size, .signatureSize, .signatureLongSize)
    set(&signatures, payload.plainSize, .signaturePayloadSize, .signatureLongArchiveSize)
    return signatures.encode(region: .signatures)
  }

  /// Sets `tag` to a number of 32 bits, or `longTag` to one of 64 that is larger.
  private static func set(_ header: inout RpmHeader, _ number: Int64, _ tag: RpmTag, _ longTag: RpmTag) {
    if let small = UInt32(exactly: number) {
      header[tag] = .int32([small])
    } else {
      header[longTag] = .int64([UInt64(number)])
    }
  }

  /// The header; what is known late is left out where it is not given.
  private func header(
    of artifact: Artifact, _ sums: [FileSums?]?, _ payload: LateFacts.Payload?, in store: SourceStore
  ) -> RpmHeader {
    let fields = package.fields
    let (summary, more) = fields.described
    let description = more.isEmpty ? summary : more.joined(separator: "\n")
    var header = RpmHeader()
    header[.i18nTable] = .strings([Array("C".utf8)])
    header.set(.name, fields.name)
    header.set(.version, fields.version)
    header.set(.release, fields.release)
    if let epoch = fields.epoch { header[.epoch] = .int32([epoch]) }
    header[.summary] = .i18n(Array(summary.utf8))
    header[.description] = .i18n(Array(description.utf8))
    header[.group] = .i18n(Array((fields.texts[.section] ?? "Unspecified").utf8))
    header[.buildTime] = .int32([UInt32(clamping: artifact.entries.mtime)])
    header.set(.buildHost, Self.buildHost)
    for (text, tag) in [
      (PackageText.vendor, RpmTag.vendor), (.license, .license), (.maintainer, .packager), (.homepage, .url),
    ] {
      if let value = fields.texts[text] { header.set(tag, value) }
    }
    header.set(.os, "linux")
    header.set(.arch, fields.architecture)
    header.set(.rpmVersion, Self.rpmVersion)
    header.set(.encoding, "utf-8")
    // A package without it is one of sources.
    header.set(.sourceRPM, "\(fields.name)-\(fields.version)-\(fields.release).src.rpm")
    header.set(.payloadFormat, "cpio")
    header.set(.payloadCompressor, "gzip")
    header.set(.payloadFlags, "\(package.level)")
    let files = RpmFiles(fields, artifact.entries, size: { artifact.size(at: $0, in: store) }, sums: sums)
    RpmRelations.add(fields, haveCapabilities: files.haveCapabilities, to: &header)
    files.add(to: &header)
    Self.set(&header, files.size, .size, .longSize)
    if let payload {
      header[.payloadDigest] = .strings([Array("\(payload.digest)".utf8)])
      header[.payloadDigestAlgorithm] = .int32([RpmFiles.sha256])
    }
    return header
  }
}
