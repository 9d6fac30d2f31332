// An image as one tar file that engines load. The hybrid is both of the two forms that there are: the archive of
// `docker save` (manifest.json, moby image/tarexport) and an OCI image layout (OCI image-spec, image-layout.md).

package import Archive
import JSON

/// The form of an image's archive.
package enum ImageFormat: String, CaseIterable, Sendable {
  /// Both of the others in one, as Docker writes it from version 25 on.
  case hybrid
  case docker, oci
}

/// Puts an image into an archive.
package struct ImageArchive {
  private let image: BuiltImage
  private let names: [Reference]
  private let format: ImageFormat

  /// The archive of `image` under `names`, each with a tag.
  package init(_ image: BuiltImage, names: [Reference], format: ImageFormat) {
    self.image = image
    self.names = names
    self.format = format
  }

  /// The archive: its entries in the order of their names, all of the time `mtime`.
  package func rope(mtime: Int64, in store: ContentStore) -> Rope {
    var rope = Rope(in: store)
    let isAnOCILayout = format != .docker
    rope.append(folder("blobs/", mtime))
    rope.append(folder("blobs/sha256/", mtime))
    for (digest, blob) in blobs {
      let body: Rope.Body =
        switch blob {
        case .document(let bytes): .bytes(bytes)
        case .layer(let layer): .archive(layer)
        case .content(let id): .content(id)
        }
      rope.append(file(digest.blobPath, mtime), body)
    }
    if isAnOCILayout { rope.append(file("index.json", mtime), .bytes(index)) }
    if format != .oci { rope.append(file("manifest.json", mtime), .bytes(dockerManifest)) }
    if isAnOCILayout { rope.append(file("oci-layout", mtime), .bytes(Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8))) }
    if format != .oci { rope.append(file("repositories", mtime), .bytes(repositories)) }
    rope.appendEnd()
    return rope
  }

  /// The blobs of this form, each digest once, in the order of their names.
  private var blobs: [(ImageDigest, ImageBlob)] {
    var seen: Set<ImageDigest> = []
    return image.blobs
      .filter { format != .docker || $0.digest != image.manifest.digest }
      .filter { seen.insert($0.digest).inserted }
      .sorted { $0.digest.hex.utf8.lexicographicallyPrecedes($1.digest.hex.utf8) }
  }

  /// One descriptor a name: containerd reads the whole one, others the tag or, where a name before has that tag too, what
  /// is whole: a ref.name is to be found once in an index (OCI image-spec, annotations.md).
  private var index: [UInt8] {
    var tags: Set<String> = []
    let manifests = names.map { name in
      let tag = name.tag ?? ""
      var descriptor = image.manifest
      descriptor.annotations = [
        .init(Descriptor.Annotation.imageName, name.description),
        .init(Descriptor.Annotation.refName, tags.insert(tag).inserted ? tag : name.description),
      ]
      return descriptor
    }
    return Array(ImageIndex(manifests: manifests).json.text.utf8)
  }

  private var dockerManifest: [UInt8] {
    let entry = JSONLiteral.object([
      ("Config", .string(image.config.digest.blobPath)),
      ("RepoTags", .array(names.map { .string($0.familiar) })),
      ("Layers", .array(image.layers.map { .string($0.blobPath) })),
    ])
    return Array(JSONLiteral.array([entry]).text.utf8)
  }

  /// The form before manifest.json: the tags of each repository, with the topmost layer.
  private var repositories: [UInt8] {
    let top = JSONLiteral.string(image.layers.last?.hex ?? "")
    var members: [(String, [(String, JSONLiteral)])] = []
    for name in names {
      let tag = (name.tag ?? "", top)
      if let index = members.firstIndex(where: { $0.0 == name.familiarName }) {
        members[index].1.append(tag)
      } else {
        members.append((name.familiarName, [tag]))
      }
    }
    return Array(JSONLiteral.object(members.map { ($0.0, .object($0.1)) }).text.utf8)
  }

  private func folder(_ name: String, _ mtime: Int64) -> TarEntry { entry(name, .directory, 0o755, mtime) }

  private func file(_ name: String, _ mtime: Int64) -> TarEntry { entry(name, .file, 0o644, mtime) }

  private func entry(_ name: String, _ kind: TarEntryKind, _ mode: UInt16, _ mtime: Int64) -> TarEntry {
    let root = Array("root".utf8)
    return TarEntry(
      name: Array(name.utf8), kind: kind, mode: mode, mtime: mtime, uname: root, gname: root)
  }
}
