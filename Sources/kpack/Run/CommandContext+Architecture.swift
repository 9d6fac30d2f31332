// The architecture that --arch of `kpack base` gives, by itself or with a variant behind it: "amd64", "arm/v6".

import Basics
import Layout

extension CommandContext {
  /// The platform of linux that --arch gives; nil when it is not there.
  ///
  /// Throws `UsageError` for an architecture that Go does not have, and for what is no variant.
  func linuxPlatform() throws(UsageError) -> Platform? {
    guard let text = line["arch"] else { return nil }
    let words = text.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
    if let platform = Self.linuxPlatform(words) { return platform }
    let hint = didYouMean(Self.near(words))
    throw usage("--arch: expected an architecture such as amd64 or arm/v6, found \(shown(text))\(hint)")
  }

  private static func linuxPlatform(_ words: [String]) -> Platform? {
    guard let architecture = words.first, words.count <= 2, PlatformNames.architectures.contains(architecture) else {
      return nil
    }
    if words.count == 1 { return Platform(os: "linux", architecture: architecture) }
    guard PlatformNames.isVariant(words[1], of: architecture) else { return nil }
    return Platform(os: "linux", architecture: architecture, variant: words[1])
  }

  /// What may be meant by words that are none: the architecture by Go's name for it, the variant with its "v" before it.
  private static func near(_ words: [String]) -> String? {
    // As platforms are written elsewhere.
    if words.first == "linux" && words.count > 1 {
      let rest = Array(words.dropFirst())
      return linuxPlatform(rest) == nil ? near(rest) : rest.joined(separator: "/")
    }
    guard let name = words.first else { return nil }
    let all = PlatformNames.architectures
    let near =
      all.contains(name) ? name : PlatformNames.usual(forArchitecture: name) ?? nearName(to: name, in: all.sorted())
    guard let near, words.count == 2 else { return near }
    let variants = [words[1], "v\(words[1])", words[1].lowercased()]
    return variants.first { PlatformNames.isVariant($0, of: near) }.map { "\(near)/\($0)" } ?? near
  }
}
