// kpack release: all artifacts of a release, in one transaction.

import Plan

/// Writes the tarballs, the packages and the images of a release.
struct ReleaseCommand: Command {
  static let spec = CommandSpec(
    name: "release", arguments: "[NAME...]", summary: "write the tarballs, packages and images of a release",
    details: """
      Makes what `images`, `tarballs` and `packages` make, or those layouts and images that are named, in one run: all
      outputs appear together when the last one is whole, and whatever goes wrong before, older ones stay as they were.
      Each image is planned once, its layer is hashed once, and a file is compressed once for all that hold it.

      Without names it also writes checksum files: SHA256SUMS and SHA512SUMS in the out folder and in each folder of
      images, over what it made there, or those that "checksums" in release.json says.

      Results go to standard output, first of the images, then of the tarballs, then of the packages, then of the
      checksum files; with --format json one object each, as `images`, `tarballs` and `packages` print them.
      """,
    examples: [
      "kpack release --stage _output/release-stage",
      "kpack release --layouts layouts --version 1.2.0",
    ],
    options: [.withStage, .level, .imageFormat, .releaseNames, .entries, .force, .clean, .cacheLimit],
    groups: OptionGroup.tree, verbose: ReleaseRun.verbose)

  private let context: CommandContext

  init(_ context: CommandContext) { self.context = context }

  func run() throws {
    try ReleaseRun(context, subject: "the artifacts").run {
      try Planner.planRelease($0, $1, names: context.line.arguments)
    }
  }
}
