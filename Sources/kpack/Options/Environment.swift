// The environment variables of the program.

import Glibc

/// The environment of a run.
struct Environment {
  /// All variables by name: they are passed to git, and flags of layouts look up their own.
  let all: [String: String]

  /// Reads the environment of this process.
  ///
  /// A variable of the release that is not UTF-8 is an error; other variables that are not UTF-8 are left out.
  init() throws(UsageError) {
    var variables: [String: String] = [:]
    // environ is an array of pointers to "NAME=VALUE" that ends with a null pointer (environ(7)).
    var next = environ
    while let entry = next.pointee {
      next += 1
      let bytes = Array(UnsafeRawBufferPointer(start: entry, count: strlen(entry)))
      guard let sign = bytes.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let name = String(decoding: bytes[..<sign], as: UTF8.self)
      if let value = String(validating: bytes[(sign + 1)...], as: UTF8.self) {
        variables[name] = value
      } else if EnvironmentVariable.isOfRelease(name) {
        throw UsageError(message: "\(name): expected text in UTF-8")
      }
    }
    all = variables
  }

  /// The variable's value, which may be empty; nil when it is not set.
  subscript(variable: EnvironmentVariable) -> String? { all[variable.rawValue] }

  /// The variable's value; nil when it is not set or empty.
  func value(of variable: EnvironmentVariable) -> String? {
    guard let value = self[variable], !value.isEmpty else { return nil }
    return value
  }
}

/// A variable of the environment.
///
/// Flags and fast runs of layouts name their own variables; these are not listed here.
enum EnvironmentVariable: String, CaseIterable, Sendable {
  case gitVersionFile = "KUBE_GIT_VERSION_FILE"
  case gitVersion = "KUBE_GIT_VERSION"
  case gitCommit = "KUBE_GIT_COMMIT"
  case gitTreeState = "KUBE_GIT_TREE_STATE"
  case gitMajor = "KUBE_GIT_MAJOR"
  case gitMinor = "KUBE_GIT_MINOR"
  case buildPlatforms = "KUBE_BUILD_PLATFORMS"
  case fastBuild = "KUBE_FASTBUILD"
  case dockerRegistry = "KUBE_DOCKER_REGISTRY"
  case dockerImageTag = "KUBE_DOCKER_IMAGE_TAG"
  case dockerHost = "DOCKER_HOST"
  case outputFolder = "OUT_DIR"
  case sourceDateEpoch = "SOURCE_DATE_EPOCH"
  case cache = "KPACK_CACHE"
  case cacheLimit = "KPACK_CACHE_LIMIT"
  case noColor = "NO_COLOR"
  case temporaryFolder = "TMPDIR"
  case searchPath = "PATH"
  case gitPrograms = "GIT_EXEC_PATH"

  /// Its meaning, for help.
  var help: String {
    switch self {
    case .gitVersionFile: "a file of lines `NAME='VALUE'`, as `kpack version-vars` prints them, asked in place of git"
    case .gitVersion: "the release's version in place of git's, where --version and the file above give none"
    case .gitCommit: "the commit, in place of what git says"
    case .gitTreeState: "the state of the tree, clean or dirty, in place of what git says"
    case .gitMajor: "the major version, in place of what follows from the version"
    case .gitMinor: "the minor version, in place of what follows from the version"
    case .buildPlatforms: "platforms with blanks or commas between them, where --platform gives none"
    case .fastBuild: "true is what --fast is"
    case .dockerRegistry: "{releaseRegistry} in layouts, and the registry of the names that --release-names gives"
    case .dockerImageTag: "{releaseTag} in layouts, and the tag of the names that --release-names gives"
    case .dockerHost: "where a container engine is; kpack asks none, and `kpack doctor` tells whether scripts can"
    case .outputFolder: "the folder in ROOT that the stage folder is in, in place of _output"
    case .sourceDateEpoch: "the time of every entry in seconds since 1970, where --epoch does not give it"
    case .cache: "the folder of the cache, where --cache does not give it"
    case .cacheLimit: "the most bytes that the cache keeps, where --cache-limit does not give them"
    case .noColor: "when it is not empty, no color, unless --color is given"
    case .temporaryFolder: "where files that are needed for a moment go (/tmp)"
    case .searchPath: "where git is looked for"
    case .gitPrograms: "where git looks for its own programs; no other variable of git's counts"
    }
  }

  /// The variable in the help of an option that takes its value from it.
  var hint: String {
    switch self {
    case .fastBuild: "\(rawValue)=true"
    case .outputFolder: "\(rawValue) names the folder in place of _output"
    default: rawValue
    }
  }

  /// Whether a variable of this name changes the release, or looks as if it should.
  static func isOfRelease(_ name: String) -> Bool {
    ["KUBE_", "KPACK_"].contains { name.utf8.starts(with: $0.utf8) }
      || [outputFolder.rawValue, sourceDateEpoch.rawValue].contains(name)
  }
}
