// How an artifact is made of its entries: the seam for every kind of file that a release ships.

import Archive
import Basics
import Plan

/// A format of artifacts.
protocol ArtifactFormat: Sendable {
  /// How its bytes are encoded.
  var codec: any Codec { get }

  /// Whether one worker writes the file from start to end. It is for formats that encode nothing: many such files are
  /// written side by side, without a copy of their bytes on the way.
  var isWrittenWhole: Bool { get }

  /// What the file follows from, in one digest: `entries` is the digest of its entries and their contents.
  func key(of artifact: Artifact, entries: Digest, in store: SourceStore) -> Digest

  /// The sections of the file, whose new layer has the digest `layer` where it is an image.
  func rope(of artifact: Artifact, layer: Digest?, in store: SourceStore) throws -> Rope
}

extension ArtifactFormat {
  /// The digest of `parts`, one after another, under the name of a format.
  static func digest(_ name: String, _ parts: [[UInt8]]) -> Digest {
    var hash = SHA256()
    hash.update("\(name)\n".utf8)
    for part in parts { hash.update(part) }
    return hash.finalize()
  }
}

extension Artifact {
  /// The format that writes it: the table of all formats.
  var writtenFormat: any ArtifactFormat {
    switch format {
    case .archive(.tarGzip, let level): TarGzip(level: level)
    case .archive(.tar, _): PlainTar()
    case .image(let image): ImageTar(image: image)
    }
  }
}

/// A source as a codec encodes it: what is made once and spliced after.
struct EncodedSource: Hashable {
  let id: SourceID
  /// The codec's number.
  let codec: Int
}

/// The codecs of a release, each once: two are the same where they make the same bytes.
struct CodecTable: Sendable {
  private(set) var codecs: [any Codec] = []
  /// Of each artifact, in order.
  private(set) var numbers: [Int] = []

  init(of artifacts: [Artifact]) {
    var known: [String: Int] = [:]
    for artifact in artifacts {
      let codec = artifact.writtenFormat.codec
      let number = known[codec.identity] ?? codecs.count
      if number == codecs.count { codecs.append(codec) }
      known[codec.identity] = number
      numbers.append(number)
    }
  }

  subscript(number: Int) -> any Codec { codecs[number] }
}
