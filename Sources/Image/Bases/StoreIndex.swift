// index.json of a store of bases, item by item as it is written: what kpack does not know in it, or cannot read, stays as
// it is when the file is written anew.

import Basics
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

// Which part of an item of index.json is meant, and what is left of an index without it.

/// Cuts the bases that a selection means out of items of index.json.
struct IndexCutter {
  /// What was cut out of an item, and the index that is left; nil for nothing.
  struct Cut {
    let removed: [RemovedBase]
    var rest: StoredDocument?
  }

  /// The platforms of images that have the name that is meant.
  private(set) var platforms: [Platform] = []
  private let source: ImageSource
  private let selection: BaseSelection
  private var documents: ImageDocuments

  init(of source: ImageSource, _ selection: BaseSelection) {
    self.source = source
    self.selection = selection
    documents = ImageDocuments(of: source)
  }

  /// What is to go of `item`; nil for nothing.
  ///
  /// Throws `ImageError`, `SourceChanged` or `SystemError` when it cannot be told.
  mutating func cut(_ item: ImageIndex.Item) throws -> Cut? {
    guard selection.canMean(item) else { return nil }
    let name = item.names.references.first { selection.reference?.canMean($0) ?? true }
    // All of it, where that is meant whatever it leads to.
    let isMeant = selection.means(nil, at: [item.digest].compactMap { $0 })
    let whole = isMeant ? Cut(removed: [RemovedBase(reference: name, platform: nil, digest: item.digest)]) : nil
    guard let descriptor = item.known else { return whole }
    let leads = try source.leads(from: [ImageLead(item)], &documents)
    for case .fault(let fault) in leads.map(\.target) {
      // What is damaged can be taken out whole.
      if isMeant || selection.digest != nil { return whole }
      throw fault.error
    }
    let images = leads.filter { !ImageSource.isStatement($0) }.map { (lead: $0, platform: platform(of: $0)) }
    for case let platform? in images.map(\.platform) where !platforms.contains(platform) { platforms.append(platform) }
    let chosen = images.filter { selection.means($0.platform, at: $0.lead.digests) }
    // An index of nothing goes whole.
    if chosen.isEmpty { return images.isEmpty ? whole : nil }
    let removed = chosen.map { RemovedBase(reference: name, platform: $0.platform, digest: $0.lead.descriptor?.digest) }
    if chosen.count == images.count { return Cut(removed: removed) }
    let gone = Set(chosen.compactMap { $0.lead.descriptor.map { "\($0.digest)" } })
    let left = leads.filter { lead in
      let subject = lead.descriptor?.annotation(Descriptor.Annotation.subjectDigest)
      return ![lead.descriptor.map { "\($0.digest)" }, subject].contains { $0.map(gone.contains) ?? false }
    }
    return Cut(removed: removed, rest: try index(descriptor, BlobPlace(item.field), with: left))
  }

  /// The index that `descriptor` leads to with what `leads` end at in the place of its own items.
  private mutating func index(
    _ descriptor: Descriptor, _ place: BlobPlace, with leads: [ImageLead]
  ) throws -> StoredDocument {
    let field = try document(descriptor, place)
    guard case .object(let members) = JSONLiteral(field.value) else { throw field.error("expected an object") }
    let items = leads.map { JSONLiteral($0.field.value) }
    let text = JSONLiteral.object(members.setting("manifests", .array(items))).text
    return StoredDocument(bytes: Array(text.utf8), mediaType: descriptor.mediaType)
  }

  /// What the descriptor of `lead`, else the config says that the image runs on; nil where that cannot be read, which is
  /// no reason to keep the image. The variant is the config's, as it is everywhere, where one is asked for.
  private mutating func platform(of lead: ImageLead) -> Platform? {
    let told = lead.platform
    if let told, selection.platform?.variant == nil { return told }
    guard let platform = configPlatform(of: lead) else { return told }
    return told.map { $0.withoutVariant == platform.withoutVariant } ?? true ? platform : told
  }

  /// What the config, and the descriptor of `lead` for what lacks there, says; nil where that cannot be read.
  private mutating func configPlatform(of lead: ImageLead) -> Platform? {
    guard let descriptor = lead.descriptor, let manifest = try? document(descriptor, lead.place),
      let config = try? Descriptor(manifest.required("config")), MediaType.configs.contains(config.mediaType),
      let field = try? document(config, BlobPlace(place: manifest.place, field: "config"))
    else { return nil }
    return try? PlatformWords(field).filled(from: lead.platform, in: field.place)
  }

  private mutating func document(_ descriptor: Descriptor, _ place: BlobPlace) throws -> DocumentField {
    let stored = try documents.document(descriptor, place)
    return try DocumentField(reading: stored.bytes, place: source.place(descriptor.digest.blobPath))
  }
}
