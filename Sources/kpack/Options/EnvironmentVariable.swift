// The environment variables that kpack reads: one table for --help, for the pages of reference and for reading.

/// A variable of the environment.
///
/// Flags of layouts name variables of their own; these are not in the table.
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
  case outputFolder = "OUT_DIR"
  case sourceDateEpoch = "SOURCE_DATE_EPOCH"
  case cache = "KPACK_CACHE"
  case cacheLimit = "KPACK_CACHE_LIMIT"
  case noColor = "NO_COLOR"
  case temporaryFolder = "TMPDIR"
  case searchPath = "PATH"
  case gitPrograms = "GIT_EXEC_PATH"

  /// What it is for.
  var help: String {
    switch self {
    case .gitVersionFile: "a file of lines `NAME='VALUE'`, as `kpack version-vars` prints them, asked in place of git"
    case .gitVersion: "the release's version, where --version and the file above do not give it"
    case .gitCommit: "the commit, in place of what git says"
    case .gitTreeState: "the state of the tree, clean or dirty, in place of what git says"
    case .gitMajor: "the major version, in place of what follows from the version"
    case .gitMinor: "the minor version, in place of what follows from the version"
    case .buildPlatforms: "platforms with blanks or commas between them, where --platform gives none"
    case .fastBuild: "true is what --fast is"
    case .dockerRegistry: "with the tag below, the registry of the images' release names, and {releaseRegistry}"
    case .dockerImageTag: "the tag of the images' release names, and {releaseTag}"
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

  /// The variable as the help of an option that it feeds names it.
  var hint: String {
    switch self {
    case .fastBuild: "\(rawValue)=true"
    case .outputFolder: "\(rawValue) names the folder in place of _output"
    default: rawValue
    }
  }

  /// Whether a variable of this name decides what a release is, or may be meant to.
  static func isOfRelease(_ name: String) -> Bool {
    ["KUBE_", "KPACK_"].contains { name.utf8.starts(with: $0.utf8) }
      || [outputFolder.rawValue, sourceDateEpoch.rawValue].contains(name)
  }
}
