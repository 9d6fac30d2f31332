// Taking bases out of a store: which are meant, what is left of the items of index.json, and which blobs are still
// needed. OCI image-spec, descriptor.md, manifest.md, image-index.md.

package import Basics
import JSON

/// What `base remove` is to take out of a store.
package struct BaseSelection: Equatable, Sendable {
  /// Nil for a digest alone, which means an image of it with any name or none.
  let reference: Reference?
  /// Of a manifest, or of the index of several.
  let digest: ImageDigest?
  /// Images that this platform means are removed; nil for all.
  let platform: Platform?

  /// The selection that `text` spells: a reference or a digest.
  package init(_ text: String, on platform: Platform? = nil) throws(ReferenceError) {
    self.platform = platform
    // As in distribution/reference, `ParseAnyReference`: what can be a digest is one.
    if let digest = ImageDigest(text) {
      (reference, self.digest) = (nil, digest)
    } else {
      let reference = try Reference(text)
      (self.reference, digest) = (reference, reference.digest)
    }
  }

  /// What was asked for, for messages.
  var name: String { reference?.familiar ?? digest?.description ?? "" }

  /// Whether `item` has the name that is meant; its digest and platform are not compared.
  func canMean(_ item: ImageIndex.Item) -> Bool {
    guard let reference else { return true }
    return item.isNamed(reference.canMean)
  }

  /// Whether an image for `platform` is meant; `way` are the digests of the indexes that lead to it, and its own.
  func means(_ platform: Platform?, at way: [ImageDigest]) -> Bool {
    if let digest, !way.contains(digest) { return false }
    guard let wanted = self.platform else { return true }
    return platform.map(wanted.means) ?? false
  }
}

/// A base that was taken out of a store.
package struct RemovedBase: Equatable, Sendable, CustomStringConvertible {
  /// Nil for one that had no name.
  let reference: Reference?
  /// Nil where it cannot be read any more.
  let platform: Platform?
  /// Of the manifest, or of an index that cannot be read; nil where the item has none.
  let digest: ImageDigest?

  /// "NAME for PLATFORM: DIGEST"
  package var description: String {
    let name = reference?.familiar ?? "an image without a name"
    return "\(name)\(platform.map { " for \($0)" } ?? "")\(digest.map { ": \($0)" } ?? "")"
  }
}

/// Takes the bases that a selection means out of items of index.json.
struct IndexCutter {
  /// What was taken out of an item, and the index that is left; nil for none.
  struct Cut {
    let removed: [RemovedBase]
    var rest: Document?
  }

  /// The platforms of the images that have the name that is meant, for messages.
  private(set) var platforms: [Platform] = []
  private let source: OCISource
  private let selection: BaseSelection
  private var documents: ImageDocuments

  init(of source: OCISource, _ selection: BaseSelection) {
    self.source = source
    self.selection = selection
    documents = ImageDocuments(of: source)
  }

  /// What is to be taken out of `item`; nil for nothing. Throws where that cannot be known.
  mutating func cut(_ item: ImageIndex.Item) throws -> Cut? {
    guard selection.canMean(item) else { return nil }
    let name = item.names.references.first { selection.reference?.canMean($0) ?? true }
    // The whole item, where its digest or name is meant whatever it leads to.
    let isMeant = selection.means(nil, at: [item.digest].compactMap { $0 })
    let whole = isMeant ? Cut(removed: [RemovedBase(reference: name, platform: nil, digest: item.digest)]) : nil
    guard let descriptor = item.known else { return whole }
    let leads = try source.leads(from: [ImageLead(item)], &documents)
    for case .fault(let fault) in leads.map(\.target) {
      // A damaged item can be taken out whole.
      if isMeant || selection.digest != nil { return whole }
      throw fault.error
    }
    let images = leads.filter { !$0.isStatement }.map { (lead: $0, platform: platform(of: $0)) }
    for case let platform? in images.map(\.platform) where !platforms.contains(platform) { platforms.append(platform) }
    let chosen = images.filter { selection.means($0.platform, at: $0.lead.digests) }
    // An index that leads to no image is taken out whole.
    if chosen.isEmpty { return images.isEmpty ? whole : nil }
    let removed = chosen.map { RemovedBase(reference: name, platform: $0.platform, digest: $0.lead.descriptor?.digest) }
    if chosen.count == images.count { return Cut(removed: removed) }
    let gone = Set(chosen.compactMap { $0.lead.descriptor.map { "\($0.digest)" } })
    let left = leads.filter { lead in
      let subject = lead.descriptor?.annotation(Descriptor.Annotation.subjectDigest)
      return ![lead.descriptor.map { "\($0.digest)" }, subject].contains { $0.map(gone.contains) ?? false }
    }
    return Cut(removed: removed, rest: try index(descriptor, item.field.blobPlace, with: left))
  }

