// Whether the layers of an image are there, without a look into them.

extension ImageSource {
  /// Looks for the file of every layer of `image`, and for as many bytes of it as a manifest tells; reads none of them.
  ///
  /// Throws `ImageError` for the first that is missing or of another size, or `SystemError`.
  package func checkPresence(ofLayersOf image: SourceImage) throws {
    for layer in ([image.layers] + image.twins).joined() {
      let blob = try blob(layer.name, layer.place)
      guard let said = layer.descriptor?.size, said != blob.count else { continue }
      throw layer.place.error("\(blob.name): expected \(said) bytes, found \(blob.count)")
    }
  }
}
