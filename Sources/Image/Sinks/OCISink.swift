// The archive of an OCI image layout (OCI image-spec, image-layout.md).

/// An OCI archive: index.json leads to the manifest, under each name.
struct OCISink: ImageSink {
  func files(of image: BuiltImage, names: [Reference]) -> [ImageFile] {
    let documents = [
      ImageFile(OCILayout.indexFile, .document(index(of: image, names).document.bytes)),
      ImageFile(OCILayout.versionFile, text: OCILayout.versionText),
    ]
    return (blobFiles(of: image) + documents).sortedByName()
  }

  /// One descriptor a name, with two annotations: containerd reads the whole name, other tools the reference name.
  ///
  /// That is the tag, or the whole name where a name before has the same tag: a reference name must not stand in an
  /// index twice (OCI image-spec, annotations.md).
  private func index(of image: BuiltImage, _ names: [Reference]) -> ImageIndex {
    var tags: Set<String> = []
    return ImageIndex(
      manifests: names.map { name in
        let tag = name.tag ?? ""
        var descriptor = image.manifest
        descriptor.annotations = [
          .init(Descriptor.Annotation.imageName, name.description),
          .init(Descriptor.Annotation.refName, tags.insert(tag).inserted ? tag : name.description),
        ]
        return descriptor
      })
  }
}
