// The media types of images: OCI image-spec, media-types.md, and those of Docker that it names as compatible.

internal import Archive
private import JSON

/// The media types that are read and written.
package enum MediaType {
  package static let index = "application/vnd.oci.image.index.v1+json"
  package static let manifest = "application/vnd.oci.image.manifest.v1+json"
  package static let config = "application/vnd.oci.image.config.v1+json"
  package static let layer = "application/vnd.oci.image.layer.v1.tar"
  package static let gzipLayer = "application/vnd.oci.image.layer.v1.tar+gzip"
  package static let dockerIndex = "application/vnd.docker.distribution.manifest.list.v2+json"
  package static let dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
  package static let dockerConfig = "application/vnd.docker.container.image.v1+json"
  package static let dockerLayer = "application/vnd.docker.image.rootfs.diff.tar"
  package static let dockerGzipLayer = "application/vnd.docker.image.rootfs.diff.tar.gzip"
  package static let zstdLayer = "application/vnd.oci.image.layer.v1.tar+zstd"
  /// None of Docker's own; tools that turn an image of OCI's into one of Docker's write it.
  package static let dockerZstdLayer = "application/vnd.docker.image.rootfs.diff.tar.zstd"

  package static let indexes = [index, dockerIndex]
  package static let manifests = [manifest, dockerManifest]
  package static let configs = [config, dockerConfig]
  private static let layers = [layer, gzipLayer, zstdLayer, dockerLayer, dockerGzipLayer, dockerZstdLayer]
  /// What those begin with that are not distributed with their image: Windows' own (layer.md, "Non-Distributable Layers").
  private static let foreignLayers = [
    "application/vnd.oci.image.layer.nondistributable.", "application/vnd.docker.image.rootfs.foreign.",
  ]

  /// Whether `type` is that of a layer, of whatever kind.
  static func isLayer(_ type: String) -> Bool {
    ["application/vnd.oci.image.layer.", "application/vnd.docker.image.rootfs."].contains {
      type.utf8.starts(with: $0.utf8)
    }
  }

  /// The compression that the media type of a layer tells of by its suffix; nil for a plain layer (layer.md, "+gzip Media
  /// Types" and "+zstd Media Types"; Docker's own have a "." there).
  static func compression(ofLayer type: String) -> Compression? {
    Compression.allCases.first { compression in
      let end = type.utf8.suffix(compression.rawValue.utf8.count + 1)
      return ["+", "."].contains { end.elementsEqual("\($0)\(compression)".utf8) }
    }
  }

  /// OCI's media type of a layer that is compressed so.
  static func layer(_ compression: Compression?) -> String { compression.map { "\(layer)+\($0)" } ?? layer }

  /// Why a layer of `type` cannot be read; nil when it can.
  static func reason(againstLayer type: String) -> String? {
    if layers.contains(type) {
      let canBeRead = compression(ofLayer: type) != .zstd || ZstdLibrary.isThere
      return canBeRead ? nil : "\(quoted(type)) \(ZstdLibrary.missing)"
    }
    let isForeign = foreignLayers.contains { type.utf8.starts(with: $0.utf8) }
    let wanted = isForeign ? "a layer that is distributed with its image" : "a plain, gzip or zstd layer"
    return "expected \(wanted), found \(quoted(type))"
  }
}
