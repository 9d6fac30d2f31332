// Text from outside that drives a terminal: wherever it stands, no line that kpack prints has it in it.

@testable import Basics
import Foundation
import Testing

/// The documents of a release: all that a layout can say, with something of each verb, option and setting.
private let release = """
  {"$schema": "s", "name": "p", "platforms": {"server": ["linux/amd64"], "here": "present"}, "fast": ["linux/amd64"],
   "fastWith": [{"variable": "V", "prefix": "x", "platforms": {"server": ["linux/arm"]}}],
   "override": "intersect", "binaries": {"server": ["tool"]}, "flags": {"f": {"env": "F", "default": "y", "onWith": ["A"]}},
   "archive": {"root": "top", "owner": "0:0", "exclude": ["*~"], "mode": "0755", "mtime": 1, "level": 6}}
  """
private let tarball = """
  {"$schema": "s", "tarball": "p-{version}-{os}.tar.gz", "platforms": "server", "when": "f",
   "archive": {"root": "top-{version}", "owner": "source", "exclude": ["#*"], "mode": "source"},
   "entries": [
     {"binaries": "server", "to": "bin", "optional": true, "mode": "0755"}, {"binaries": ["tool"], "to": "more"},
     {"images": "all", "to": "images"}, {"images": ["tool"], "to": "named"},
     {"file": "a", "to": "f", "platforms": ["linux/*"]}, {"tree": "d", "to": "t", "include": ["*"], "exclude": ["*~"]},
     {"paths": ["a", "d"], "to": "p"}, {"text": "{version}", "to": "v", "overlay": true}, {"directory": "empty"},
     {"symlink": "v", "to": "l", "when": "!f"}, {"symlink": "v", "to": "m", "platforms": "here"},
     {"artifact": "q", "to": "q.tar.gz"}]}
  """
private let images = """
  {"$schema": "s", "registry": "example.org", "bases": {"base": {"ref": {"amd64": "base"}, "entries": [{"directory": "b"}]},
   "other": "x/{arch}"}, "repository": {"amd64": "{registry}/{name}", "*": "{registry}/{name}-{arch}"}, "tag": "{version}",
   "groups": {"all": [{"binary": "tool", "name": "tool", "to": "usr/bin", "base": "base", "repository": "{registry}/n",
    "tag": "{md5}", "file": "{name}.tar", "outputs": ["stage", "images"], "env": {"E": "e"}, "cmd": ["c"],
    "entrypoint": ["e"], "workdir": "/w", "user": "u", "labels": {"l": "v"}, "platforms": "server", "when": "f",
    "entries": [{"text": "x", "to": "etc/x"}]},
    {"name": "extra", "base": "other", "env": ["A=b"], "platforms": ["linux/amd64"], "when": "!f"}]}}
  """

/// Command lines; "%" is where the poison goes.
private let commandLines = [
  "%",
  "help %",
  "plan %",
  "plan --%",
  "plan --fast=%",
  "-%",
  "plan -%",
  "plan --flag f=%",
  "plan --flag %=y",
  "plan --platform linux/%",
  "plan --jobs %",
  "plan --epoch=%",
  "plan --level=%",
  "plan --format=%",
  "plan --layouts %",
  "images %",
  "images --arch=%",
  "images --image-format=%",
  "images --layouts=layouts %",
  "list %",
  "inspect %",
  "list --limit=% x",
  "layouts %",
  "layouts check %",
  "layouts export new%",
  "layouts export new%",
  "layouts export json% --format=json",
  "base %",
  "base add % x",
  "base add x %",
  "base add x % --arch=%",
  "base add x --rootfs % --arch=amd64",
  "base add x --rootfs=rootfs --arch=%",
  "base add x --rootfs=rootfs --arch=amd64 --cmd=[% --env=%",
  "base make x --from=%",
  "base add x --rootfs=rootfs --arch=amd64 --cmd=% --env=%=% --bases=b%",
  "base remove %",
  "base remove x --arch=%",
  "base remove base --bases=b%",
  "base list --bases=b%",
  "base lock --bases=b%",
  "base lock --bases=%",
  "cache %",
  "cache info --cache=%",
  "cache info --cache=% --format=json",
  "cache info --cache-limit=%",
  "version-vars %",
  "version-vars --package=%",
  "version-vars --package=% --ldflags",
  "version-vars --version=% --format=json",
  "version-vars --version=%",
  "tarballs --layouts=layouts --version=% q",
  "tarballs -v",
]

