// Where a blob is asked for, so that a fault of the blob is told with the document and the field that name it.

/// A document and a field of it that name a layer, a config, a manifest or an index.
struct BlobPlace: Sendable {
  /// The document, for messages.
  let place: String
  /// The way to the field, such as "layers[1]"; empty for a document that no other names.
  let field: String

  /// The error that the blob is wrong in the way that `reason` says.
  func error(_ reason: String) -> ImageError { ImageError(place, field, reason) }
}

extension BlobPlace {
  /// The place of what `field` names.
  init(_ field: DocumentField) { self.init(place: field.place, field: field.path) }
}
