// What an image can be written as: a sink says which files it becomes, and an archive is a tar file of them.

package import Archive

/// A form in which images are written.
///
/// A form that keeps its files in a folder, or sends the blobs somewhere, has the same files and no archive.
package protocol ImageSink: Sendable {
  /// The files that `image` becomes under `names`, each of which has a tag; sorted by the bytes of their names.
  func files(of image: BuiltImage, names: [Reference]) -> [ImageFile]
}

/// A file of a written image.
package struct ImageFile: Sendable {
  /// The path from the root of the archive or the folder.
  package let name: String
  package let body: ImageBlob

  init(_ name: String, _ body: ImageBlob) {
    self.name = name
    self.body = body
  }

  /// The folders above it, each with its slash, the uppermost first.
  fileprivate var parents: [String] { name.indices.filter { name[$0] == "/" }.map { String(name[...$0]) } }

  /// The entry of an archive for a file or a folder.
  fileprivate static func entry(_ name: String, _ kind: TarEntryKind, _ mode: UInt16, _ mtime: Int64) -> TarEntry {
    let root = Array("root".utf8)
    return TarEntry(name: Array(name.utf8), kind: kind, mode: mode, mtime: mtime, uname: root, gname: root)
  }

  /// A document of the form, which no descriptor leads to.
  init(_ name: String, text: String) { self.init(name, .document(Array(text.utf8))) }
}

extension ImageSink {
  /// The archive of `image` under `names`: its entries in the order of their names, all of the time `mtime`.
  package func archive(of image: BuiltImage, names: [Reference], mtime: Int64, in store: SourceStore) -> Rope {
    files(of: image, names: names).archive(mtime: mtime, in: store)
  }

  /// The files of the blobs of `image`, but for that of `omitted`; each digest once.
  func blobFiles(of image: BuiltImage, without omitted: ImageDigest? = nil) -> [ImageFile] {
    var seen: Set<ImageDigest> = []
    return image.blobs.filter { $0.digest != omitted && seen.insert($0.digest).inserted }
      .map { ImageFile($0.digest.blobPath, $0.blob) }
  }
}

extension [ImageFile] {
  /// The archive of the files, which are in the order of their names; all entries have the time `mtime`.
  func archive(mtime: Int64, in store: SourceStore) -> Rope {
    var rope = Rope(in: store)
    var folders: Set<String> = []
    for file in self {
      for folder in file.parents where folders.insert(folder).inserted {
        rope.append(ImageFile.entry(folder, .directory, 0o755, mtime))
      }
      let body: Rope.Body =
        switch file.body {
        case .document(let bytes): .bytes(bytes)
        case .layer(let layer): .archive(layer)
        case .source(let id): .source(id)
        }
      rope.append(ImageFile.entry(file.name, .file, 0o644, mtime), body)
    }
    rope.appendEnd()
    return rope
  }

  /// The files in the order of the bytes of their names.
  func sortedByName() -> [ImageFile] { sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) } }
}
