// The commands: their words in --help and the options of their own.

import BuiltInLayouts

/// A command of kpack.
enum CommandName: String, CaseIterable {
  case tarballs, images, plan, list, inspect, base, layouts, cache
  case versionVars = "version-vars"
}

/// What --help says of a command.
struct CommandSpec {
  let name: CommandName
  let arguments: String
  let summary: String
  let details: String
  let examples: [String]
  var options: [OptionSpec] = []

  /// All options that the command takes.
  var allOptions: [OptionSpec] { options + OptionSpec.common }

  static func of(_ name: CommandName) -> CommandSpec {
    switch name {
    case .tarballs: tarballs
    case .images: images
    case .plan: plan
    case .list: list
    case .inspect: inspect
    case .base: base
    case .layouts: layouts
    case .cache: cache
    case .versionVars: versionVars
    }
  }

  private static let tarballs = CommandSpec(
    name: .tarballs, arguments: "[NAME...]", summary: "write the tarballs of a release",
    details: """
      Reads the layouts, checks everything they name, and writes the tarballs into the out folder: all of them, or
      those whose layouts are named (client for client.json, on all its platforms) and the tarballs that these hold.
      The tarballs appear together when the last one is whole; whatever goes wrong before, older ones stay as they
      were. Equal input gives equal bytes, whatever the machine. Results go to standard output, all else to standard
      error.

      An image that a tarball holds is made from its base, as `images` makes it. Where there are no bases it is
      taken from the stage folder as it stands: STAGE/LAYOUT/OS-ARCH/ROOT/TO/NAME.tar and NAME.docker_tag beside it.
      """,
    examples: [
      "kpack tarballs --stage _output/release-stage",
      "kpack tarballs client node --platform linux/amd64 --format json",
    ],
    options: [imageFormat])

  private static let plan = CommandSpec(
    name: .plan, arguments: "[NAME...]", summary: "tell what would be written, and by which rule",
    details: """
      Lists every entry of every tarball that `tarballs` would write, without writing anything: with its type, mode,
      size, the rule it comes from and its source. --format json gives one object a line, with the keys artifact,
      path, type, mode, size (null when it is not known yet), link, rule and source. --format mtree gives a
      specification that bsdtar reads, for one NAME on one platform.
      """,
    examples: [
      "kpack plan server --platform linux/amd64",
      "kpack plan salt --format mtree | bsdtar -cf salt.tar @-",
    ])

  private static let list = CommandSpec(
    name: .list, arguments: "FILE", summary: "list the entries of a tar archive, plain, gzip or zstd",
    details: """
      Lists the entries of a tarball, an image tar or a layer: type, mode, owner, size, time, SHA-256 and name. What
      can be read in more than one way is refused with exit code 3; what is readable but unsafe or sloppy is listed
      with a warning. --format json gives one object a line, with the keys path, type, mode, uid, gid, size, link,
      mtime and sha256. Bytes of a name that are no text are shown as %XX.
      """,
    examples: ["kpack list kubernetes-salt.tar.gz", "kpack list --format json kubernetes.tar.gz"],
    options: [limit])

  static let limit = OptionSpec(
    name: "limit", argument: "BYTES", help: "refuse archives and images that unpack to more than this (64 GiB)")

  private static let layouts = CommandSpec(
    name: .layouts, arguments: "export DIR | check [DIR]", summary: "write out the built-in layouts, or check a set",
    details: """
      `export` writes a built-in set of layouts and the JSON Schema into DIR, to be edited and used with --layouts DIR;
      files that are there already are overwritten with --force only. The sets are kubernetes-1.7, which is what all
      commands use without --layouts, and kpack, a small one: kpack itself is released with it. `check` reads a set of
      layouts, that of DIR, of --layouts or kubernetes-1.7, and tells every mistake with file, line, column and path.
      """,
    examples: ["kpack layouts export my-layouts", "kpack layouts check my-layouts"],
    options: [
      OptionSpec(
        name: "set", argument: "NAME",
        help: "the built-in set that `export` writes: \(BuiltInSet.all.map(\.name).joined(separator: " or ")) "
          + "(\(BuiltInSet.standard.name))")
    ])

  private static let cache = CommandSpec(
    name: .cache, arguments: "info | prune | verify", summary: "tell of what is kept between runs, or remove of it",
    details: """
      `tarballs` keeps what it deflated, and what came of each tarball, so that the next run deflates only what is new;
      `images` keeps what came of each image. What stands there as it would be written is then left alone. They are kept
      in the folder that --cache or KPACK_CACHE names, else in kpack-cache beside STAGE where the folder for that is
      there. It can be removed at any time. `info` tells how much there is; `prune` removes what was not used for longest,
      until no more than --cache-limit is left, as each run does at its end, unless a signal ends it; `verify` reads all
      of it and removes what is damaged, which a run does too with what it reads. A folder that holds other things and
      no CACHEDIR.TAG of kpack is never used, and an error here.
      """,
    examples: ["kpack cache info", "kpack cache prune --cache-limit 0 --cache _output/kpack-cache"])

  private static let versionVars = CommandSpec(
    name: .versionVars, arguments: "", summary: "print the version variables of a tree",
    details: """
      Prints KUBE_GIT_COMMIT, KUBE_GIT_TREE_STATE, KUBE_GIT_VERSION, KUBE_GIT_MAJOR and KUBE_GIT_MINOR as
      hack/lib/version.sh finds them (from KUBE_GIT_VERSION_FILE, git, an exported archive or the environment), and
      KUBE_LDFLAGS, the linker flags that put them into a Go binary. The output is a file that KUBE_GIT_VERSION_FILE
      may name.
      """,
    examples: ["kpack version-vars --root .", "go build -ldflags \"$(kpack version-vars --ldflags)\" ./cmd/..."],
    options: [
      OptionSpec(name: "ldflags", help: "print the linker flags alone"),
      OptionSpec(
        name: "package", argument: "PATH",
        help: "Go package whose variables the linker flags set; may be given several times (those of Kubernetes)"),
    ])
}
