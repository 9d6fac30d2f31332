// Platforms as layouts and the command line write them.

package import Basics

extension Platform {
  /// The platform that `text` names; nil unless it is "os/arch". Each part has letters, digits, ".", "_" or "-", and
  /// does not begin with punctuation.
  package init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy(Self.isPart) else { return nil }
    self.init(os: String(parts[0]) ?? "", architecture: String(parts[1]) ?? "")
  }

  /// The end of the name of an executable.
  package var executableSuffix: String { os == "windows" ? ".exe" : "" }

  static func isPart(_ part: Substring.UTF8View) -> Bool {
    guard let first = part.first, first.isLetterOrDigit else { return false }
    return part.allSatisfy { $0.isLetterOrDigit || Array("._-".utf8).contains($0) }
  }
}

/// A condition on platforms: a platform in which either part may be "*".
package struct PlatformPattern: Equatable, Sendable, CustomStringConvertible {
  private let os: String
  private let architecture: String

  /// The pattern that `text` names; nil unless it is "os/arch" with "*" or a platform's part on either side.
  package init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.elementsEqual("*".utf8) || Platform.isPart($0) }) else { return nil }
    os = String(parts[0]) ?? ""
    architecture = String(parts[1]) ?? ""
  }

  package var description: String { "\(os)/\(architecture)" }

  /// The platform, when the pattern names exactly one.
  package var platform: Platform? {
    os == "*" || architecture == "*" ? nil : Platform(os: os, architecture: architecture)
  }

  /// Whether the pattern matches `platform`.
  package func matches(_ platform: Platform) -> Bool {
    (os == "*" || os == platform.os) && (architecture == "*" || architecture == platform.architecture)
  }
}
