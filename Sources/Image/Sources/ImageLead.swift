// What the index of a layout, or manifest.json, tells of an image before anything of it is read: enough to leave unread
// what nobody asked for. A base must not be refused because of an image that is for another platform.

package import Basics

/// The way to one image of a source.
struct ImageLead: Sendable {
  /// What the way ends at.
  enum Target: Sendable {
    /// A manifest, or something that an index holds in the place of one.
    case descriptor(Descriptor)
    /// An item of manifest.json.
    case item
    /// A descriptor, or an index on the way, that cannot be read.
    case fault(IndexFault)
  }

  let target: Target
  /// What tells of it.
  let field: DocumentField
  /// All names on the way.
  let names: [String]
  /// The digests of the indexes on the way.
  var indexes: [ImageDigest] = []

  var place: BlobPlace { BlobPlace(field) }

  /// What it ends at, where that is a descriptor.
  var descriptor: Descriptor? {
    if case .descriptor(let descriptor) = target { descriptor } else { nil }
  }

  /// What the descriptor says that the image runs on; nil when nothing says.
  var platform: Platform? { descriptor?.platform }

  /// The digests by which the image can be asked for, as far as they are known before it is read.
  var digests: [ImageDigest] { indexes + [descriptor?.digest].compactMap { $0 } }

  /// Whether one of the names asks for what `isWanted` takes.
  func isNamed(_ isWanted: (Reference) -> Bool) -> Bool { names.references.contains(where: isWanted) }
}

extension ImageLead {
  /// The same way, which goes no further for `fault`; what it ended at is one more index on it.
  func ending(at fault: IndexFault) -> ImageLead {
    ImageLead(target: .fault(fault), field: field, names: names, indexes: digests)
  }

  /// The way that begins with `item`, or goes on with it from `lead`.
  init(_ item: ImageIndex.Item, below lead: ImageLead? = nil) {
    let target: Target =
      switch item.descriptor {
      case .success(let descriptor): .descriptor(descriptor)
      case .failure(let fault): .fault(fault)
      }
    self.init(
      target: target, field: item.field, names: (lead?.names ?? []) + item.names, indexes: lead?.digests ?? [])
  }
}

extension [String] {
  /// Those of the names that are references: what is none is a name that nobody can ask for.
  var references: [Reference] { compactMap { try? Reference($0) } }
}

/// Why an item of an index cannot be followed.
struct IndexFault: Error, Sendable {
  let error: ImageError
  /// Whether something is damaged; otherwise it is something that kpack does not take, or that was never
  /// saved.
  let isDamage: Bool
}

/// Something in a source of images that is no image, or an image that cannot be used.
package struct PassedOver: Error, Equatable, Sendable, CustomStringConvertible {
  /// The names that the source gives it, as they stand there.
  package let names: [String]
  /// What it is for, as far as that is told.
  package let platform: Platform?
  /// Whether it is an image, and no statement about one, signature or other artifact.
  package let isImage: Bool
  /// Where it stands, and why it is not taken.
  package let error: ImageError
  /// What leads to it; nil where that cannot be read, or is no descriptor.
  let descriptor: Descriptor?
  /// Of the config, where that was read.
  let configDigest: ImageDigest?

  init(_ lead: ImageLead, isImage: Bool, _ error: ImageError, configDigest: ImageDigest? = nil) {
    names = lead.names
    platform = lead.platform
    descriptor = lead.descriptor
    self.isImage = isImage
    self.error = error
    self.configDigest = configDigest
  }

  /// "passed over: NAME for PLATFORM: PLACE: FIELD: REASON"
  package var description: String {
    let name = names.first.map { " \(escapedName($0.utf8))" } ?? ""
    let purpose = platform.map { " for \($0)" } ?? ""
    return name.isEmpty && purpose.isEmpty ? "passed over: \(error)" : "passed over\(name)\(purpose): \(error)"
  }
}

/// What was found in a source of images.
package struct FoundImages: Sendable {
  /// The images that can be used; their documents are verified, their layers are not read.
  package internal(set) var images: [SourceImage] = []
  /// What was looked at and cannot be used.
  package internal(set) var passedOver: [PassedOver] = []
  /// The platforms of what was not looked at, being for others.
  package internal(set) var others: [Platform] = []

  /// The images. Throws `ImageError`, the reason why the first is not taken, when all were passed over.
  package func usable() throws(ImageError) -> [SourceImage] {
    if images.isEmpty, let first = (passedOver.first(where: \.isImage) ?? passedOver.first) { throw first.error }
    return images
  }
}
