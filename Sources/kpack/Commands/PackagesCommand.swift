// kpack packages: plan and write the deb and rpm packages, then list them.

import Plan

/// Writes the packages of a release.
struct PackagesCommand: Command {
  static let spec = CommandSpec(
    name: "packages", arguments: "[NAME...]", summary: "write the deb and rpm packages of a release",
    details: """
      Reads the layouts, checks everything they name, and writes the packages into the out folder: all of them, or those
      whose layouts are named (kubelet for kubelet.json), in each format and on each platform that the layout has. The
      packages appear together when the last one is whole; whatever goes wrong before, older ones stay as they were.
      Equal input gives equal bytes, whatever the machine. No dpkg and no rpm is needed.

      Versions and architectures are translated: v1.8.0-beta.1 for linux/arm64 is 1.8.0~beta.1 for arm64 in a deb and for
      aarch64 in an rpm. The packages are not signed: `rpmsign --addsign` and the tools of a repository do that.
      """,
    examples: [
      "kpack packages --stage _output/release-stage",
      "kpack packages kubelet --platform linux/amd64 --format json",
    ],
    options: [.level, .entries, .force, .clean, .cacheLimit], groups: OptionGroup.tree,
    verbose: ReleaseRun.verbose)

  private let context: CommandContext

  init(_ context: CommandContext) { self.context = context }

  func run() throws {
    try ReleaseRun(context, subject: "the packages").run {
      try Planner.planPackages($0, $1, names: context.line.arguments)
    }
  }
}
