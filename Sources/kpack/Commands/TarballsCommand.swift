// kpack tarballs: plan and write the tarballs, then list them.

import Plan

/// Writes the tarballs of a release.
struct TarballsCommand: Command {
  static let spec = CommandSpec(
    name: "tarballs", arguments: "[NAME...]", summary: "write the tarballs of a release",
    details: """
      Reads the layouts, checks everything they name, and writes the tarballs into the out folder: all of them, or
      those whose layouts are named (client for client.json, on all its platforms) and the tarballs that these hold.
      The tarballs appear together when the last one is whole; whatever goes wrong before, older ones stay as they
      were. Equal input gives equal bytes, whatever the machine. Results go to standard output, all else to standard
      error.

      An image that a tarball holds is made from its base, as `images` makes it. Where there are no bases it is
      taken from the stage folder as it stands: STAGE/LAYOUT/OS-ARCH/ROOT/TO/NAME.tar and NAME.docker_tag beside it,
      where `stage` puts it too.

      Archives and packages in the out folder that belong to these layouts and are not of this run are named in a
      warning. --clean removes those of them that the record of outputs, kpack-outputs.json beside the stage folder,
      knows as made by kpack and unchanged.
      """,
    examples: [
      "kpack tarballs --stage _output/release-stage",
      "kpack tarballs client node --platform linux/amd64 --format json",
    ],
    options: [.withStage, .level, .imageFormat, .entries, .force, .clean, .cacheLimit], groups: OptionGroup.tree,
    verbose: ReleaseRun.verbose)

  private let context: CommandContext

  init(_ context: CommandContext) { self.context = context }

  func run() throws {
    try ReleaseRun(context, subject: "the tarballs").run {
      try Planner.plan($0, $1, names: context.line.arguments)
    }
  }
}
