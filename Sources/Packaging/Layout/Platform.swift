// An operating system and an architecture, in Go's words: what a binary is built for.

/// A platform, written "os/arch".
package struct Platform: Hashable, Sendable, CustomStringConvertible {
  /// Go's GOOS, such as "linux".
  package let os: String
  /// Go's GOARCH, such as "amd64".
  package let arch: String

  package init(os: String, arch: String) {
    self.os = os
    self.arch = arch
  }

  /// The platform that `text` names; nil unless it is "os/arch", each part letters, digits, ".", "_" or "-", the
  /// first of them no punctuation.
  package init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy(Self.isPart) else { return nil }
    self.init(os: String(parts[0]) ?? "", arch: String(parts[1]) ?? "")
  }

  package var description: String { "\(os)/\(arch)" }

  /// What the name of an executable ends in.
  package var executableSuffix: String { os == "windows" ? ".exe" : "" }

  static func isPart(_ part: Substring.UTF8View) -> Bool {
    guard let first = part.first, first.isASCIILetterOrDigit else { return false }
    return part.allSatisfy { $0.isASCIILetterOrDigit || Array("._-".utf8).contains($0) }
  }
}

/// A platform in which either part may be "*": a condition.
package struct PlatformPattern: Equatable, Sendable, CustomStringConvertible {
  private let os: String
  private let arch: String

  /// The pattern that `text` names; nil unless it is "os/arch" with "*" or a platform's part on either side.
  package init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.elementsEqual("*".utf8) || Platform.isPart($0) }) else { return nil }
    os = String(parts[0]) ?? ""
    arch = String(parts[1]) ?? ""
  }

  package var description: String { "\(os)/\(arch)" }

  /// The platform, when the pattern names just one.
  package var platform: Platform? { os == "*" || arch == "*" ? nil : Platform(os: os, arch: arch) }

  /// Whether `platform` is one of those it names.
  package func matches(_ platform: Platform) -> Bool {
    (os == "*" || os == platform.os) && (arch == "*" || arch == platform.arch)
  }
}
