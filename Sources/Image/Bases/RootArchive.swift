// What a base is made from: the archive of a root file system, in a file or about to be rendered.

package import Archive
package import Basics
import Files
private import Glibc
import JSON

/// The tar archive of a root file system, plain, gzip or zstd.
package enum RootArchive: Sendable {
  case file(path: String)
  case rope(Rope)

  /// The archive; one that is still to be rendered goes into a nameless file near `folder`.
  ///
  /// Throws `ImageError`, `SourceChanged` or `SystemError`.
  func blob(near folder: String) throws -> Blob {
    switch self {
    case .rope(let rope): return try Self.spool(rope, near: folder)
    case .file(let path):
      let resolved = try Paths.resolved(Array(path.utf8), to: "open")
      switch try Blob.find(at: String(decoding: resolved, as: UTF8.self), named: path) {
      case .blob(let blob): return blob
      case .missing: throw SystemError(operation: "open", path: path, errno: ENOENT)
      case .refused(let reason): throw ImageError(path, "", reason)
      }
    }
  }

  private static func spool(_ rope: Rope, near folder: String) throws -> Blob {
    let spool = try Spool(near: folder)
    try rope.forEachChunk { try spool.append($0) }
    return Blob(name: "root file system", bytes: .spool(spool, offset: 0), offset: 0, count: rope.count)
  }
}

// A base from a root file system: one layer, and the documents made for it.

/// What a base is to be that is made from a root file system.
package struct NewBase: Sendable {
  package let reference: Reference
  package let platform: Platform
  package let settings: ImageSettings
  /// Seconds since 1970.
  package let created: Int64

  package init(_ reference: Reference, for platform: Platform, settings: ImageSettings, created: Int64) {
    self.reference = reference
    self.platform = platform
    self.settings = settings
    self.created = created
  }
}

extension BaseImage {
  /// An image of one layer, the root file system that `archive` holds; what is compressed is unpacked near `folder`.
  ///
  /// The same archive makes the same base; one that unpacks to more than `limit` bytes is refused.
  /// Throws `ImageError`, `SourceChanged` or `SystemError`.
  package init(
    _ base: NewBase, from archive: RootArchive, spoolingNear folder: String, limit: Int64 = TarReader.defaultLimit
  ) throws {
    let blob = try archive.blob(near: folder)
    var reader = try LayerReader(blob, at: BlobPlace(place: base.reference.familiar, field: ""))
    reader.isLayer = false
    var stack = LayerStack(spoolingNear: folder, limit: limit)
    let (bytes, size, diffID) = try reader.read(into: &stack)
    let descriptor = Descriptor(
      mediaType: MediaType.layer(reader.compression), digest: reader.compression == nil ? diffID : try blob.digest(),
      size: blob.count)
    let layer = BaseLayer(descriptor: descriptor, diffID: diffID, size: size, bytes: bytes, blob: blob)
    let config = ImageConfig(
      platform: base.platform, settings: base.settings, diffIDs: [diffID], created: base.created,
      history: ["root file system"])
    let configDocument = StoredDocument(bytes: Array(config.json.text.utf8), mediaType: MediaType.config)
    let manifest = Manifest(config: configDocument.descriptor, layers: [layer.descriptor])
    let document = StoredDocument(bytes: Array(manifest.json.text.utf8), mediaType: MediaType.manifest)
    self.init(
      reference: base.reference, manifestDigest: document.digest, configDigest: configDocument.digest, config: config,
      layers: [layer], files: stack.files, manifest: document, configDocument: configDocument,
      warnings: stack.warnings)
  }
}
