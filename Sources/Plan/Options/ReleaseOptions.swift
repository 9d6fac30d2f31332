// The choices of the command line and the environment for a release, as values.

package import Basics
package import Image

/// The choices of one run.
package struct ReleaseOptions: Sendable {
  package var locations: Locations
  /// The environment of the run; git and the layouts' flags use it.
  package var environment: [String: String]
  /// The platforms that the run is limited to; nil for all.
  package var platforms: [Platform]?
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
  /// Whether the run looks at the layouts alone, not at the tree, binaries, bases, stage or git.
  var isDry = false
  /// Whether the entries of the run's tarballs are put into the stage too.
  package var isStaging = false
  /// The form of the archives of images.
  package var imageFormat = ImageFormat.hybrid

  package init(locations: Locations, environment: [String: String]) {
    self.locations = locations
    self.environment = environment
  }

  /// The value of the variable; nil when it is not set or empty.
  package func environmentValue(_ name: String) -> String? {
    guard let value = environment[name], !value.isEmpty else { return nil }
    return value
  }
}

/// The words for on and off in flags.
package enum FlagValue {
  /// Whether `text` means on; nil when it is neither on nor off.
  package static func isOn(_ text: String) -> Bool? {
    switch text {
    case "y", "yes", "true", "1": true
    case "n", "no", "false", "0": false
    default: nil
    }
  }
}
