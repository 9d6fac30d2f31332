// An operating system and an architecture, in Go's words: what a binary is built for and what an image says it runs on.

/// A platform, written "os/architecture" or "os/architecture/variant" (OCI image-spec, image-index.md, `platform`).
package struct Platform: Hashable, Sendable, CustomStringConvertible {
  /// Go's GOOS, such as "linux".
  package let os: String
  /// Go's GOARCH, such as "amd64".
  package let architecture: String
  /// The variant of the processor, such as "v7"; nil when none is told.
  package let variant: String?

  package init(os: String, architecture: String, variant: String? = nil) {
    self.os = os
    self.architecture = architecture
    self.variant = variant
  }

  package var description: String { "\(os)/\(architecture)\(variant.map { "/\($0)" } ?? "")" }

  /// The platform without its variant.
  package var withoutVariant: Platform { Platform(os: os, architecture: architecture) }
}
