// What leads to an image of a source, an item of an index or of manifest.json: it is looked at before the image, and
// says of most whether they are wanted.

import Basics

/// What leads to one image of a source.
struct ImageLead: Sendable {
  /// What it ends at.
  enum Target: Sendable {
    /// A manifest, or whatever else an index names.
    case descriptor(Descriptor)
    /// An item of manifest.json.
    case item
    /// A descriptor, or an index on the way, that cannot be read.
    case fault(IndexFault)
  }

  let target: Target
  /// The item that it ends at.
  let field: DocumentField
  /// All names on the way.
  let names: [String]
  /// The digests of the indexes on the way.
  var indexes: [ImageDigest] = []

  /// The lead that ends at an item of manifest.json.
  init(item field: DocumentField, names: [String]) { (target, self.field, self.names) = (.item, field, names) }

  /// The lead that begins with `item` of an index, or goes on with it from `lead`.
  init(_ item: ImageIndex.Item, below lead: ImageLead? = nil) {
    switch item.descriptor {
    case .success(let descriptor): target = .descriptor(descriptor)
    case .failure(let fault): target = .fault(fault)
    }
    field = item.field
    names = (lead?.names ?? []) + item.names
    indexes = lead?.digests ?? []
  }

  /// The lead to an index that cannot be followed further.
  init(_ lead: ImageLead, endingAt fault: IndexFault) {
    (target, field, names, indexes) = (.fault(fault), lead.field, lead.names, lead.digests)
  }

  var place: FieldPlace { field.blobPlace }

  /// The descriptor that it ends at; nil for another end.
  var descriptor: Descriptor? {
    if case .descriptor(let descriptor) = target { descriptor } else { nil }
  }

  /// The platform that the descriptor says; nil when it says none.
  var platform: Platform? { descriptor?.platform }

  /// The digests by which the image can be asked for, as far as they are known before it is read.
  var digests: [ImageDigest] { indexes + [descriptor?.digest].compactMap { $0 } }

  /// Whether `isWanted` takes one of the names.
  func isNamed(_ isWanted: (Reference) -> Bool) -> Bool { names.references.contains(where: isWanted) }

  /// Marks statements about an image, which stand beside it as if they were images (BuildKit, attestation-storage.md).
  private static let attestation = "vnd.docker.reference.type"
  /// The platform of statements, by which they are known where the mark was lost.
  private static let noPlatform = Platform(os: "unknown", architecture: "unknown")

  /// Whether it ends at a statement about an image.
  var isStatement: Bool {
    descriptor?.annotation(Self.attestation) != nil || platform?.withoutVariant == Self.noPlatform
  }

  /// The report that what it ends at is not taken; `config` is that of the image, where it was read.
  func passedOver(isImage: Bool = true, _ error: ImageError, config: ImageDigest? = nil) -> PassedOver {
    PassedOver(
      names: names, platform: platform, isImage: isImage, error: error, descriptor: descriptor, configDigest: config)
  }

  /// What `body` gives; an `ImageError` that it throws becomes the reason to pass the image over.
  ///
  /// For documents whose bytes are those of their digest: what is wrong in them is no damage of the source.
  func taking<Value>(
    config: ImageDigest? = nil, _ body: () throws(ImageError) -> Value
  ) throws(PassedOver) -> Value {
    do throws(ImageError) {
      return try body()
    } catch {
      throw passedOver(error, config: config)
    }
  }

  /// The platform that the descriptor of an image says, when it is another variant of the architecture of `platform`;
  /// nil when `platform` means it, or the descriptor says none.
  func otherVariant(than platform: Platform?) -> Platform? {
    guard let platform, let other = self.platform, !platform.means(other), !isStatement else { return nil }
    return other
  }
}