  /// The index that `descriptor` leads to, with the items that `leads` end at instead of its own.
  private mutating func index(
    _ descriptor: Descriptor, _ place: FieldPlace, with leads: [ImageLead]
  ) throws -> Document {
    let field = try document(descriptor, place)
    guard case .object(let members) = JSONLiteral(field.value) else { throw field.error("expected an object") }
    let items = leads.map { JSONLiteral($0.field.value) }
    let text = JSONLiteral.object(members.setting("manifests", .array(items))).text
    return Document(bytes: Array(text.utf8), mediaType: descriptor.mediaType)
  }

  /// The platform of the image, by the descriptor of `lead` or else the config; nil where neither can be read, which is
  /// no reason to keep the image. Where a variant is asked for, the config decides, as it does everywhere.
  private mutating func platform(of lead: ImageLead) -> Platform? {
    let named = lead.platform
    if let named, selection.platform?.variant == nil { return named }
    guard let platform = configPlatform(of: lead) else { return named }
    return named.map { $0.withoutVariant == platform.withoutVariant } ?? true ? platform : named
  }

  /// The platform in the config, completed from the descriptor of `lead`; nil where it cannot be read.
  private mutating func configPlatform(of lead: ImageLead) -> Platform? {
    guard let descriptor = lead.descriptor, let manifest = try? document(descriptor, lead.place),
      let config = try? Descriptor(manifest.required("config")), MediaType.configs.contains(config.mediaType),
      let field = try? document(config, FieldPlace(place: manifest.place, field: "config"))
    else { return nil }
    return try? PlatformWords(field).filled(from: lead.platform, in: field.place)
  }

  private mutating func document(_ descriptor: Descriptor, _ place: FieldPlace) throws -> DocumentField {
    let stored = try documents.document(descriptor, place)
    return try DocumentField(reading: stored.bytes, place: source.place(descriptor.digest.blobPath))
  }
}

/// The blobs that index.json leads to. An item that cannot be read may lead to any blob: then nothing is known.
struct ReachedBlobs {
  private(set) var digests: Set<ImageDigest> = []
  private let source: OCISource
  private var documents: ImageDocuments
  private var followed: Set<ImageDigest> = []

  init(in source: OCISource) {
    self.source = source
    documents = ImageDocuments(of: source)
  }

  /// A descriptor that is still to be followed.
  private struct Step {
    let field: DocumentField
    /// Whether its blob may be missing: an index of all platforms may have been saved with the blobs of one.
    let mayBeMissing: Bool
  }

  /// Adds what the descriptor `field`, an item of index.json, leads to. Throws where that cannot be known.
  mutating func add(_ field: DocumentField) throws {
    var steps = [Step(field: field, mayBeMissing: false)]
    while let step = steps.popLast() {
      let digest = try step.field.required("digest")
      // Throws for a digest of another algorithm: its blob is elsewhere, and what that leads to is not known.
      let descriptor = try Descriptor(step.field)
      digests.insert(descriptor.digest)
      guard (MediaType.indexes + MediaType.manifests).contains(descriptor.mediaType) else {
        throw digest.error("leads to \(quoted(descriptor.mediaType)), which is not known here")
      }
      guard followed.insert(descriptor.digest).inserted else { continue }
      if try step.mayBeMissing && !source.contains(descriptor.digest) { continue }
      let stored = try documents.document(descriptor, step.field.blobPlace)
      let document = try DocumentField(reading: stored.bytes, place: source.place(descriptor.digest.blobPath))
      try document.checkTwinKeys()
      for item in try ImageIndex.fields(of: document) { steps.append(Step(field: item, mayBeMissing: true)) }
      steps += addDigests(in: document)
    }
  }

  /// Adds all digests anywhere in `field`: config, layers, and members that are not known here. Gives the descriptors
  /// among them that lead on, as a subject does. The case of keys does not matter, as in engines.
  private mutating func addDigests(in field: DocumentField) -> [Step] {
    let values: [JSONValue]
    var steps: [Step] = []
    switch field.value.kind {
    case .array(let elements): values = elements
    case .object(let members):
      values = members.map(\.value)
      let strings = { (key: String) in
        members.filter { $0.key.isTwin(of: key) }.compactMap { member in
          if case .string(let text) = member.value.kind { text } else { nil }
        }
      }
      // Another text than a digest names no blob.
      let named = strings("digest").compactMap { ImageDigest($0) }
      digests.formUnion(named)
      let isFollowed = strings("mediaType").contains { (MediaType.indexes + MediaType.manifests).contains($0) }
      if isFollowed, !named.isEmpty { steps.append(Step(field: field, mayBeMissing: true)) }
    case .null, .bool, .number, .string: return []
    }
    for value in values { steps += addDigests(in: DocumentField(value: value, place: field.place)) }
    return steps
  }
}
