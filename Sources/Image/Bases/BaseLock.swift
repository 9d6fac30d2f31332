// The lock of the bases: the digests of each base when it was locked, so that a base that changes is noticed.

package import Basics
import JSON

/// The bases that a project builds on, by name and platform.
package struct BaseLock: Equatable, Sendable {
  /// One base as it was locked.
  package struct Item: Equatable, Sendable {
    package let reference: Reference
    package let platform: Platform
    package let manifest: ImageDigest
    package let config: ImageDigest
    /// Lowest first.
    package let diffIDs: [ImageDigest]

    /// Whether `image` has the digests that were locked.
    fileprivate func isLock(of image: BaseImage) -> Bool {
      config == image.configDigest && manifest == image.manifestDigest && diffIDs == image.layers.map(\.diffID)
    }
  }

  /// Path of the file, for messages.
  package let path: String
  /// In the order of the file.
  package let items: [Item]

  /// The lock of `bases`, which a store lists in this order, for the file at `path`.
  package init(_ bases: [StoredBase], path: String) {
    self.path = path
    items = bases.map {
      Item(
        reference: $0.reference, platform: $0.platform, manifest: $0.manifestDigest, config: $0.configDigest,
        diffIDs: $0.diffIDs)
    }
  }

  /// Reads the file at `path`; nil when there is none.
  package static func read(_ path: String) throws -> BaseLock? {
    switch try Blob.find(at: path, named: path) {
    case .missing: return nil
    case .refused(let reason): throw ImageError(path, "", reason)
    case .blob(let blob):
      guard blob.count <= Int64(Document.largest) else {
        throw ImageError(path, "", "\(blob.count) bytes, the limit is \(Document.largest)")
      }
      return try BaseLock(reading: try blob.read(), path: path)
    }
  }

  /// The lock that `bytes` spell.
  package init(reading bytes: [UInt8], path: String) throws(ImageError) {
    self.path = path
    var items: [Item] = []
    for field in try DocumentField(reading: bytes, place: path).required("bases").elements() {
      items.append(try Item(field))
    }
    self.items = items
  }

  /// Throws when `image` is not what was locked, or was never locked.
  package func check(_ image: BaseImage) throws(ImageError) {
    let platform = image.config.platform
    let name = "\(image.reference.familiar) for \(platform)"
    let named = items.filter { image.reference.canMean($0.reference) }
    if named.contains(where: { $0.isLock(of: image) }) { return }
    let first =
      named.first { $0.platform == platform } ?? named.first { $0.platform.normalized == platform.normalized }
    guard let first else {
      throw ImageError(path, "", "the base \(name) is not locked")
    }
    throw ImageError(
      path, "", "the base \(name) has changed: locked manifest \(first.manifest), found \(image.manifestDigest)")
  }

  /// The file's text, one base a line.
  package var text: String {
    let lines = items.map { "  \($0.json.text)" }
    return "{\"bases\":[\n\(lines.joined(separator: ",\n"))\n]}\n"
  }
}

extension BaseLock.Item {
  fileprivate init(_ field: DocumentField) throws(ImageError) {
    let name = try field.required("reference")
    let text = try name.string()
    do throws(ReferenceError) {
      reference = try Reference(text)
    } catch {
      throw name.error("\(error)")
    }
    platform = try Platform(try field.required("platform"))
    manifest = try field.required("manifest").digest()
    config = try field.required("config").digest()
    var diffIDs: [ImageDigest] = []
    for diffID in try field.required("diffIDs").elements() { diffIDs.append(try diffID.digest()) }
    self.diffIDs = diffIDs
  }

  fileprivate var json: JSONLiteral {
    .object([
      ("reference", .string("\(reference)")), ("platform", platform.json), ("manifest", .string("\(manifest)")),
      ("config", .string("\(config)")), ("diffIDs", .array(diffIDs.map { .string("\($0)") })),
    ])
  }
}
