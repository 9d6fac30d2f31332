// What --help says of the commands about images.

extension CommandSpec {
  static let images = CommandSpec(
    name: .images, arguments: "[NAME...]", summary: "write the images of a release",
    details: """
      Makes the images that the layouts describe, or those that are named, without a container engine: each is its base
      from the bases folder and one layer. Written are, for each, the archive NAME.tar and NAME.docker_tag where the
      tarballs look for them in the stage folder, and IMAGES/ARCH/NAME.tar and IMAGES/ARCH/NAME.dockerbuild/, the folder
      that `docker build` makes the same image from. `docker load`, `podman load`, `ctr images import` and skopeo take
      the archives. All outputs appear together, or none. An image all of whose files stand there as they would be
      written is left alone, unless --force or --no-cache is given.
      """,
    examples: [
      "kpack images --arch amd64", "kpack images kube-proxy --arch amd64,arm64 --stage _output/release-stage",
    ],
    options: [
      OptionSpec(
        name: "arch", argument: "A,...",
        help: "only these architectures, for linux, in place of --platform; may be given several times"),
      imageFormat,
    ])

  static let imageFormat = OptionSpec(
    name: "image-format", argument: "F", help: "of images: docker, oci, or the hybrid that is both (hybrid)")

  static let inspect = CommandSpec(
    name: .inspect, arguments: "FILE", summary: "tell what an image is made of",
    details: """
      Reads and verifies the image archive or OCI layout folder FILE and tells, for each image in it, its platform, names,
      digest, settings and layers; with -v the entries of each layer too. --format json gives one object an image.
      """,
    examples: ["kpack inspect kube-proxy.tar", "kpack inspect -v _output/bases"],
    options: [limit])

  static let base = CommandSpec(
    name: .base,
    arguments: "add REF (FILE | --rootfs PATH --arch A) | make REF --from PATH | remove REF | list | lock",
    summary: "fill, list, lock and clear the folder of base images",
    details: """
      The bases folder is an OCI image layout: `skopeo copy docker://busybox oci:_output/bases:busybox` fills it, and so
      does `base add`: it takes the archive of `docker save`, an OCI archive or an OCI layout folder, or makes a base from
      a root file system, a tar archive or a folder (whose files are then owned by 0:0). `base make busybox` makes one from
      a static busybox executable of any architecture. Made for arm without a variant, a base has the highest one that the
      executables in the folder, or the busybox, want, and v7 where they do not tell. A REF can hold several
      platforms. `base lock` writes BASES/bases.lock.json; from then on a base that differs from it is refused. `base
      remove` takes out all platforms of REF, or those of --arch A, and all blobs that no base needs any more, also where
      there is no REF; where REF has the digest of a manifest or of an index, or is one, what has that digest. No other
      tool should write into the folder meanwhile.
      """,
    examples: [
      "kpack base make busybox --from /bin/busybox --arch amd64",
      "kpack base add debian:12 debian.tar --bases _output/bases",
      "kpack base add my/base:1 --rootfs root.tar --arch arm64 --cmd /bin/sh",
    ],
    options: [
      OptionSpec(name: "name", argument: "NAME", help: "of the images in FILE the one of this name, where none is REF"),
      OptionSpec(name: "rootfs", argument: "PATH", help: "make the base from this tar archive or folder"),
      OptionSpec(name: "from", argument: "PATH", help: "of make, the static busybox executable"),
      OptionSpec(
        name: "arch", argument: "A",
        help: """
          the architecture of the base, such as amd64, or arm/v6 with its variant; of FILE, or of remove's REF, only \
          that one, for linux
          """),
      OptionSpec(
        name: "cmd", argument: "WORD", help: "with --rootfs or make, a word of its command; may be given several times"),
      OptionSpec(
        name: "env", argument: "NAME=VALUE", help: "with --rootfs or make, a variable; may be given several times"),
      limit,
    ])
}
