// One image of a plan: its base, what its layer holds, what it is called and where it goes.

package import Archive
package import Basics
package import Files
package import Image
import Layout

/// One image of a plan, on one platform.
package struct PlannedImage: Sendable {
  /// The image's name in its layout.
  package let name: String
  /// Where the layout tells of it.
  let origin: RuleOrigin
  package let platform: Platform
  /// Under which it is loaded; the first is the image's own, the others are the release's.
  package let references: [Reference]
  package let builder: ImageBuilder
  package let format: ImageFormat
  /// The entries of the new layer, sorted.
  package let layer: TarEntryList
  /// Bytes of the archive.
  package internal(set) var size: Int64 = 0
  /// The name of the archive, such as "kube-proxy.tar".
  package let fileName: String
  /// The folders of the stage that hold it, below the stage folder, each with its path in there.
  package let stagePlaces: [StagePlace]
  /// Whether it goes into the images folder.
  package let isKept: Bool
  /// The executable in it, as a builder finds it beside the Dockerfile; nil when it stands in the archive there.
  package let executable: PlannedExecutable?
  package let dockerfile: Dockerfile

  /// Where an image stands in the stage folder.
  package struct StagePlace: Hashable, Sendable {
    /// "LAYOUT/OS-ARCH", below the stage folder.
    package let folder: String
    /// The folder below that which holds the archive, with its root: "kubernetes/server/bin"; may be empty.
    package let path: String

    /// Where the file `name` stands in `folder`.
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

  /// What that file says.
  package var tagText: [UInt8] { Array("\(references.first?.tag ?? "")\n".utf8) }

  package static let dockerfileName = "Dockerfile"

  /// The folder with the Dockerfile.
  package var buildFolder: String { "\(name).dockerbuild" }

  /// The digest of the new layer. Throws `SourceChanged` or `SystemError`.
  package func layerDigest(in store: SourceStore) throws -> Digest { try Rope(layer, in: store).digest() }

  /// Stands for the digest of the new layer where that is not known yet. No layer has it, be it empty: these are no
  /// bytes of an archive.
  private static let unknownLayer = ImageDigest(of: Array("the new layer".utf8))

  /// The rope of its archive, whose new layer has the digest `layerDigest`.
  ///
  /// Throws `Diagnostic` when the archive is not of the size that was planned.
  package func rope(in store: SourceStore, layerDigest: Digest) throws -> Rope {
    let rope = archive(Rope(layer, in: store), diffID: ImageDigest(layerDigest), in: store)
    if rope.count == size { return rope }
    throw Diagnostic(.system, "image \(name) for \(platform): \(rope.count) bytes, where \(size) were planned")
  }

  /// What the archive holds that the Dockerfile adds: what the layer has beside the executable; nil when it adds none.
  var contextEntries: TarEntryList? {
    guard dockerfile.hasArchive else { return nil }
    var entries = layer
    entries.remove(at: (0..<entries.count).filter { entries.name(at: $0) == executable?.path[...] })
    return entries
  }

  /// Bytes of the archive, mostly before the digest of the layer is known: all are of one length.
  ///
  /// Only a layer that the base may have too is read, for one blob serves both. Throws `SourceChanged` or
  /// `SystemError`.
  func archiveSize(in store: SourceStore) throws -> Int64 {
    let layer = Rope(layer, in: store)
    let mayBeInBase = builder.baseLayers.contains { $0.size == layer.count }
    let diffID = mayBeInBase ? ImageDigest(try layer.digest()) : Self.unknownLayer
    return archive(layer, diffID: diffID, in: store).count
  }

  /// All that the archive says beside the bytes of the layers: what it says of the new layer's digest left out, two
  /// images that say the same differ in that layer alone.
  package func documents(in store: SourceStore) -> [UInt8] {
    let image = builder.build(layer: Rope(layer, in: store), diffID: Self.unknownLayer)
    var text = references.map(\.description) + [format.rawValue]
    for (_, blob) in image.blobs {
      if case .document(let bytes) = blob { text.append(String(decoding: bytes, as: UTF8.self)) }
    }
    return Array(text.joined(separator: "\n").utf8)
  }

  private func archive(_ layer: Rope, diffID: ImageDigest, in store: SourceStore) -> Rope {
    let image = builder.build(layer: layer, diffID: diffID)
    return format.sink.archive(of: image, names: references, mtime: builder.created, in: store)
  }
}
