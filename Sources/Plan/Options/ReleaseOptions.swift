// The choices of the command line and the environment for a release, as values.

package import Basics
package import Git
package import Image

/// The choices of one run.
package struct ReleaseOptions: Sendable {
  package var locations: Locations
  /// The environment of the run; git and the layouts' flags use it.
  package var environment: [String: String]
  /// The folder of the layouts; nil for the built-in ones.
  package var layouts: String?
  /// The platforms that the run is limited to; nil for all.
  package var platforms: [Platform]?
  /// The source of these platforms; nil for none.
  package var platformsOrigin: PlatformsOrigin?
  package var isFast = false
  /// Whether others put files into the cache folder, so that it is not used as one.
  package var isCacheOfOthers = false
  /// Flags set on the command line.
  package var flags: [String: Bool] = [:]
  package var version: String?
  /// Time of every entry, seconds since 1970.
  package var epoch: Int64?
  /// The deflate level, 0 to 9; nil for the one in the layouts.
  package var level: Int?
  /// Threads.
  package var jobs = 1
  /// Whether images are planned without the bases that are missing: they have no size then, and cannot be written.
  var assumesBases = false
  /// Whether the run looks at the layouts alone, not at the tree, binaries, bases, stage or git.
  var isDry = false
  /// Whether the entries of the run's tarballs are put into the stage too.
  package var isStaging = false
  /// The second names of the images in the images folder; nil for their own names alone.
  package var releaseNames: ReleaseNames?
  /// Whether the command line asks for an OCI image layout of all images.
  package var isOCIAsked = false
  /// The form of the archives of images.
  package var imageFormat = ImageFormat.hybrid

  package init(locations: Locations, environment: [String: String]) {
    self.locations = locations
    self.environment = environment
  }

  /// The source tree, with all that tells its version.
  package func tree(with repository: GitRepository?) -> VersionedTree {
    VersionedTree(root: locations.root, repository: repository, environment: environment, version: version)
  }

  /// The value of the variable; nil when it is not set or empty.
  package func environmentValue(_ name: String) -> String? {
    guard let value = environment[name], !value.isEmpty else { return nil }
    return value
  }
}

extension ReleaseOptions {
  /// A mistake in the run's platforms, after the variable that they come from: the command line does not show it.
  func aboutPlatforms(_ reason: String) -> String {
    if case .variable(let name) = platformsOrigin { "\(name): \(reason)" } else { reason }
  }
}

/// The source of a run's platforms.
package enum PlatformsOrigin: Equatable, Sendable {
  /// An option of the command line.
  case option(String)
  /// A variable of the environment.
  case variable(String)
}

/// The registry and the tag that name all images of a release.
package struct ReleaseNames: Sendable {
  private let registry: String
  private let tag: String

  package init(registry: String, tag: String) { (self.registry, self.tag) = (registry, tag) }

  /// The name of an image on an architecture.
  func name(of image: String, _ architecture: String) -> String { "\(registry)/\(image)-\(architecture):\(tag)" }
}

/// The words for on and off in flags.
package enum FlagValue {
  private static let on = ["y", "yes", "true", "1"]
  private static let off = ["n", "no", "false", "0"]

  /// All words, for messages.
  package static let words = "y, yes, true or 1 for on, n, no, false or 0 for off"

  /// Whether `text` means on; nil when it is neither on nor off. Capital letters count as small ones.
  package static func isOn(_ text: String) -> Bool? {
    let word = text.utf8.map(\.lowercased)
    func isOne(of words: [String]) -> Bool { words.contains { $0.utf8.elementsEqual(word) } }
    return isOne(of: on) ? true : isOne(of: off) ? false : nil
  }
}
