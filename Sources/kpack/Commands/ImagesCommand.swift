// kpack images: plan and write the images, then list them.

import Plan

/// Writes the images of a release.
struct ImagesCommand: Command {
  static let spec = CommandSpec(
    name: "images", arguments: "[NAME...]", summary: "write the images of a release",
    details: """
      Makes the images that the layouts describe, or those that are named, without a container engine: each is its
      base from the bases folder and one layer. Written are, for each, the archive NAME.tar and NAME.docker_tag where
      the tarballs look for them in the stage folder, IMAGES/ARCH/NAME.tar, and DOCKERFILES/ARCH/NAME/, the folder
      that `docker build` makes the same image from. `docker load`, `podman load`, `ctr images import` and skopeo take
      the archives. An archive has the image's own names; with --release-names, the one in the images folder has
      the release's name too, and is then a file of its own. With --oci, or "oci": true in images.json, the images are
      written into one OCI image layout too, each under an index over its platforms, with an archive NAME.oci.tar of
      each. All outputs appear together, or none. An image all of whose files stand there as they would be written is
      left alone, unless --force or --no-cache is given.

      Archives in the images folder and the stage that belong to these images and are not of this run are named in a
      warning. --clean removes those of them that kpack made and nobody changed, with the files beside them.
      """,
    examples: [
      "kpack images --arch amd64", "kpack images kube-proxy --arch amd64,arm64 --stage _output/release-stage",
    ],
    options: [
      OptionSpec(
        name: "arch", argument: .text("A,..."),
        help:
          "only these architectures, such as arm64 or arm/v6, for linux, in place of --platform; may be given several times"
      ),
      .withStage, .imageFormat, .releaseNames, .force, .clean, .cacheLimit,
    ],
    groups: OptionGroup.tree, verbose: ReleaseRun.verbose)

  private let context: CommandContext

  init(_ context: CommandContext) { self.context = context }

  func run() throws {
    try ReleaseRun(context, subject: "the images").run {
      try Planner.planImages($0, $1, names: context.line.arguments)
    }
  }
}
