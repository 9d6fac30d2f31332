// The options of the command line as a table: what parses them, and what --help prints.

/// One option.
struct OptionSpec {
  /// The long name, without dashes.
  let name: String
  /// A letter that stands for it, if any.
  var letter: Character?
  /// What its argument is called; nil for a switch.
  var argument: String?
  /// One line for --help.
  let help: String
  /// The environment variable that feeds it when it is not given.
  var environment: String?
}

extension OptionSpec {
  /// What every command takes.
  static let common: [OptionSpec] = [
    OptionSpec(
      name: "root", argument: "DIR",
      help: "the source tree; else STAGE/../.. when STAGE ends in _output/release-stage, else ."),
    OptionSpec(
      name: "stage", argument: "DIR", help: "the release's stage folder (ROOT/_output/release-stage)",
      environment: "OUT_DIR names the folder in place of _output"),
    OptionSpec(name: "bin", argument: "DIR", help: "built binaries as OS/ARCH/NAME (dockerized/bin beside STAGE)"),
    OptionSpec(name: "out", argument: "DIR", help: "where the tarballs go (release-tars beside STAGE)"),
    OptionSpec(name: "images", argument: "DIR", help: "where image tars go (release-images beside STAGE)"),
    OptionSpec(name: "bases", argument: "DIR", help: "base images, an OCI image layout folder (bases beside STAGE)"),
    OptionSpec(name: "layouts", argument: "DIR", help: "a folder of layouts in place of the built-in ones"),
    OptionSpec(
      name: "platform", argument: "OS/ARCH,...", help: "only these platforms; may be given several times",
      environment: "KUBE_BUILD_PLATFORMS"),
    OptionSpec(
      name: "fast", help: "the layouts' fast platforms in place of their lists", environment: "KUBE_FASTBUILD=true"),
    OptionSpec(
      name: "flag", argument: "NAME=y|n", help: "turn a flag of the layouts on or off; may be given several times"),
    OptionSpec(
      name: "version", argument: "V", help: "the release's version; else what git says",
      environment: "KUBE_GIT_VERSION_FILE, KUBE_GIT_VERSION"),
    OptionSpec(
      name: "epoch", argument: "N", help: "time of every entry, seconds since 1970; else the layout's, the commit's, 0",
      environment: "SOURCE_DATE_EPOCH"),
    OptionSpec(name: "level", argument: "N", help: "of compression, 0 to 9; else the layout's, 6"),
    OptionSpec(
      name: "jobs", letter: "j", argument: "N", help: "threads; the output does not depend on it (processors)"),
    OptionSpec(
      name: "cache", argument: "DIR", help: "keep compressed contents there for the next run (STAGE/../kpack-cache)",
      environment: "KPACK_CACHE"),
    OptionSpec(
      name: "cache-limit", argument: "BYTES", help: "the most bytes to keep there at the end (2 GiB)",
      environment: "KPACK_CACHE_LIMIT"),
    OptionSpec(name: "no-cache", help: "keep nothing for the next run and use nothing of the last"),
    OptionSpec(
      name: "force",
      help: "write tarballs and images that stand there as they would be; overwrite what `layouts export` finds in its "
        + "place"),
    OptionSpec(name: "format", argument: "F", help: "of the results: text or json (plan: also mtree)"),
    OptionSpec(name: "quiet", letter: "q", help: "no progress and no warnings"),
    OptionSpec(name: "verbose", letter: "v", help: "also tell what was found: folders, version, time"),
    OptionSpec(name: "color", help: "color on any output"),
    OptionSpec(name: "no-color", help: "no color, not on a terminal either", environment: "NO_COLOR"),
    OptionSpec(name: "help", letter: "h", help: "print this help"),
  ]
}
