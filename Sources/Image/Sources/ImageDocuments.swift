// The documents of the images of one source: each is read, verified and parsed once, however many images name it, and
// their sum is bounded.

import Basics
import JSON

/// The documents that were read so far of one source.
struct ImageDocuments {
  /// The most images of one source.
  static let mostImages = 1000
  /// The most bytes of the documents of one source, 32 MiB; parsed, they take many times as much.
  private static let mostBytes: Int64 = 32 << 20
  /// The most values of the documents of one source that are kept parsed.
  private static let mostValues = 2_000_000

  private let source: any ImageSource
  private var descriptors = 0
  private var bytes: Int64 = 0
  private var values = 0
  private var documents: [String: Document] = [:]
  private var configs: [ImageDigest: (words: PlatformWords, config: ImageConfig)] = [:]
  private var indexes: [ImageDigest: [ImageIndex.Item]] = [:]

  init(of source: any ImageSource) { self.source = source }

  /// The document `named`, compared with its descriptor where it has one.
  mutating func document(_ named: NamedBlob, mediaType: String) throws -> Document {
    let document = try stored(named, mediaType)
    guard let descriptor = named.descriptor else { return document }
    if Int64(document.bytes.count) != descriptor.size {
      throw named.place.error("\(named.name): expected \(descriptor.size) bytes, found \(document.bytes.count)")
    }
    if document.digest != descriptor.digest {
      throw named.place.error("\(named.name): its bytes are \(document.digest)")
    }
    return document
  }

  /// The document that `descriptor`, which is at `place`, names.
  mutating func document(_ descriptor: Descriptor, _ place: FieldPlace) throws -> Document {
    try document(NamedBlob(descriptor, at: place), mediaType: descriptor.mediaType)
  }

  private mutating func stored(_ named: NamedBlob, _ mediaType: String) throws -> Document {
    if var known = documents[named.name] {
      known.mediaType = mediaType
      return known
    }
    let blob = try source.documentBlob(named)
    // No overflow: each is at most 16 MiB, and the sum was at most 32 MiB before.
    bytes += blob.count
    if bytes > Self.mostBytes {
      throw named.place.error("\(blob.name): documents of more than \(Self.mostBytes) bytes together")
    }
    let document = Document(bytes: try blob.read(), mediaType: mediaType)
    documents[named.name] = document
    return document
  }

  /// The config that `document`, the file `name`, spells; what its platform lacks is taken from `descriptor`.
  mutating func config(_ document: Document, in name: String, on descriptor: Platform?) throws(ImageError)
    -> ImageConfig
  {
    let place = source.place(name)
    if let known = configs[document.digest] {
      return known.config.on(try known.words.filled(from: descriptor, in: place))
    }
    let field = try kept(document, place)
    let config = try ImageConfig(field, on: descriptor)
    configs[document.digest] = (try PlatformWords(field), config)
    return config
  }

  /// The items of the index that `descriptor`, which is at `place`, names.
  mutating func index(_ descriptor: Descriptor, _ place: FieldPlace) throws -> [ImageIndex.Item] {
    let document = try document(descriptor, place)
    if let known = indexes[document.digest] { return known }
    let field = try kept(document, source.place(descriptor.digest.blobPath))
    let items = try ImageIndex.items(of: field, mediaType: descriptor.mediaType)
    indexes[document.digest] = items
    return items
  }

  /// What `document`, the file `place`, spells, counted as kept.
  private mutating func kept(_ document: Document, _ place: String) throws(ImageError) -> DocumentField {
    let field = try DocumentField(reading: document.bytes, place: place)
    values += field.value.count
    if values > Self.mostValues {
      throw ImageError(place, "", "documents of more than \(Self.mostValues) values together")
    }
    return field
  }

  /// Counts one more descriptor, which is at `place`; throws when there are too many.
  mutating func countDescriptor(_ place: FieldPlace) throws(ImageError) {
    descriptors += 1
    if descriptors > ImageIndex.mostDescriptors {
      throw place.error("more than \(ImageIndex.mostDescriptors) descriptors")
    }
  }

  /// Throws when `count` images are more than one source may have.
  static func checkCount(_ count: Int, _ place: FieldPlace) throws(ImageError) {
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
