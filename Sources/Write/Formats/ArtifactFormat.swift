// The formats of artifacts. A new kind of file in a release needs a new format here.

import Archive
import Basics
import Files
import Layout
import Plan

/// A format of artifacts.
protocol ArtifactFormat: Sendable {
  /// The codec of its bytes.
  var codec: any Codec { get }

  /// The codec of contents that are kept as they are, because they are compressed already.
  var keptCodec: any Codec { get }

  /// What the file has around its encoded bytes.
  func framing(of artifact: Artifact) -> ArchiveFraming

  /// Whether one worker writes the file from start to end. True for formats that encode nothing: many such files are
  /// written in parallel, without an extra copy of their bytes.
  var isWrittenWhole: Bool { get }

  /// One digest of everything that shapes the file; `entries` is the digest of its entries and their contents.
  func key(of artifact: Artifact, entries: Digest, in store: SourceStore) throws -> Digest

  /// What is put into the file; `layer` is the digest of the new layer of an image, `late` has what packages need.
  func contents(of artifact: Artifact, layer: Digest?, _ late: LateFacts, in store: SourceStore) throws
    -> ArtifactContents
}

/// What is put into the file of an artifact.
enum ArtifactContents {
  /// These bytes, as one stream.
  case stream(Rope)
  /// These entries, each as a stream of its own.
  case members(TarEntryList)
}

extension ArtifactFormat {
  var keptCodec: any Codec { codec }

  func framing(of artifact: Artifact) -> ArchiveFraming { .none }

  /// The digest of the name of a format and of `parts`, in order.
  static func digest(_ name: String, _ parts: [[UInt8]]) -> Digest {
    var hash = SHA256()
    hash.update("\(name)\n".utf8)
    for part in parts { hash.update(part) }
    return hash.finalize()
  }
}

extension Artifact {
  /// Bytes of the contents of the entry at `index`; 0 for an artifact that is not finished.
  func size(at index: Int, in store: SourceStore) -> Int64 {
    switch entries.body(at: index) {
    case .none: 0
    case .file(_, _, let identity): identity.size
    case .source(let id): store.size(of: id) ?? 0
    }
  }

  /// The format of this artifact, from the table of all formats.
  var writtenFormat: any ArtifactFormat {
    switch format {
    case .archive(.tarGzip, let level): TarGzip(level: level)
    case .archive(.tar, _): PlainTar()
    case .archive(.zip, let level): Zip(level: level)
    case .binary: PlainFile()
    case .image(let image): ImageTar(image: image)
    case .payload(.deb, let level): TarGzip(level: level)
    case .payload(.rpm, let level): CpioGzip(level: level)
    case .package(let package):
      switch package.fields.format {
      case .deb: Deb(package: package)
      case .rpm: Rpm(package: package)
      }
    }
  }

  /// Whether there is one plain tar in the file, whose digest is told.
  var isTar: Bool {
    switch format {
    case .archive(.zip, _), .binary, .package, .payload: false
    case .archive, .image: true
    }
  }

  var isZip: Bool { if case .archive(.zip, _) = format { true } else { false } }
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
  /// The number of each artifact's codec of what is kept as it is, in order.
  private(set) var keptNumbers: [Int] = []
  private var known: [String: Int] = [:]

  init(of artifacts: [Artifact]) {
    for artifact in artifacts {
      let format = artifact.writtenFormat
      numbers.append(number(of: format.codec))
      keptNumbers.append(number(of: format.keptCodec))
    }
  }

  private mutating func number(of codec: any Codec) -> Int {
    let number = known[codec.identity] ?? codecs.count
    if number == codecs.count { codecs.append(codec) }
    known[codec.identity] = number
    return number
  }

  subscript(number: Int) -> any Codec { codecs[number] }
}
