// The names of systems and architectures: those of Go, which OCI takes over (image-spec, image-index.md, `platform`),
// and what else people call the same.

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

  /// The platform by the names of Go and OCI; nil when these are its names, or none that are known.
  package var usual: Platform? {
    let usual = Platform(
      os: PlatformNames.usual(forSystem: os) ?? os,
      architecture: PlatformNames.usual(forArchitecture: architecture) ?? architecture, variant: variant)
    return usual == self ? nil : usual
  }
}
