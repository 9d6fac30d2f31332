// The table of what images are written as.

/// The form of an image that is written, by the name that `--image-format` takes.
package enum ImageFormat: String, CaseIterable, Sendable {
  /// Both of the others in one.
  case hybrid
  case docker, oci

  /// What writes images of this form.
  package var sink: any ImageSink {
    switch self {
    case .hybrid: HybridSink()
    case .docker: DockerSink()
    case .oci: OCISink()
    }
  }
}
