// The archive of `docker save` (moby, daemon/internal/image/tarexport): manifest.json and what it names.

import JSON

/// A docker archive; its one document about the image is manifest.json, so that the OCI manifest is left out.
struct DockerSink: ImageSink {
  func files(of image: BuiltImage, names: [Reference]) -> [ImageFile] {
    let documents = [
      ImageFile("manifest.json", text: manifest(of: image, names).text),
      ImageFile("repositories", text: repositories(of: image, names).text),
    ]
    return (blobFiles(of: image, without: image.manifest.digest) + documents).sortedByName()
  }

  private func manifest(of image: BuiltImage, _ names: [Reference]) -> JSONLiteral {
    let item = JSONLiteral.object([
      ("Config", .string(image.config.digest.blobPath)),
      ("RepoTags", .array(names.map { .string($0.familiar) })),
      ("Layers", .array(image.layers.map { .string($0.blobPath) })),
    ])
    return .array([item])
  }

  /// The document that came before manifest.json: the tags of each repository, with the topmost layer.
  private func repositories(of image: BuiltImage, _ names: [Reference]) -> JSONLiteral {
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
    return .object(members.map { ($0.0, .object($0.1)) })
  }
}
