// One image of a plan: its base, the entries of its layer, its names and its places.

package import Archive
package import Basics
package import Files
package import Image
import Layout

/// One image of a plan, on one platform.
package struct PlannedImage: Sendable {
  /// The image's name in its layout.
  package let name: String
  /// The place of its rule in the layout.
  let origin: RuleOrigin
  package let platform: Platform
  /// The names that it is loaded under, the image's own first.
  package let references: [Reference]
  /// That of them which is the release's, if any.
  package let releaseReference: Reference?
  package let builder: ImageBuilder
  package let format: ImageFormat
  /// The number of the new layer in the plan: one number, one layer.
  package let layerNumber: Int
  /// The entries of the new layer, sorted.
  package let layer: TarEntryList
  /// Whether its base is known; without it neither the size is, nor what the base brings.
  package let hasBase: Bool
  /// Bytes of the archive; 0 where the base is not known.
  package internal(set) var size: Int64 = 0
  /// The name of the archive, such as "kube-proxy.tar".
  package let fileName: String
  /// The places in the stage folder that hold its archive.
  package let stagePlaces: [StagePlace]
  /// Whether it goes into the images folder.
  package let isKept: Bool
  /// The executable, which a builder finds beside the Dockerfile; nil when it is in the archive there.
  package let executable: PlannedExecutable?
  package let dockerfile: Dockerfile

  /// A place of an image in the stage folder.
  package struct StagePlace: Hashable, Sendable {
    /// "LAYOUT/OS-ARCH", below the stage folder.
    package let folder: String
    /// The folder below `folder` that has the archive, with the tarball's root: "kubernetes/server/bin"; may be empty.
    package let path: String

    /// The path of the file `name` in `folder`.
    package func place(of name: String) -> String { path.isEmpty ? name : "\(path)/\(name)" }
  }

  /// An executable of an image.
  package struct PlannedExecutable: Sendable {
    package let name: String
    package let file: SourceFile
    package let mode: FileMode
    /// Its stored name in the layer.
    package let path: [UInt8]
  }

  /// The name of the file that holds the tag.
  package var tagFileName: String { ImageRule.tagFileName(of: fileName) }

  /// The text of that file.
  package var tagText: [UInt8] { Array("\(references.first?.tag ?? "")\n".utf8) }

  package static let dockerfileName = "Dockerfile"

  /// The digest of the new layer. Reads its files.
  package func layerDigest(in store: SourceStore) throws -> Digest { try Rope(layer, in: store).digest() }

  /// Used while the digest of the new layer is not known. No layer has this digest, because these bytes are no archive.
  private static let unknownLayer = ImageDigest(of: Array("the new layer".utf8))

  /// The rope of its archive; `layerDigest` is the digest of the new layer.
  ///
  /// Throws `Diagnostic` when the archive does not have the planned size.
  package func rope(in store: SourceStore, layerDigest: Digest) throws -> Rope {
    let rope = archive(Rope(layer, in: store), diffID: ImageDigest(layerDigest), in: store)
    if rope.count == size { return rope }
    throw Diagnostic(.system, "image \(name) for \(platform): \(rope.count) bytes, where \(size) were planned")
  }

  /// The entries of the archive that the Dockerfile adds: the layer without the executable; nil when it adds none.
  var contextEntries: TarEntryList? {
    guard dockerfile.hasArchive else { return nil }
    var entries = layer
    entries.remove(at: (0..<entries.count).filter { entries.name(at: $0) == executable?.path[...] })
    return entries
  }

  /// Bytes of the archive. The digest of the layer is mostly not needed, because all digests have one length.
  ///
  /// A layer is read only when the base may have the same one, because one blob then serves both.
  func archiveSize(in store: SourceStore) throws -> Int64 {
    let layer = Rope(layer, in: store)
    let mayBeInBase = builder.baseLayers.contains { $0.size == layer.count }
    let diffID = mayBeInBase ? ImageDigest(try layer.digest()) : Self.unknownLayer
    return archive(layer, diffID: diffID, in: store).count
  }

  /// All text of the archive, with a fixed digest for the new layer. Two images with the same text differ in that layer
  /// alone.
  package func documents(in store: SourceStore) -> [UInt8] {
    let image = builder.build(layer: Rope(layer, in: store), diffID: Self.unknownLayer)
    var text = references.map(\.description) + [format.rawValue]
    for (_, blob) in image.blobs {
      if case .document(let bytes) = blob { text.append(String(decoding: bytes, as: UTF8.self)) }
    }
    return Array(text.joined(separator: "\n").utf8)
  }

  /// The image; `layerDigest` is the digest of the new layer.
  func built(in store: SourceStore, layerDigest: Digest) -> BuiltImage {
    builder.build(layer: Rope(layer, in: store), diffID: ImageDigest(layerDigest))
  }

  private func archive(_ layer: Rope, diffID: ImageDigest, in store: SourceStore) -> Rope {
    let image = builder.build(layer: layer, diffID: diffID)
    return format.sink.archive(of: image, names: references, mtime: builder.created, in: store)
  }
}
