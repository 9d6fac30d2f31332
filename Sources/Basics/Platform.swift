// An operating system and an architecture, in Go's words: what a binary is built for and what an image says it runs on.

/// A platform, written "os/architecture" or "os/architecture/variant" (OCI image-spec, image-index.md, `platform`).
package struct Platform: Hashable, Sendable, CustomStringConvertible {
  /// Go's GOOS, such as "linux".
  package let os: String
  /// Go's GOARCH, such as "amd64".
  package let architecture: String
  /// The variant of the processor, such as "v7"; nil when none is given.
  package let variant: String?
  /// The version of the system, which Windows' images are bound to, such as "10.0.20348.1"; nil when none is given.
  package let osVersion: String?

  package init(os: String, architecture: String, variant: String? = nil, osVersion: String? = nil) {
    self.os = os
    self.architecture = architecture
    self.variant = variant
    self.osVersion = osVersion
  }

  /// "os/architecture/variant", with the version as containerd writes it: "windows(10.0.20348.1)/amd64" (platforms,
  /// platforms.go, `FormatAll`).
  package var description: String {
    "\(os)\(osVersion.map { "(\($0))" } ?? "")/\(architecture)\(variant.map { "/\($0)" } ?? "")"
  }

  /// The system and the architecture alone.
  package var withoutVariant: Platform { Platform(os: os, architecture: architecture) }

  /// The platform without a variant that goes without saying, and with the one that an architecture always has, so
  /// that equal ones are equal (containerd, platforms, database.go, `normalizeArch`).
  package var normalized: Platform {
    let usual: String? =
      switch (architecture, variant) {
      case ("amd64", "v1"), ("arm64", "v8"), ("arm64", "8"): nil
      case ("arm", nil), ("arm", "7"): "v7"
      case ("arm", "5"), ("arm", "6"), ("arm", "8"): variant.map { "v\($0)" }
      default: variant
      }
    return Platform(os: os, architecture: architecture, variant: usual, osVersion: osVersion)
  }

  /// Whether `other` is one that this platform asks for: one without a variant asks for all of its system and
  /// architecture, else variants are compared by what they mean, not by how they are spelled.
  package func means(_ other: Platform) -> Bool {
    withoutVariant == other.withoutVariant && (variant == nil || normalized.variant == other.normalized.variant)
  }

  /// Whether a program that needs at least this variant of arm, "v5" to "v8", does not run here; false for other
  /// architectures.
  package func lacks(armVariant wanted: String) -> Bool {
    guard architecture == "arm", let variant = normalized.variant else { return false }
    // "v10" comes behind "v9", which its letters alone do not say.
    return (variant.utf8.count, variant) < (wanted.utf8.count, wanted)
  }
}

extension Collection<Platform> {
  /// Where the one stands that suits `wanted` best: of its variant, else v7 for arm, one without a variant, the first
  /// of the architecture. Of two for the same variant, the one that names it comes before the one that does not.
  package func bestIndex(for wanted: Platform) -> Index? {
    let suitable = indices.filter { self[$0].withoutVariant == wanted.withoutVariant }
    let first = { (isMeant: (Platform) -> Bool) in
      let meant = suitable.filter { isMeant(self[$0].normalized) }
      return meant.first { self[$0].variant != nil } ?? meant.first
    }
    return first { $0 == wanted.normalized } ?? first { $0.architecture == "arm" && $0.variant == "v7" }
      ?? first { $0.variant == nil } ?? suitable.first
  }
}
