// kpack stage: fill the stage folder with what is in the tarballs, for the scripts that read it.

import Plan

/// Fills the stage folder.
struct StageCommand: Command {
  static let spec = CommandSpec(
    name: "stage", arguments: "[NAME...]", summary: "fill the stage folder with what is in the tarballs",
    details: """
      Puts the entries of the tarballs, of all or of those whose layouts are named, into the stage folder:
      STAGE/LAYOUT/OS-ARCH for a tarball of a platform, STAGE/LAYOUT for one without; a layout may name another folder
      by "stage", or none. Each folder holds what `tar x` of the tarball gives, archives of images included, and
      takes the place of the older one as a whole. Files are hard links where mode and file system allow, else copies.
      No archive is written but into the stage.

      `tarballs`, `images` and `release` do the same in their run with --with-stage.

      Folders of other platforms beside those that it makes in the stage are named in a warning. --clean removes
      those of them that kpack made and nobody changed.
      """,
    examples: [
      "kpack stage --stage _output/release-stage",
      "kpack stage server --platform linux/amd64 --format json",
    ],
    options: [.level, .imageFormat, .force, .clean, .cacheLimit], groups: OptionGroup.tree, verbose: ReleaseRun.verbose)

  private let context: CommandContext

  init(_ context: CommandContext) { self.context = context }

  func run() throws {
    try ReleaseRun(context, subject: "the stage folders").run {
      try Planner.planStage($0, $1, names: context.line.arguments)
    }
  }
}
