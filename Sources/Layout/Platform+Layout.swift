// Platforms as layouts and the command line write them.

package import Basics

extension Platform {
  /// The platform that `text` names; nil unless it is "os/arch" or "os/arch/variant". Each part has letters, digits, ".",
  /// "_" or "-", and does not begin with punctuation; the variant is one that the architecture can have.
  package init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), parts.allSatisfy(Self.isPart) else { return nil }
    let words = parts.map { String($0) ?? "" }
    guard words.count == 2 || PlatformNames.isVariant(words[2], of: words[1]) else { return nil }
    self.init(os: words[0], architecture: words[1], variant: words.count == 3 ? words[2] : nil)
  }

  /// The end of the name of an executable.
  package var executableSuffix: String { os == "windows" ? ".exe" : "" }

  static func isPart(_ part: Substring.UTF8View) -> Bool {
    guard let first = part.first, first.isLetterOrDigit else { return false }
    return part.allSatisfy { $0.isLetterOrDigit || Array("._-".utf8).contains($0) }
  }
}

/// A condition on platforms: a platform in which system and architecture may be "*". One without a variant is met by all
/// variants.
package struct PlatformPattern: Hashable, Sendable, CustomStringConvertible {
  /// Whether it is met by all other platforms: "!windows/*".
  package let isNegated: Bool
  private let os: String
  private let architecture: String
  private let variant: String?

  private static let any = "*"

  private init(isNegated: Bool = false, os: String, architecture: String, variant: String? = nil) {
    (self.isNegated, self.os, self.architecture, self.variant) = (isNegated, os, architecture, variant)
  }

  /// The pattern that `text` names; nil unless it is "os/arch" or "os/arch/variant" with "*" or a platform's part for
  /// system and architecture, perhaps behind "!".
  package init?(_ text: String) {
    let isNegated = text.utf8.first == UInt8(ascii: "!")
    let words = Self.words(text.utf8.dropFirst(isNegated ? 1 : 0))
    guard let words, words.count > 1 else { return nil }
    if words.count == 3 && (words[1] == Self.any || !PlatformNames.isVariant(words[2], of: words[1])) { return nil }
    self.init(
      isNegated: isNegated, os: words[0], architecture: words[1], variant: words.count == 3 ? words[2] : nil)
  }

  /// The pattern that a key of a value by platform names: a pattern, an architecture ("amd64", "arm/v6"), or "*" for
  /// all platforms; nil for anything else.
  init?(key: String) {
    guard let words = Self.words(key.utf8[...]) else { return nil }
    if words.count == 1 {
      // Somebody who writes "windows" means "windows/*".
      if PlatformNames.systems.contains(key) { return nil }
      self.init(os: Self.any, architecture: key)
    } else if words.count == 2 && PlatformNames.isVariant(words[1], of: words[0])
      && PlatformNames.architectures.contains(words[0])
    {
      self.init(os: Self.any, architecture: words[0], variant: words[1])
    } else {
      self.init(key)
    }
  }

  /// One to three parts between slashes, of which the first two may be "*".
  private static func words(_ text: Substring.UTF8View) -> [String]? {
    let parts = text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard (1...3).contains(parts.count) else { return nil }
    for (index, part) in parts.enumerated() {
      guard Platform.isPart(part) || index < 2 && part.elementsEqual(any.utf8) else { return nil }
    }
    return parts.map { String($0) ?? "" }
  }

  package var description: String {
    "\(isNegated ? "!" : "")\(os)/\(architecture)\(variant.map { "/\($0)" } ?? "")"
  }

  /// The platform, when the pattern names exactly one.
  package var platform: Platform? {
    if isNegated || os == Self.any || architecture == Self.any { return nil }
    return Platform(os: os, architecture: architecture, variant: variant)
  }

  /// Whether it names the system.
  package var namesSystem: Bool { os != Self.any }
  /// Whether it names the architecture.
  package var namesArchitecture: Bool { architecture != Self.any }

  /// The pattern in Go's words that this one may be meant for; nil when its words are Go's, or none is near.
  package var near: PlatformPattern? {
    // Any of Go's words stands for "*".
    let wanted = Platform(
      os: namesSystem ? os : "linux", architecture: namesArchitecture ? architecture : "amd64", variant: variant)
    guard let near = wanted.near else { return nil }
    return PlatformPattern(
      os: namesSystem ? near.os : os, architecture: namesArchitecture ? near.architecture : architecture,
      variant: variant)
  }

  /// Whether all platforms are of this pattern.
  var isOpen: Bool { os == Self.any && architecture == Self.any }

  /// Whether `platform` is of the pattern; "!" before it does not count.
  package func names(_ platform: Platform) -> Bool {
    (os == Self.any || os == platform.os) && (architecture == Self.any || architecture == platform.architecture)
      && (variant == nil || variant == platform.variant)
  }

  /// Whether every platform of `other` is one of this pattern; "!" before them does not count.
  func covers(_ other: PlatformPattern) -> Bool {
    (os == Self.any || os == other.os) && (architecture == Self.any || architecture == other.architecture)
      && (variant == nil || variant == other.variant)
  }

  /// The pattern of all platforms, and one of none.
  static let all = PlatformPattern(os: any, architecture: any)
  static let none = PlatformPattern(os: "-", architecture: "-")

  /// The pattern of the platforms that are of both; nil where there are none. "!" before them does not count.
  func common(with other: PlatformPattern) -> PlatformPattern? {
    if !meets(other) { return nil }
    return PlatformPattern(
      os: os == Self.any ? other.os : os, architecture: architecture == Self.any ? other.architecture : architecture,
      variant: variant ?? other.variant)
  }

  /// Whether some platform is of both patterns; "!" before them does not count.
  func meets(_ other: PlatformPattern) -> Bool {
    func meet(_ first: String, _ second: String) -> Bool { first == second || [first, second].contains(Self.any) }
    return meet(os, other.os) && meet(architecture, other.architecture)
      && (variant == nil || other.variant == nil || variant == other.variant)
  }
}

extension [PlatformPattern] {
  /// Whether the patterns select `platform`: one of them names it, or all have "!" before them, and none of those with
  /// "!" names it.
  package func select(_ platform: Platform) -> Bool {
    if isEmpty || contains(where: { $0.isNegated && $0.names(platform) }) { return false }
    return allSatisfy(\.isNegated) || contains { !$0.isNegated && $0.names(platform) }
  }
}
