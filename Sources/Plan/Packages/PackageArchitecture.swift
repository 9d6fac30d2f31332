// What each format of packages calls the processors of Go.

import Basics
import Layout

/// The names of architectures in packages: those of `dpkg-architecture -L` and of rpm's rpmrc.in.
enum PackageArchitecture {
  /// By Go's name, and for arm with the variant: Debian's name and rpm's.
  private static let names: [String: (deb: String, rpm: String)] = [
    "386": ("i386", "i686"), "amd64": ("amd64", "x86_64"), "arm64": ("arm64", "aarch64"),
    "arm/v5": ("armel", "armv5tel"), "arm/v6": ("armhf", "armv6hl"), "arm/v7": ("armhf", "armv7hl"),
    "loong64": ("loong64", "loongarch64"), "mips": ("mips", "mips"), "mipsle": ("mipsel", "mipsel"),
    "mips64": ("mips64", "mips64"), "mips64le": ("mips64el", "mips64el"), "ppc64": ("ppc64", "ppc64"),
    "ppc64le": ("ppc64el", "ppc64le"), "riscv64": ("riscv64", "riscv64"), "s390x": ("s390x", "s390x"),
  ]

  /// The name of the architecture of `platform`, nil for a package for all; throws a `Diagnostic` where the format has
  /// none.
  static func name(of platform: Platform?, in format: PackageFormat) throws(Diagnostic) -> String {
    guard let platform else { return format == .deb ? "all" : "noarch" }
    guard platform.os == "linux" else {
      throw Diagnostic(.usage, "a \(format.rawValue) is for linux, not for \(platform)")
    }
    let variant = platform.architecture == "arm" ? platform.normalized.variant.map { "/\($0)" } ?? "" : ""
    guard let names = names[platform.architecture + variant] else {
      throw Diagnostic(.usage, "no \(format.rawValue) is known for \(platform)")
    }
    return format == .deb ? names.deb : names.rpm
  }
}
