// Bases as other tools write them, through the commands: what is read with a warning, what becomes of zstd, and that the
// images over them are whole.

import Foundation
import Testing

@Suite struct FieldImageTests {
  /// A box with the archive image.tar of an image of two layers, the upper one `upper` as shell makes it from the folder
  /// "upper" to standard output, and packed by `pack`.
  private static func box(upper: String, pack: String = "cat") throws -> Sandbox {
    let box = try Sandbox()
    try box.sh(
      """
      mkdir -p lower/bin upper/opt; echo sh > lower/bin/sh; printf 123 > upper/opt/x
      tar -C lower -cf 0.tar bin; tar -C upper -cf full.tar opt
      \(upper) > plain.tar; \(pack) < plain.tar > 1.tar
      ids=$(for f in 0.tar plain.tar; do sha256sum $f | sed 's/ .*//; s/.*/"sha256:&"/'; done | paste -sd,)
      printf '{"architecture":"amd64","os":"linux","rootfs":{"diff_ids":[%s]},"history":null}' "$ids" > config.json
      echo '[{"Config":"config.json","RepoTags":["base:1"],"Layers":["0.tar","1.tar"]}]' > manifest.json
      tar -cf image.tar config.json manifest.json 0.tar 1.tar
      """)
    return box
  }

  @Test func `a base whose layer lacks its end is added with a warning, and said again where it is used`() throws {
    let box = try Self.box(upper: "head -c 1027 full.tar")
    let outcome = try box.kpack("base", "add", "base:1", "image.tar", "--bases", "bases")
    let cut = "opt/x: the archive ends after 0 of 509 bytes that pad the contents"
    #expect(outcome.status == 0)
    let warning = "kpack: warning: image.tar: manifest.json: [0].Layers[1]: 1.tar: \(cut)\n"
    #expect(outcome.errors.hasPrefix(warning), "\(outcome)")
    let made = try box.makeApp()
    #expect(made.status == 0 && made.errors.contains(cut), "\(made)")
    let image = try box.kpack("inspect", "-v", "_output/release-images/amd64/app.tar")
    #expect(image.status == 0, "\(image)")
    for line in ["name         [2001:db8::1]:5000/team/app:1.0", "name         [fe80::1]:5000/app-amd64:v1"] {
      #expect(image.lines.contains { $0 == line }, "\(image.output)")
    }
    #expect(image.lines.contains { $0.hasSuffix(" opt/x") } && image.lines.contains { $0.hasSuffix(" new") })
    #expect(image.errors.contains(cut))
  }

  @Test(arguments: [(":", "cat"), (":", "gzip"), ("head -c 1024 /dev/zero", "cat")])
  func `an image may stand over a layer of nothing`(upper: String, pack: String) throws {
    let box = try Self.box(upper: upper, pack: pack)
    let added = try box.kpack("base", "add", "base:1", "image.tar", "--bases", "bases")
    #expect(added.status == 0 && !added.errors.contains("warning"), "\(added)")
    let made = try box.makeApp()
    #expect(made.status == 0, "\(made)")
    let lines = try box.kpack("inspect", "_output/release-images/amd64/app.tar").lines
    #expect(lines.filter { $0.hasPrefix("layer") }.count == 3)
  }