@Suite struct PoisonTests {
  /// A release of these documents that can be planned.
  private func project() throws -> Sandbox {
    let box = try Sandbox()
    for (name, text) in [("release", release), ("p", tarball), ("images", images)] {
      try box.write(text, to: "layouts/\(name).json")
    }
    try box.write(#"{"tarball": "q.tgz", "entries": [{"text": "q", "to": "q"}]}"#, to: "layouts/q.json")
    try box.write("#!/bin/sh\n", to: "_output/dockerized/bin/linux/amd64/tool")
    try box.write("a\n", to: "a")
    try box.write("b\n", to: "d/b")
    try box.write("root:x:0:0::/:/bin/sh\n", to: "rootfs/etc/passwd")
    try box.write("what runs the tool\n", to: "rootfs/bin/sh")
    try box.sh("chmod 755 rootfs/bin/sh _output/dockerized/bin/linux/amd64/tool")
    try #require(try box.kpack("base", "add", "base", "--rootfs", "rootfs", "--arch", "amd64").status == 0)
    return box
  }

  private static let plan = ["plan", "--layouts", "layouts", "--version", "v1"]

  @Test func `the release that is poisoned can be planned, packed and its images made`() throws {
    let box = try project()
    for words in [Self.plan, ["tarballs"] + Self.plan.dropFirst(), ["images"] + Self.plan.dropFirst()] {
      let outcome = try box.kpack(words: words)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
  }

  @Test(arguments: [("release", release), ("p", tarball), ("images", images)])
  func `a string or key of a layout is never shown raw`(name: String, text: String) throws {
    let box = try project()
    let document = try PoisonedDocument(text)
    for number in 0..<document.count {
      for (index, change) in Poison.changes.enumerated() {
        let poisoned = document.text(number, change)
        try box.write(poisoned, to: "layouts/\(name).json")
        // Each of the forms in its turn.
        let form = (number + index) % 3
        let words = form == 0 ? ["--format=json"] : form == 1 ? ["--verbose", "--flag", "f=n"] : []
        try box.kpack(words: Self.plan + words).expectClean(poisoned)
      }
    }
  }

  @Test func `a word of the command line is never shown raw`() throws {
    let box = try project()
    let options = ["root", "stage", "bin", "out", "images", "bases", "cache", "version"]
    let plans = options.map { "plan --layouts layouts --version v1 --\($0)=x%" }
    let packs = options.map { "tarballs -v --layouts layouts --version v1 --\($0)=x%" }
    let lines = (commandLines + plans + packs).map { $0.split(separator: " ").map { String($0) } }
    for line in lines {
      for poison in [Poison.full, Poison.quiet, "\(Poison.quiet)x"] {
        let words = line.map { $0.replacing("%", with: poison) }
        try box.kpack(words: words).expectClean("\(words)")
      }
    }
  }

  @Test(arguments: [
    "KUBE_GIT_VERSION", "KUBE_GIT_VERSION_FILE", "KUBE_GIT_COMMIT", "KUBE_GIT_TREE_STATE", "KUBE_GIT_MAJOR",
    "KUBE_GIT_MINOR", "KUBE_FASTBUILD", "KUBE_BUILD_PLATFORMS", "KUBE_DOCKER_REGISTRY", "KUBE_DOCKER_IMAGE_TAG",
    "OUT_DIR", "SOURCE_DATE_EPOCH", "KPACK_CACHE", "KPACK_CACHE_LIMIT", "F", "TMPDIR", "NO_COLOR",
  ])
  func `a variable of the environment is never shown raw`(name: String) throws {
    let box = try project()
    // The other half of the names of Docker, so that each of them counts.
    let others = [
      "KUBE_DOCKER_REGISTRY": "r", "KUBE_DOCKER_IMAGE_TAG": "t", "KUBE_GIT_VERSION": "v1", "KUBE_GIT_COMMIT": "c",
    ]
    for poison in [Poison.full, Poison.quiet, "x\(Poison.quiet)"] {
      let environment = others.merging([name: poison]) { $1 }
      for words in [
        ["plan", "--layouts", "layouts"], ["tarballs", "-v", "--layouts", "layouts"], ["version-vars"],
        ["images", "--layouts", "layouts"], ["images", "--layouts", "layouts", "--release-names"],
        ["inspect", "_output/bases"], ["cache", "info"],
      ] {
        try box.kpack(words: words, environment: environment).expectClean("\(name) \(words)")
      }
    }
  }

  @Test func `a version file is never shown raw`() throws {
    let box = try project()
    let lines = [
      "KUBE_GIT_VERSION='v1%'", "%", "KUBE_GIT_COMMIT=%", "KUBE_GIT_VERSION=v1\nKUBE_GIT_TREE_STATE='%'", "%=x",
    ]
    for line in lines {
      for poison in [Poison.full, Poison.quiet] {
        try box.write(line.replacing("%", with: poison), to: "version")
        let environment = ["KUBE_GIT_VERSION_FILE": "version"]
        for words in [
          ["version-vars"], ["version-vars", "--format=json"], ["version-vars", "--ldflags"],
          ["plan", "--layouts=layouts"],
        ] {
          try box.kpack(words: words, environment: environment).expectClean(line)
        }
      }
    }
  }

  @Test func `the name of a file is never shown raw`() throws {
    let box = try project()
    let names = ["\(Poison.quiet)x", Poison.full]
    let places = [
      "d", ".", "layouts", "_output/dockerized/bin", "_output/dockerized/bin/linux", "_output/release-tars",
      "_output/bases",
      "_output/bases/blobs/sha256", "rootfs", "_output/release-stage/p/linux-amd64/top-v1/images",
    ]
    for place in places {
      for name in names {
        let box = try project()
        try box.write("x", to: "\(place)/\(name)")
        try box.write("x", to: "\(place)/\(name).json")
        try box.write("x", to: "\(place)/\(name).tar.gz/x")
        for words in [
          Self.plan, Self.plan + ["--format=json"], Self.plan + ["p", "--format=mtree"],
          ["tarballs"] + Self.plan.dropFirst(),
          ["base", "list"], ["base", "lock"], ["base", "add", "y", "--rootfs", "rootfs", "--arch=amd64"],
          ["layouts", "check", "layouts"],
        ] { try box.kpack(words: words).expectClean("\(place) \(words)") }
      }
    }
    for name in names {
      try box.write("x", to: name)
      for words in [["list", name], ["inspect", name], ["base", "add", "z", name], ["layouts", "check", name]] {
        try box.kpack(words: words).expectClean("\(words)")
      }
    }
  }

  @Test func `the names in an archive are never shown raw`() throws {
    let box = try Sandbox()
    for poison in [Poison.full, Poison.quiet, "\(Poison.quiet)x"] {
      try box.sh("rm -rf in && mkdir in && echo x >in/x")
      try box.sh("mkdir \"in/$1\" && ln -s \"$1\" \"in/$1/l\" && ln in/x \"in/h$1\" && echo y >\"in/$1/$1\"", poison)
      try box.sh(
        "tar --owner=\"$1:1\" --group=\"$1:1\" -cf a.tar -C in . && tar --format=gnu -cf b.tar -C in .", poison)
      try box.sh(
        "tar --format=pax --pax-option=\"comment=$1\" -czf a.tar.gz -C in . && head -c 700 a.tar >c.tar", poison)
      try box.sh(
        "printf '%s' \"$1\" | cat - a.tar >d.tar; cp in/x plain && gzip -fN plain && cat plain.gz a.tar.gz >e.tar.gz",
        poison)
      for name in try box.names(in: "") where name != "in" {
        for words in [
          ["list", name], ["list", "--format=json", name], ["base", "add", "r", "--rootfs", name, "--arch=amd64"],
        ] {
          try box.kpack(words: words).expectClean("\(words)")
        }
      }
    }
  }

  @Test func `what git knows is never shown raw`() throws {
    let box = try Sandbox()
    try box.write(#"{"name": "p"}"#, to: "layouts/release.json")
    try box.write(#"{"tarball": "p.tgz", "entries": [{"git": "HEAD"}]}"#, to: "layouts/p.json")
    try box.write("x", to: "tree/d/\(Poison.quiet)x")
    try box.sh(
      "cd tree && git init -q && git add . && git commit -qm \"$1\" && git tag \"v1.0.0-$2\" -m \"$1\"", Poison.quiet,
      "x\u{E0041}\u{200E}")
    for words in [["plan", "--format=json"], ["plan"], ["tarballs", "-v"]] {
      try box.kpack(words: words + ["--root=tree", "--layouts=layouts"]).expectClean("\(words)")
    }
    try box.kpack("version-vars", "--root=tree").expectClean("version-vars")
    try box.sh("printf '%s' \"ref: refs/heads/$1\" >tree/.git/HEAD", Poison.quiet)
    try box.kpack("plan", "--root=tree", "--layouts=layouts").expectClean("HEAD")
    try box.kpack("version-vars", "--root=tree").expectClean("HEAD")
  }
}

// The documents of images
extension PoisonTests {
  private static let layerDigest = "LAYER"
  private static let config = """
    {"architecture": "amd64", "os": "linux", "variant": "v", "author": "a", "created": "2017-01-01T00:00:00Z",
     "config": {"User": "u", "Env": ["PATH=/bin"], "Cmd": ["c"], "Entrypoint": ["e"], "WorkingDir": "/w", "Labels": {"l": "v"},
      "Volumes": {"/v": {}}, "ExposedPorts": {"80/tcp": {}}, "StopSignal": "SIGINT", "Shell": ["/bin/sh"]},
     "rootfs": {"type": "layers", "diff_ids": ["sha256:LAYER"]}, "history": [{"created_by": "c", "comment": "x"}]}
    """
  private static let manifest = """
    {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
     "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "sha256:CONFIG", "size": 0},
     "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": "sha256:LAYER", "size": 0,
      "annotations": {"a": "b"}}], "annotations": {"k": "v"}}
    """
  private static let index = """
    {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [
     {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "sha256:MANIFEST", "size": 0,
      "platform": {"os": "linux", "architecture": "amd64", "variant": "v", "os.features": ["f"]},
      "annotations": {"org.opencontainers.image.ref.name": "docker.io/library/base:latest", "io.containerd.image.name": "base", "x": "y"}}],
     "annotations": {"a": "b"}}
    """
  private static let dockerManifest =
    #"[{"Config": "CONFIG.json", "RepoTags": ["base:latest"], "Layers": ["LAYER/layer.tar"], "X": "y"}]"#

  /// `text` with the digest and the size of `bytes` in the place of `word` and of the number behind it.
  private func linked(_ text: String, _ word: String, _ bytes: Data) throws -> String {
    let digest = "\(SHA256.digest(of: Array(bytes)))"
    return text.replacing("\"sha256:\(word)\",\"size\":0", with: "\"sha256:\(digest)\",\"size\":\(bytes.count)")
      .replacing(word, with: digest)
  }

  /// Writes the image with these documents as a layout and as an archive of docker save.
  private func write(_ config: String, _ manifest: String, _ index: String, _ docker: String, to box: Sandbox) throws {
    let layer = try box.read("layer.tar")
    let config = Data(try linked(config, "LAYER", layer).utf8)
    let manifest = Data(try linked(try linked(manifest, "LAYER", layer), "CONFIG", config).utf8)
    try box.sh("rm -rf oci docker && mkdir -p oci/blobs/sha256 docker")
    for blob in [layer, config, manifest] {
      try box.write(blob, to: "oci/blobs/sha256/\(SHA256.digest(of: Array(blob)))")
    }
    try box.write(try linked(index, "MANIFEST", manifest), to: "oci/index.json")
    try box.write(#"{"imageLayoutVersion": "1.0.0"}"#, to: "oci/oci-layout")
    try box.write(layer, to: "docker/\(SHA256.digest(of: Array(layer)))/layer.tar")
    try box.write(config, to: "docker/\(SHA256.digest(of: Array(config))).json")
    try box.write(try linked(try linked(docker, "LAYER", layer), "CONFIG", config), to: "docker/manifest.json")
    try box.sh("tar -cf docker.tar -C docker $(ls docker)")
  }

  private static let looks = [
    ["inspect", "oci"], ["inspect", "--format=json", "oci"], ["inspect", "-v", "docker.tar"],
    ["inspect", "--format=json", "docker.tar"], ["base", "list", "--bases=oci"], ["base", "lock", "--bases=oci"],
    ["base", "list", "--format=json", "--bases=oci"], ["base", "add", "other", "oci"],
    ["base", "add", "base", "docker.tar"],
    ["images", "--layouts=layouts", "--version=v1", "--bases=oci"],
    ["plan", "--layouts=layouts", "--version=v1", "--bases=oci"],
  ]

  /// The documents in one line without blanks, as digests are put in by `linked`.
  private static let documents = [config, manifest, index, dockerManifest]

  @Test(arguments: 0..<4) func `a string or key of an image is never shown raw`(which: Int) throws {
    let box = try project()
    try box.sh("tar -cf layer.tar -C rootfs etc")
    let plain = try Self.documents.map { try PoisonedDocument($0).text(-1) { $0 } }
    try write(plain[0], plain[1], plain[2], plain[3], to: box)
    for words in Self.looks.prefix(7) {
      let outcome = try box.kpack(words: words)
      #expect(outcome.status == 0, "\(words) \(outcome)")
    }
    let document = try PoisonedDocument(plain[which])
    for number in 0..<document.count {
      for (index, change) in Poison.changes.prefix(2).enumerated() {
        var texts = plain
        texts[which] = document.text(number, change)
        try write(texts[0], texts[1], texts[2], texts[3], to: box)
        for (place, words) in Self.looks.enumerated() where (place + number + index) % 2 == 0 {
          try box.kpack(words: words).expectClean("\(words) \(texts[which])")
        }
      }
    }
  }

  @Test(arguments: ["_output/bases/bases.lock.json", "_output/bases/oci-layout", "_output/bases/index.json"])
  func `a string or key of a store of bases is never shown raw`(path: String) throws {
    let box = try project()
    try #require(try box.kpack("base", "lock").status == 0)
    let document = try PoisonedDocument(String(decoding: try box.read(path), as: UTF8.self))
    for number in 0..<document.count {
      for change in Poison.changes.prefix(2) {
        let text = document.text(number, change)
        try box.write(text, to: path)
        for words in [
          ["base", "list"], ["base", "lock"], ["base", "remove", "x"], Self.plan, ["inspect", "_output/bases"],
        ] {
          try box.kpack(words: words).expectClean("\(words) \(text)")
          try box.write(text, to: path)
        }
      }
    }
  }
}
