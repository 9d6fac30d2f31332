// Makes a base of a root file system: one layer, and the documents for it.

package import Archive
package import Basics
import Files
import JSON

/// The tar archive of a root file system, plain, gzip or zstd.
package enum RootArchive: Sendable {
  case file(path: String)
  case rope(Rope)

  /// The bytes of the archive; a rope is written to a nameless file near `folder`.
  func blob(near folder: String) throws -> Blob {
    switch self {
    case .rope(let rope): return try Self.spool(rope, near: folder)
    case .file(let path): return try Blob.file(at: path)
    }
  }

  private static func spool(_ rope: Rope, near folder: String) throws -> Blob {
    let spool = try Spool(near: folder)
    try rope.forEachChunk { try spool.append($0) }
    return Blob(name: "root file system", bytes: .spool(spool, offset: 0), offset: 0, count: rope.count)
  }
}

/// A base to be made of a root file system.
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

extension NewBase {
  /// An image of one layer, the root file system in `archive`; what is compressed is unpacked near `folder`.
  ///
  /// The same archive makes the same base. One that unpacks to more than `limit` bytes is refused.
  package func image(
    from archive: RootArchive, spoolingNear folder: String, limit: Int64 = TarReader.defaultLimit
  ) throws -> BaseImage {
    let blob = try archive.blob(near: folder)
    var reader = try LayerReader(blob, at: FieldPlace(place: reference.familiar, field: ""))
    reader.isLayer = false
    var stack = LayerStack(Unpacking(near: folder, limit: limit))
    let (bytes, size, diffID) = try reader.read(into: &stack)
    let descriptor = Descriptor(
      mediaType: MediaType.layer(reader.compression), digest: reader.compression == nil ? diffID : try blob.digest(),
      size: blob.count)
    let layer = BaseLayer(descriptor: descriptor, diffID: diffID, size: size, bytes: bytes, blob: blob)
    let config = ImageConfig(
      platform: platform, settings: settings, diffIDs: [diffID], created: created,
      history: ["root file system"])
    let configDocument = config.document
    let manifest = Manifest(config: configDocument.descriptor, layers: [layer.descriptor]).document
    return BaseImage(
      reference: reference, manifestDigest: manifest.digest, configDigest: configDocument.digest, config: config,
      layers: [layer], files: stack.files, manifest: manifest, configDocument: configDocument,
      warnings: stack.warnings)
  }
}
