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

  /// The architecture and its variant as one word, as names of files and folders have them: "armv6".
  package var architectureName: String { architecture + (variant ?? "") }

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

  /// Whether this platform, spelled on a command line, selects `other`: one without a variant selects all of them.
  package func selects(_ other: Platform) -> Bool {
    withoutVariant == other.withoutVariant && (variant == nil || variant == other.variant)
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

/// The names of systems and architectures.
package enum PlatformNames {
  /// Go's GOOS (go/src/internal/syslist, `KnownOS`).
  package static let systems: Set = [
    "aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux", "nacl", "netbsd",
    "openbsd", "plan9", "solaris", "wasip1", "windows", "zos",
  ]

  /// Go's GOARCH (go/src/internal/syslist, `KnownArch`) without "riscv", which Go keeps for 32 bits and nothing is
  /// built for: where it is written, riscv64 is meant.
  package static let architectures: Set = [
    "386", "amd64", "amd64p32", "arm", "arm64", "arm64be", "armbe", "loong64", "mips", "mips64", "mips64le",
    "mips64p32", "mips64p32le", "mipsle", "ppc", "ppc64", "ppc64le", "riscv64", "s390", "s390x", "sparc", "sparc64",
    "wasm",
  ]

  /// The variants that Go has other words for than "v" and a number (go/src/internal/buildcfg/cfg.go: GOPPC64,
  /// GORISCV64).
  private static let otherVariants: [String: Set<String>] = [
    "ppc64": ["power8", "power9", "power10"], "ppc64le": ["power8", "power9", "power10"],
    "riscv64": ["rva20u64", "rva22u64", "rva23u64"],
  ]

  /// Whether `word` can be the variant of an architecture of Go's: "v" and a number of at most three digits, or Go's own
  /// word for it.
  package static func isVariant(_ word: String, of architecture: String) -> Bool {
    if otherVariants[architecture]?.contains(word) ?? false { return true }
    let digits = word.utf8.dropFirst()
    guard word.utf8.first == UInt8(ascii: "v"), (1...3).contains(digits.count), digits.first != UInt8(ascii: "0") else {
      return false
    }
    return digits.allSatisfy(\.isDigit)
  }

  /// The architecture and the variant that one word such as "armv6" means; nil unless it is an architecture of Go's with
  /// a variant behind it.
  package static func parts(ofArchitectureName name: String) -> (architecture: String, variant: String)? {
    for architecture in architectures where name.utf8.starts(with: architecture.utf8) {
      let rest = String(decoding: Array(name.utf8.dropFirst(architecture.utf8.count)), as: UTF8.self)
      if isVariant(rest, of: architecture) { return (architecture, rest) }
    }
    return nil
  }

  /// The variants that files and images are commonly made for, by architecture.
  package static let usualVariants: [String: [String]] = [
    "arm": ["v5", "v6", "v7", "v8"], "amd64": ["v1", "v2", "v3", "v4"], "arm64": ["v8", "v9"],
  ].merging(otherVariants.mapValues { $0.sorted() }) { first, _ in first }

  /// Other names, in lower case, by the one that they mean: those of uname, of Debian, of Docker's repositories and of
  /// compilers.
  private static let otherSystems: [String: String] = [
    "linux-gnu": "linux", "linux-musl": "linux", "linux64": "linux", "linux32": "linux",
    "macos": "darwin", "macosx": "darwin", "mac": "darwin", "osx": "darwin", "sunos": "solaris",
    "win": "windows", "win32": "windows", "win64": "windows", "mingw": "windows", "wasi": "wasip1",
  ]
  private static let otherArchitectures: [String: String] = [
    "x86_64": "amd64", "x86-64": "amd64", "x64": "amd64", "amd64v1": "amd64", "amd64v2": "amd64", "amd64v3": "amd64",
    "amd64v4": "amd64", "x86_64_v2": "amd64", "x86_64_v3": "amd64", "x86_64_v4": "amd64", "em64t": "amd64",
    "x86": "386", "ia32": "386", "x86_32": "386", "i386": "386", "i486": "386", "i586": "386",
    "i686": "386", "i86pc": "386",
    "aarch64": "arm64", "aarch64_be": "arm64be", "arm64e": "arm64", "arm64v8": "arm64", "armv9": "arm64",
    "arm32": "arm", "arm32v5": "arm", "arm32v6": "arm", "arm32v7": "arm", "armel": "arm", "armhf": "arm",
    "armhfp": "arm", "aarch32": "arm",
    "ppc64el": "ppc64le", "powerpc64le": "ppc64le", "powerpc64": "ppc64", "powerpc": "ppc",
    "mipsel": "mipsle", "mips32": "mips", "mips32el": "mipsle", "mips64el": "mips64le",
    "riscv": "riscv64", "riscv64gc": "riscv64", "rv64": "riscv64", "loongarch": "loong64", "loongarch64": "loong64",
    "loong": "loong64", "sparcv9": "sparc64", "systemz": "s390x", "wasm32": "wasm",
  ]

  /// What Go and OCI call the system that is called `name`; nil when that is their name, or none that is known.
  package static func usual(forSystem name: String) -> String? { usual(name, systems, otherSystems) }

  /// What Go and OCI call the architecture that is called `name`; nil when that is their name, or none that is known.
  package static func usual(forArchitecture name: String) -> String? {
    if let usual = usual(name, architectures, otherArchitectures) { return usual }
    // uname -m of 32-bit arm: armv5tel, armv6l, armv7l, armv8l.
    let lower = name.lowercased()
    return ["armv5", "armv6", "armv7", "armv8"].contains { lower.hasPrefix($0) } ? "arm" : nil
  }

  private static func usual(_ name: String, _ known: Set<String>, _ others: [String: String]) -> String? {
    if known.contains(name) { return nil }
    let lower = name.lowercased()
    return known.contains(lower) ? lower : others[lower]
  }
}

extension Platform {
  /// Whether both names are Go's.
  package var hasUsualNames: Bool { hasNames(in: []) }

  /// Whether both names are Go's or those of one of `others`.
  package func hasNames(in others: some Collection<Platform>) -> Bool {
    (PlatformNames.systems.contains(os) || others.contains { $0.os == os })
      && (PlatformNames.architectures.contains(architecture) || others.contains { $0.architecture == architecture })
  }

  /// The platform by the names of Go and OCI that this one may be meant for; nil when these are its names, or none is
  /// near.
  package var near: Platform? {
    if hasUsualNames { return nil }
    if let usual, usual.hasUsualNames { return usual }
    let systems = PlatformNames.systems
    let architectures = PlatformNames.architectures
    let os = systems.contains(os) ? os : nearName(to: os, in: systems.sorted())
    let architecture =
      architectures.contains(architecture) ? architecture : nearName(to: architecture, in: architectures.sorted())
    guard let os, let architecture else { return nil }
    return Platform(os: os, architecture: architecture, variant: variant)
  }

  /// The platform by the names of Go and OCI; nil when these are its names, or none that are known.
  package var usual: Platform? {
    let usual = Platform(
      os: PlatformNames.usual(forSystem: os) ?? os,
      architecture: PlatformNames.usual(forArchitecture: architecture) ?? architecture, variant: variant)
    return usual == self ? nil : usual
  }
}
