// What a run leaves out because a variable of the environment names its platforms: exported long ago, it is easily
// forgotten, and the release is then no full one.

package import Basics
import Layout

/// A run that makes less than it would without a variable of the environment.
package struct PlatformCut: Equatable, Sendable {
  /// The variable.
  package let variable: String
  /// The platforms that it names.
  package let platforms: [Platform]
  /// The tarballs and images that are made, of all that the layouts have for the same command line.
  package let tarballs, images: Part
  /// The layouts of tarballs that are made with fewer platforms in them, sorted.
  package let thinned: [String]

  /// A part of the artifacts.
  package struct Part: Equatable, Sendable {
    package let made, all: Int

    init<Key: Hashable>(_ made: [Key], of all: [Key]) {
      (self.made, self.all) = (Set(all).intersection(made).count, all.count)
    }
  }

  /// The cut of a run that makes `scope`, and without the variable would make `all`; nil where it cuts nothing.
  init?(_ scope: Scope, of all: Scope, _ options: ReleaseOptions) {
    guard case .variable(let variable) = options.platformsOrigin, let platforms = options.platforms else { return nil }
    (self.variable, self.platforms) = (variable, platforms)
    tarballs = Part(scope.tarballs.map(\.key), of: all.tarballs.map(\.key))
    images = Part(scope.images.map(\.key), of: all.images.map(\.key))
    let places = Dictionary(uniqueKeysWithValues: scope.tarballs.map { ($0.key, $0.places) })
    thinned = Set(all.tarballs.filter { places[$0.key] ?? $0.places < $0.places }.map(\.key.layout)).sorted()
    if tarballs.made == tarballs.all && images.made == images.all && thinned.isEmpty { return nil }
  }
}

extension PlatformCut: CustomStringConvertible {
  package var description: String {
    var parts: [String] = []
    if tarballs.all > 0 {
      let more = thinned.isEmpty ? "" : " (\(thinned.joined(separator: ", ")) with fewer platforms)"
      parts.append("\(tarballs.made) of \(tarballs.all) tarballs\(more)")
    }
    if images.all > 0 { parts.append("\(images.made) of \(images.all) images") }
    let names = platforms.map(\.description).joined(separator: ", ")
    return "only \(names), as \(variable) says: \(parts.joined(separator: ", "))"
  }
}

extension ScopedTarball {
  /// How many times its rules are placed, once for each platform.
  fileprivate var places: Int { rules.reduce(0) { $0 + $1.places.count } }
}
