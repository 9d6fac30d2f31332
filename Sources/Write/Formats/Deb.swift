// A Debian package: an ar archive of a version, what the package says of itself, and the archive of its files. deb(5).

import Archive
import Basics
import Layout
import Plan

/// A .deb.
struct Deb: ArtifactFormat {
  let package: PlannedPackage

  var codec: any Codec { StoredCodec() }
  var isWrittenWhole: Bool { false }

  func key(of artifact: Artifact, entries: Digest, in store: SourceStore) throws -> Digest {
    let control = try control(of: artifact, nil, in: store).archive()
    return Self.digest("deb", [Array("\(DeflateCodec(level: package.level).identity)\n".utf8), entries.bytes, control])
  }

  func contents(
    of artifact: Artifact, layer: Digest?, _ late: LateFacts, in store: SourceStore
  ) throws -> ArtifactContents {
    let plain = try control(of: artifact, late.sums(of: package.payload), in: store).archive()
    let control = try GzipMember.file(of: plain, level: package.level)
    let payload = late.payload(package.payload)
    if payload.size > ArHeader.largest {
      let reason = "\(payload.size) bytes of files when compressed; a deb has room for \(ArHeader.largest)"
      throw Diagnostic(.data, "\(artifact.title): \(reason)")
    }
    var rope = Rope(in: store)
    func head(_ name: String, _ size: Int64) -> [UInt8] {
      ArHeader.encode(name: name, size: size, mtime: artifact.entries.mtime)
    }
    let version = Array("2.0\n".utf8)
    rope.append(ArHeader.magic + head("debian-binary", Int64(version.count)) + version)
    rope.append(head("control.tar.gz", Int64(control.count)) + control + Self.padding(after: Int64(control.count)))
    rope.append(head("data.tar.gz", payload.size))
    rope.append(package.contents)
    rope.append(Self.padding(after: payload.size))
    return .stream(rope)
  }

  /// A member begins on an even byte.
  private static func padding(after count: Int64) -> [UInt8] { count & 1 == 0 ? [] : [UInt8(ascii: "\n")] }

  private func control(of artifact: Artifact, _ sums: [FileSums?]?, in store: SourceStore) -> DebControl {
    DebControl(
      fields: package.fields, entries: artifact.entries, size: { artifact.size(at: $0, in: store) },
      sums: sums)
  }
}
