// The documents of a list of images: each is read, verified and parsed once, however many images name it, and all of
// them together are bounded.

import Basics
import JSON

/// The documents that were read so far for the images of one source.
struct ImageDocuments {
  /// The most images of one source.
  static let mostImages = 1000
  /// The most bytes of the documents of one source, 32 MiB; parsed, they take many times as much.
  private static let mostBytes: Int64 = 32 << 20

  /// The most values of the documents of one source that are kept as a tree.
  private static let mostValues = 2_000_000

  private let source: ImageSource
  private var descriptors = 0
  private var bytes: Int64 = 0
  private var values = 0
  private var documents: [String: StoredDocument] = [:]
  private var configs: [ImageDigest: (words: PlatformWords, config: ImageConfig)] = [:]
  private var indexes: [ImageDigest: [ImageIndex.Item]] = [:]

  init(of source: ImageSource) { self.source = source }

  /// The document in the file `name`. Throws `ImageError`, `SourceChanged` or `SystemError`.
  mutating func document(_ name: String, mediaType: String, _ place: BlobPlace) throws -> StoredDocument {
    if var known = documents[name] {
      known.mediaType = mediaType
      return known
    }
    let blob = try source.documentBlob(name, place)
    // Each is at most 16 MiB, and the sum was at most 32 MiB before.
    bytes += blob.count
    if bytes > Self.mostBytes {
      throw place.error("\(blob.name): documents of more than \(Self.mostBytes) bytes together")
    }
    let document = StoredDocument(bytes: try blob.read(), mediaType: mediaType)
    documents[name] = document
    return document
  }

  /// The document that `descriptor` names. Throws `ImageError`, `SourceChanged` or `SystemError`.
  mutating func document(_ descriptor: Descriptor, _ place: BlobPlace) throws -> StoredDocument {
    let name = descriptor.digest.blobPath
    let document = try document(name, mediaType: descriptor.mediaType, place)
    if Int64(document.bytes.count) != descriptor.size {
      throw place.error("\(name): expected \(descriptor.size) bytes, found \(document.bytes.count)")
    }
    if document.digest != descriptor.digest { throw place.error("\(name): its bytes are \(document.digest)") }
    return document
  }

  /// The config that `document`, the file `name`, spells, with what `descriptor` adds to its platform; parsed once,
  /// whatever descriptors lead to it.
  ///
  /// Throws `ImageError`.
  mutating func config(
    _ document: StoredDocument, in name: String, on descriptor: Platform?
  ) throws -> ImageConfig {
    let place = source.place(name)
    if let known = configs[document.digest] {
      return known.config.on(try known.words.filled(from: descriptor, in: place))
    }
    let field = try kept(document, place)
    let config = try ImageConfig(field, on: descriptor)
    configs[document.digest] = (try PlatformWords(field), config)
    return config
  }

  /// The items of the index that `descriptor` leads to. Throws `ImageError`, `SourceChanged` or `SystemError`.
  mutating func index(_ descriptor: Descriptor, _ place: BlobPlace) throws -> [ImageIndex.Item] {
    let document = try document(descriptor, place)
    if let known = indexes[document.digest] { return known }
    let field = try kept(document, source.place(descriptor.digest.blobPath))
    let items = try ImageIndex.items(of: field, mediaType: descriptor.mediaType)
    indexes[document.digest] = items
    return items
  }

  /// What `document`, the file `place`, spells, to be kept. Throws `ImageError`.
  private mutating func kept(_ document: StoredDocument, _ place: String) throws(ImageError) -> DocumentField {
    let field = try DocumentField(reading: document.bytes, place: place)
    values += field.value.count
    if values > Self.mostValues {
      throw ImageError(place, "", "documents of more than \(Self.mostValues) values together")
    }
    return field
  }

  /// Counts one more descriptor, which stands at `place`. Throws `ImageError` when there are too many.
  mutating func countDescriptor(_ place: BlobPlace) throws(ImageError) {
    descriptors += 1
    if descriptors > ImageIndex.mostDescriptors {
      throw place.error("more than \(ImageIndex.mostDescriptors) descriptors")
    }
  }

  /// Throws `ImageError` when `count` images are more than one source may have.
  static func checkCount(_ count: Int, _ place: BlobPlace) throws(ImageError) {
    if count > mostImages { throw place.error("more than \(mostImages) images") }
  }
}

extension JSONValue {
  /// How many values it is, with those below it.
  fileprivate var count: Int {
    switch kind {
    case .null, .bool, .number, .string: 1
    case .array(let values): values.reduce(1) { $0 + $1.count }
    case .object(let members): members.reduce(1) { $0 + $1.value.count }
    }
  }
}
