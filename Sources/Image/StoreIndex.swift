// index.json of a store of bases, item by item as it is written: what kpack does not know in it, or cannot read, stays as
// it is when the file is written anew.

private import Archive
import JSON

/// The index.json of a store.
struct StoreIndex {
  static let name = "index.json"

  /// What index.json has of one image, or of the index of several.
  struct Item {
    let field: DocumentField
    /// The names that it gives what it leads to.
    let names: [String]
    /// Nil for an item that cannot be read.
    let descriptor: Descriptor?

    init(_ field: DocumentField, _ item: ImageIndex.Item) {
      self.field = field
      names = item.names
      // One that cannot be read stays as it is; what reads the base tells why.
      descriptor = try? item.descriptor.get()
    }

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
    var isUnnamedImage: Bool {
      guard let descriptor, names.isEmpty else { return false }
      // Charts, signatures and the like say what they are (OCI image-spec, descriptor.md, `artifactType`).
      let isArtifact = (try? field.member("artifactType")) != nil
      return (MediaType.indexes + MediaType.manifests).contains(descriptor.mediaType) && !isArtifact
    }
  }

  let items: [Item]
  private let members: [(String, JSONLiteral)]

  /// The index of a store without one.
  init() {
    members = [("schemaVersion", .integer(2)), ("mediaType", .string(MediaType.index))]
    items = []
  }

  /// The index of the store that `source` reads. Throws `ImageError`, `SourceChanged` or `SystemError`.
  init(of source: ImageSource) throws {
    let (document, known) = try source.layoutIndex()
    guard case .object(let members) = JSONLiteral(document.value) else { throw document.error("expected an object") }
    self.members = members
    let fields = try document.member("manifests")?.elements() ?? []
    items = zip(fields, known).map { Item($0, $1) }
  }

  /// The file with `items` in the place of its own.
  func bytes(with items: [JSONLiteral]) -> [UInt8] {
    Array(JSONLiteral.object(members.setting("manifests", .array(items))).text.utf8)
  }

  /// What there is, for messages: "it is empty" or "there is NAME, NAME, 2 images without a name".
  var listing: String {
    let names = Set(items.flatMap(\.names).map { escapedName($0.utf8) }).sorted()
    let count = unnamed.count
    let others = count == 0 ? [] : ["\(count) \(count == 1 ? "image" : "images") without a name"]
    return names.isEmpty && count == 0 ? "it is empty" : "there is \((names + others).joined(separator: ", "))"
  }

  /// The digests of images, and of indexes of some, that nobody can ask for: those that stand under no name.
  var unnamed: [ImageDigest] {
    let named = Set(items.filter { !$0.names.isEmpty }.compactMap(\.descriptor?.digest))
    return items.filter(\.isUnnamedImage).compactMap(\.descriptor?.digest).filter { !named.contains($0) }
  }
}
