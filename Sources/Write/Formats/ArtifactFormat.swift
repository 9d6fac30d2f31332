// The formats of artifacts. A new kind of file in a release needs a new format here.

import Archive
import Basics
import Plan

/// A format of artifacts.
protocol ArtifactFormat: Sendable {
  /// The codec of its bytes.
  var codec: any Codec { get }

  /// Whether one worker writes the file from start to end. True for formats that encode nothing: many such files are
  /// written in parallel, without an extra copy of their bytes.
  var isWrittenWhole: Bool { get }

  /// One digest of everything that shapes the file; `entries` is the digest of its entries and their contents.
  func key(of artifact: Artifact, entries: Digest, in store: SourceStore) -> Digest

  /// The bytes of the file as a rope; `layer` is the digest of the new layer of an image.
  func rope(of artifact: Artifact, layer: Digest?, in store: SourceStore) throws -> Rope
}

extension ArtifactFormat {
  /// The digest of the name of a format and of `parts`, in order.
  static func digest(_ name: String, _ parts: [[UInt8]]) -> Digest {
    var hash = SHA256()
    hash.update("\(name)\n".utf8)
    for part in parts { hash.update(part) }
    return hash.finalize()
  }
}

extension Artifact {
  /// The format of this artifact, from the table of all formats.
  var writtenFormat: any ArtifactFormat {
    switch format {
    case .archive(.tarGzip, let level): TarGzip(level: level)
    case .archive(.tar, _): PlainTar()
    case .image(let image): ImageTar(image: image)
    }
  }
}

/// A source in the encoding of a codec: made once, then spliced.
struct EncodedSource: Hashable {
  let id: SourceID
  /// The codec's number.
  let codec: Int
}

/// The codecs of a release, each once; two that make the same bytes are the same.
struct CodecTable: Sendable {
  private(set) var codecs: [any Codec] = []
  /// The number of each artifact's codec, in order.
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
