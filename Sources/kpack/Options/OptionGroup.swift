// The options that commands share, in groups. A command that reads a tree takes all of them, because release scripts
// pass one set of options to every such command.

/// Options that belong together.
struct OptionGroup: Sendable {
  /// The heading in help.
  let title: String
  let options: [OptionSpec]

  /// The group with only the options of these names.
  func only(_ names: String...) -> OptionGroup { only(names) }

  /// The group with only the options of these names.
  func only(_ names: [String]) -> OptionGroup {
    OptionGroup(title: title, options: options.filter { names.contains($0.name) })
  }

  /// The groups that every command takes which reads a tree.
  static let tree = [folders, release, work]

  static let folders = OptionGroup(
    title: "folders",
    options: [
      OptionSpec(
        name: "root", argument: .folder("DIR"),
        help: "the source tree; else STAGE/../.. when STAGE ends in _output/release-stage, else ."),
      OptionSpec(
        name: "stage", argument: .folder("DIR"), help: "the release's stage folder (ROOT/_output/release-stage)",
        variables: [.outputFolder]),
      OptionSpec(
        name: "bin", argument: .folder("DIR"),
        help: "built binaries as OS/ARCH/NAME, or as the layouts say (dockerized/bin beside STAGE)"),
      OptionSpec(
        name: "out", argument: .folder("DIR"), help: "where the tarballs go (release-tars beside STAGE)"),
      OptionSpec(
        name: "images", argument: .folder("DIR"), help: "where image tars go (release-images beside STAGE)"),
      OptionSpec(
        name: "dockerfiles", argument: .folder("DIR"),
        help: "where folders for docker build go (release-dockerfiles beside STAGE)"),
      OptionSpec(
        name: "oci", argument: .folder("DIR"),
        help: "where `images` and `release` write an OCI image layout of all images, which they do when it is given or "
          + "images.json says so (release-oci beside STAGE)"),
      OptionSpec(
        name: "bases", argument: .folder("DIR"),
        help: "base images, an OCI image layout folder (bases beside STAGE)"),
    ])

  static let release = OptionGroup(
    title: "release",
    options: [
      OptionSpec(
        name: "layouts", argument: .folder("DIR"), help: "a folder of layouts in place of the built-in ones"),
      OptionSpec(
        name: "platform", argument: .text("OS/ARCH,..."),
        help: "only these platforms, such as linux/amd64 or linux/arm/v6; may be given several times",
        variables: [.buildPlatforms]),
      OptionSpec(
        name: "fast", help: "the layouts' fast platforms in place of their lists", variables: [.fastBuild]),
      OptionSpec(
        name: "flag", argument: .text("NAME=y|n"),
        help: "turn a flag of the layouts on or off; may be given several times"),
      OptionSpec(
        name: "version", argument: .text("V"), help: "the release's version; else what git says",
        variables: [.gitVersionFile, .gitVersion]),
      OptionSpec(
        name: "epoch", argument: .text("N"),
        help: "time of every entry, seconds since 1970; else the layout's, the commit's, 0",
        variables: [.sourceDateEpoch]),
    ])

  static let work = OptionGroup(
    title: "threads and cache",
    options: [
      OptionSpec(
        name: "jobs", letter: "j", argument: .text("N"),
        help: "threads; the output does not depend on it (processors)"),
      OptionSpec(
        name: "cache", argument: .folder("DIR"),
        help: "keep compressed contents there for the next run (STAGE/../kpack-cache)", variables: [.cache]),
      OptionSpec(name: "no-cache", help: "keep nothing for the next run and use nothing of the last"),
    ])

  /// The group that every command takes, for pages about all of them.
  static let ofAll = output([.text, .json], details: "what the command's own help says")

  /// The group that every command takes; `formats` are those of its results, `details` what --verbose adds.
  static func output(_ formats: [ResultFormat], details: String?) -> OptionGroup {
    OptionGroup(
      title: "output",
      options: [
        OptionSpec(
          name: "format", argument: .choice("F", formats.map(\.rawValue)),
          help: "of the results: \(formats.map(\.rawValue).joined(separator: ", ")) (text; on a terminal "
            + "with rounded sizes and short digests)"),
        OptionSpec(name: "quiet", letter: "q", help: "no progress and no warnings"),
        OptionSpec(
          name: "verbose", letter: "v", help: details.map { "also tell \($0)" } ?? "nothing more, in this command"),
        OptionSpec(name: "color", help: "color on any output"),
        OptionSpec(name: "no-color", help: "no color, not on a terminal either", variables: [.noColor]),
        OptionSpec(name: "help", letter: "h", help: "print this help"),
      ])
  }
}
