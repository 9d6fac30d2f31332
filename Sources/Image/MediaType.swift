// The media types of images: OCI image-spec, media-types.md, and those of Docker that it names as compatible.

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

  package static let indexes = [index, dockerIndex]
  package static let manifests = [manifest, dockerManifest]
  package static let configs = [config, dockerConfig]
  package static let plainLayers = [layer, dockerLayer]
  package static let gzipLayers = [gzipLayer, dockerGzipLayer]
}
