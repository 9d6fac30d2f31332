// What the command line and the environment say about a release, as values.

package import Basics
package import Image

/// The choices of one run.
package struct ReleaseOptions: Sendable {
  package var locations: Locations
  /// The environment of the run: git and the layouts' flags look things up in it.
  package var environment: [String: String]
  /// The platforms to stay with; nil for all.
  package var platforms: [Platform]?
  package var isFast = false
  /// Whether others put things into the folder of the cache, so that it is none.
  package var isCacheOfOthers = false
  /// Flags set on the command line.
  package var flags: [String: Bool] = [:]
  package var version: String?
  /// Time of every entry, seconds since 1970.
  package var epoch: Int64?
  /// Of deflate, 0 to 9; nil for what the layouts say.
  package var level: Int?
  /// Threads.
  package var jobs = 1
  /// Whether nothing outside of the layouts is looked at: neither tree nor binaries, bases, stage or git.
  var isDry = false
  /// The form of the archives of images.
  package var imageFormat = ImageFormat.hybrid

  package init(locations: Locations, environment: [String: String]) {
    self.locations = locations
    self.environment = environment
  }

  /// The variable's value; nil when it is not set or empty.
  package func environmentValue(_ name: String) -> String? {
    guard let value = environment[name], !value.isEmpty else { return nil }
    return value
  }
}

/// The words for on and off.
package enum FlagValue {
  /// Whether `text` says on; nil when it says neither.
  package static func isOn(_ text: String) -> Bool? {
    switch text {
    case "y", "yes", "true", "1": true
    case "n", "no", "false", "0": false
    default: nil
    }
  }
}
