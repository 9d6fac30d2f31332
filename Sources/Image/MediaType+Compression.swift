// How a layer is compressed by the words of its media type: the suffix says (OCI image-spec, layer.md, "+gzip Media
// Types" and "+zstd Media Types"; Docker's own have a "." there).

import Archive

extension MediaType {
  /// The compression that the media type of a layer tells of; nil for a plain layer.
  static func compression(ofLayer mediaType: String) -> Compression? {
    Compression.allCases.first { compression in
      let end = mediaType.utf8.suffix(compression.rawValue.utf8.count + 1)
      return ["+", "."].contains { end.elementsEqual("\($0)\(compression)".utf8) }
    }
  }

  /// OCI's media type of a layer that is compressed so.
  static func layer(_ compression: Compression?) -> String { compression.map { "\(layer)+\($0)" } ?? layer }
}
