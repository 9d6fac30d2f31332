// The description of an option, for the parser, --help, the reference pages and the completions.

/// One option.
struct OptionSpec: Sendable {
  /// The long name, without dashes.
  let name: String
  /// A letter that also names it, if any.
  var letter: Character?
  /// Its value; nil for a switch.
  var argument: OptionArgument?
  /// A few words for --help; a default is in parentheses.
  let help: String
  /// The environment variables that set it when it is not given; the first one that is set counts.
  var variables: [EnvironmentVariable] = []

  /// The words that name it on a command line.
  var words: [String] { ["--\(name)"] + (letter.map { ["-\($0)"] } ?? []) }

  /// The option as a user types it: "--root DIR".
  var synopsis: String { "--\(name)\(argument.map { " \($0.name)" } ?? "")" }
}

/// The value of an option.
enum OptionArgument: Sendable {
  case text(String)
  case file(String)
  case folder(String)
  case choice(String, [String])

  /// Its name in help: "DIR".
  var name: String {
    switch self {
    case .text(let name), .file(let name), .folder(let name), .choice(let name, _): name
    }
  }
}

// Options that several commands have as their own.
extension OptionSpec {
  static let level = OptionSpec(
    name: "level", argument: .text("N"), help: "of compression, 0 to 9; else the layout's, 6")

  static let entries = OptionSpec(
    name: "entries", help: "with --format json, one object an entry of each artifact, with its sha256, rule and source")

  static let withStage = OptionSpec(
    name: "with-stage", help: "also put the entries of the tarballs into the stage folder, as `kpack stage` does")

  static let force = OptionSpec(
    name: "force", help: "write tarballs and images that stand there as they would be")

  static let clean = OptionSpec(
    name: "clean", help: "remove leftovers of earlier runs that kpack made and nobody changed")

  static let imageFormat = OptionSpec(
    name: "image-format", argument: .choice("F", ["hybrid", "docker", "oci"]),
    help: "of images: docker, oci, or the hybrid that is both (hybrid)")

  static let releaseNames = OptionSpec(
    name: "release-names",
    help: "in the images folder, images have the name KUBE_DOCKER_REGISTRY/NAME-ARCH:KUBE_DOCKER_IMAGE_TAG too")

  static let cacheLimit = OptionSpec(
    name: "cache-limit", argument: .text("BYTES"), help: "the most bytes to keep in the cache at the end (2 GiB)",
    variables: [.cacheLimit])

  static let limit = OptionSpec(
    name: "limit", argument: .text("BYTES"), help: "refuse archives and images that unpack to more than this (64 GiB)")
}

/// The form of a command's results.
enum ResultFormat: String, Sendable {
  case text, json, mtree
}
