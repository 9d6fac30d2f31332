// index.json of a store of bases, item by item as it is written: what kpack does not know in it, or cannot read, stays as
// it is when the file is written anew.

private import Archive
import JSON

/// The index.json of a store.
struct StoreIndex {
  let items: [ImageIndex.Item]
  private let members: [(String, JSONLiteral)]

  /// The index of a store without one.
  init() {
    members = [("schemaVersion", .integer(2)), ("mediaType", .string(MediaType.index))]
    items = []
  }

  /// The index of the store that `source` reads. Throws `ImageError`, `SourceChanged` or `SystemError`.
  init(of source: ImageSource) throws {
    let document: DocumentField
    (document, items) = try source.layoutIndex()
    guard case .object(let members) = JSONLiteral(document.value) else { throw document.error("expected an object") }
    self.members = members
  }

  /// The file with `items` in the place of its own.
  func bytes(with items: [JSONLiteral]) -> [UInt8] {
    Array(JSONLiteral.object(members.setting("manifests", .array(items))).text.utf8)
  }

  /// What there is, for messages: "it is empty" or "there is NAME, NAME, 2 images without a name".
  var listing: String {
    let names = Set(items.flatMap(\.names).map { escapedName($0.utf8) }).sorted()
    let all = names + (unnamed.isEmpty ? [] : [Self.unnamed(unnamed.count)])
    return all.isEmpty ? "it is empty" : "there is \(all.joined(separator: ", "))"
  }

  /// "1 image without a name"
  static func unnamed(_ count: Int) -> String { "\(count) \(count == 1 ? "image" : "images") without a name" }

  /// The digests of images, and of indexes of some, that nobody can ask for: those that stand under no name.
  var unnamed: [ImageDigest] {
    let named = Set(items.filter { !$0.names.isEmpty }.compactMap(\.digest))
    return items.filter(\.isUnnamedImage).compactMap(\.digest).filter { !named.contains($0) }
  }
}

extension ImageIndex.Item {
  /// The digest of what it leads to; nil for an item that cannot be followed.
  var digest: ImageDigest? { known?.digest }

  /// The item as it was written.
  var json: JSONLiteral { JSONLiteral(field.value) }

  /// The item with `document` in the place of what it led to, of the same media type; all else as it was.
  func json(leadingTo document: StoredDocument) -> JSONLiteral {
    guard case .object(let members) = json else { return json }
    return .object(
      members.setting("digest", .string("\(document.digest)"))
        .setting("size", .integer(Int64(document.bytes.count))))
  }

  func isNamed(_ isWanted: (Reference) -> Bool) -> Bool { names.references.contains(where: isWanted) }

  /// Whether it is an image, or an index of some, that has no name.
  fileprivate var isUnnamedImage: Bool {
    guard let known, names.isEmpty else { return false }
    // Charts, signatures and the like say what they are (OCI image-spec, descriptor.md, `artifactType`). A descriptor is
    // an object, so that nothing is thrown.
    let isArtifact = (try? field.member("artifactType")) != nil
    return (MediaType.indexes + MediaType.manifests).contains(known.mediaType) && !isArtifact
  }
}
