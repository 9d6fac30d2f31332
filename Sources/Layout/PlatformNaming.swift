// What systems and architectures are called in the names of a release: "macOS" and "x86_64", where Go says darwin and
// amd64.

package import Basics

/// The words for {osName} and {archName}.
package struct PlatformNaming: Equatable, Sendable {
  /// By GOOS.
  private var systems: [String: String] = [:]
  /// By GOARCH, or GOARCH and variant with "/" between them.
  private var architectures: [String: String] = [:]

  static let keys = ["os", "arch"]

  init() {}

  /// What the system is called; its own name where nothing else is said.
  package func system(of platform: Platform) -> String { systems[platform.os] ?? platform.os }

  /// What the architecture is called, with the variant behind it unless the variant has a word of its own.
  package func architecture(of platform: Platform) -> String {
    let architecture = platform.architecture
    guard let variant = platform.variant else { return architectures[architecture] ?? architecture }
    return architectures["\(architecture)/\(variant)"] ?? (architectures[architecture] ?? architecture) + variant
  }

  /// Takes the words that `field`, a `names` object, has.
  mutating func override(with field: LayoutField) {
    guard let object = field.object(Self.keys) else { return }
    for (key, field) in object["os"]?.members ?? [] {
      if !Platform.isPart(key[...].utf8) || PlatformNames.usual(forSystem: key) != nil {
        let near = didYouMean(PlatformNames.usual(forSystem: key).map { quoted($0) })
        field.refuse("expected a system such as \"darwin\", found \(quoted(key))\(near)")
      }
      if let word = field.onePart { systems[key] = word }
    }
    for (key, field) in object["arch"]?.members ?? [] {
      let near = Self.usual(architecture: key)
      if near != nil || Platform("linux/\(key)") == nil {
        let hint = didYouMean(near.map { quoted($0) })
        field.refuse("expected an architecture such as \"amd64\" or \"arm/v6\", found \(quoted(key))\(hint)")
      }
      if let word = field.onePart { architectures[key] = word }
    }
  }

  /// What Go calls the architecture that is called `name`; nil when that is its name, or none that is known.
  private static func usual(architecture name: String) -> String? {
    if let (architecture, variant) = PlatformNames.parts(ofArchitectureName: name) {
      return "\(architecture)/\(variant)"
    }
    return PlatformNames.usual(forArchitecture: name)
  }
}