  @Test func `an image may stand over a base without layers`() throws {
    let box = try Sandbox()
    try box.write(#"{"architecture":"amd64","os":"linux","rootfs":{"diff_ids":null}}"#, to: "config.json")
    try box.write(#"[{"Config":"config.json","RepoTags":null,"Layers":null}]"#, to: "manifest.json")
    try box.sh("tar -cf image.tar config.json manifest.json")
    #expect(try box.kpack("base", "add", "base:1", "image.tar", "--bases", "bases").status == 0)
    let made = try box.makeApp()
    #expect(made.status == 0, "\(made)")
    let lines = try box.kpack("inspect", "_output/release-images/amd64/app.tar").lines
    #expect(lines.filter { $0.hasPrefix("layer") }.count == 1)
  }

  @Test func `a base whose layer lacks contents is refused`() throws {
    let box = try Self.box(upper: "head -c 1026 full.tar")
    let outcome = try box.kpack("base", "add", "base:1", "image.tar", "--bases", "bases")
    let reason = "1.tar: opt/x at byte 512: the archive ends after 2 of 3 bytes of contents"
    let message = "kpack: error: image.tar: manifest.json: [0].Layers[1]: \(reason)\n"
    #expect(outcome == Outcome(status: 3, output: "", errors: message))
    #expect(!box.isThere("bases"))
  }

  @Test(.enabled(if: Program.isThere("zstd")))
  func `layers, archives of images and of root file systems may be compressed with zstd`() throws {
    let box = try Self.box(upper: "cat full.tar", pack: "zstd -q")
    try box.sh("zstd -q image.tar full.tar; zstd -qc full.tar | head -c 100 > cut.tar.zst")
    for words in [
      ["base:1", "image.tar"], ["base:1", "image.tar.zst"], ["two", "--rootfs", "full.tar.zst", "--arch=amd64"],
    ] {
      let outcome = try box.kpack(words: ["base", "add"] + words + ["--bases", "bases"])
      #expect(outcome.status == 0 && !outcome.errors.contains("warning"), "\(outcome)")
    }
    let made = try box.makeApp()
    #expect(made.status == 0, "\(made)")
    let lines = try box.kpack("inspect", "-v", "_output/release-images/amd64/app.tar").lines
    #expect(lines.contains { $0.hasSuffix(" opt/x") } && !lines.contains { $0.contains("zstd") })
    #expect(try box.kpack("list", "full.tar.zst") == box.kpack("list", "full.tar"))
    let cut = try box.kpack("list", "cut.tar.zst")
    #expect(cut.status == 3 && cut.errors.contains("cut.tar.zst: zstd: the file ends at byte 100, inside a frame"))
  }

  @Test(.enabled(if: Program.isThere("zstd")))
  func `a system without libzstd is told what lacks, and does without where it can`() throws {
    let box = try Self.box(upper: "cat full.tar", pack: "zstd -q")
    try box.sh("zstd -q image.tar full.tar")
    // What the system finds in the place of the library is none.
    try box.write("", to: "none/libzstd.so.1")
    let environment = ["LD_LIBRARY_PATH": "\(box.root)/none"]
    let lacks = "is compressed with zstd, which takes the system's libzstd (libzstd.so.1), which is not here"
    for (words, place) in [
      (["list", "full.tar.zst"], "full.tar.zst"), (["base", "add", "base:1", "image.tar.zst"], "image.tar.zst"),
      (["base", "add", "base:1", "image.tar"], "image.tar: manifest.json: [0].Layers[1]: 1.tar"),
    ] {
      let outcome = try box.kpack(words: words, environment: environment)
      #expect(outcome.status == 3 && outcome.errors.hasPrefix("kpack: error: \(place): \(lacks)"), "\(outcome)")
    }
    #expect(try box.kpack(words: ["list", "full.tar"], environment: environment).status == 0)
  }
}

extension Sandbox {
  /// Makes the image "app", of one file over the base "base:1", for registries of IPv6 addresses.
  fileprivate func makeApp() throws -> Outcome {
    try write(#"{"name":"p","platforms":{"all":["linux/amd64"]},"archive":{"root":"p"}}"#, to: "layouts/release.json")
    try write(
      """
      {"registry":"[2001:db8::1]:5000/team","bases":{"b":"base:1"},"groups":{"all":[{"name":"app","base":"b",
      "platforms":["linux/amd64"],"entries":[{"text":"x","to":"new"}]}]}}
      """, to: "layouts/images.json")
    return try kpack(
      words: [
        "images", "--layouts", "layouts", "--version", "1.0", "--bases", "bases", "--no-cache", "--release-names",
      ],
      environment: ["KUBE_DOCKER_REGISTRY": "[fe80::1]:5000", "KUBE_DOCKER_IMAGE_TAG": "v1"])
  }
}
