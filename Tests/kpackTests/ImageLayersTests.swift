// The layer that kpack adds to a base: what its rules bring to where, on a base whose folders are partly links, and
// that every command makes the same one.

import Foundation
import Testing

@Suite struct ImageLayersTests {
  @Test(arguments: [("v1", ["dir 0755 app", "symlink 0777 app/current", "dir 0755 app/v1"]), ("/srv", nil)])
  func `a workdir is where links of the layer lead`(_ target: String, _ expected: [String]?) throws {
    let entries = #"{"symlink":"\#(target)","to":"app/current"}"#
    let box = try Sandbox.layered(#""entries":[\#(entries)],"workdir":"/app/current""#)
    #expect(try box.layer() == expected ?? ["dir 0755 app", "symlink 0777 app/current"])
  }

  @Test(arguments: ["/issue", "/issue/below", "/lib/file", "/lib/file/below"])
  func `a workdir that is a file, or below one, is refused`(_ folder: String) throws {
    let box = try Sandbox.layered(#""entries":[{"text":"","to":"usr/lib/file"}],"workdir":"\#(folder)""#)
    let message = try box.refusal(2)
    #expect(message.contains("layouts/images.json:1:") && message.contains("the workdir \"\(folder)\""), "\(message)")
  }

  @Test func `a workdir of the base adds nothing`() throws {
    let box = try Sandbox.layered(#""entries":[{"text":"","to":"x"}],"workdir":"/bin""#)
    #expect(try box.layer() == ["file 0644 x"])
  }

  @Test func `a layer that the base has already is one blob for both`() throws {
    let box = try Sandbox.layered(#""entries":[{"text":"x","to":"x"}]"#)
    try box.makeImages()
    #expect(try box.kpack("base", "add", "self", "\(Sandbox.images)/hello.tar").status == 0)
    try box.writeImages(#""g":[{"name":"hello","base":"self","entries":[{"text":"x","to":"x"}]}]"#)
    #expect(try box.digestsOfBothCommands().count == 1)
    let layers = try box.kpack("inspect", "\(Sandbox.images)/hello.tar").lines.filter { $0.hasPrefix("layer") }
    #expect(layers.count == 3 && layers[1] == layers[2])
  }

  @Test func `files go where links of the base lead`() throws {
    let files = [("bin", "usr/bin"), ("opt/top", ""), ("srv/a-long-name", "opt"), ("srv/up/down", "usr/lib")]
    for (asked, stored) in files {
      let box = try Sandbox.layered(
        """
        "entries":[{"file":"small.sh","to":"\(asked)/small.sh"},{"tree":"tree","to":"\(asked)"},
        {"paths":["tree/a.txt"],"to":"\(asked)"}]
        """)
      try box.write("small\n", to: "small.sh")
      try box.write("a\n", to: "tree/a.txt")
      try box.write("b\n", to: "tree/sub/b.txt")
      let prefix = stored.isEmpty ? "" : "\(stored)/"
      let layer = try box.layer().filter { $0.hasPrefix("file") }
      #expect(layer == ["a.txt", "small.sh", "sub/b.txt", "tree/a.txt"].map { "file 0644 \(prefix)\($0)" })
    }
  }

  @Test func `a tree's own folder may be a link of the base`() throws {
    let box = try Sandbox.layered(#""entries":[{"tree":"tree"}]"#)
    try box.write("longer\n", to: "tree/lib/a.txt")
    try box.write("shorter\n", to: "tree/srv/a-long-name/b.txt")
    try box.write("top\n", to: "tree/opt/top/c.txt")
    let layer = try box.layer().filter { $0.hasPrefix("file") }
    #expect(layer == ["file 0644 c.txt", "file 0644 opt/b.txt", "file 0644 usr/lib/a.txt"])
  }

  @Test func `images and tarballs make one image of one layout`() throws {
    let box = try Sandbox.layered(#""binary":"hello","entries":[{"tree":".","to":"src"}]"#)
    try box.sh("mkdir p; mv _output/dockerized/bin p")
    let words = ["--bin", "p/bin"]
    #expect(try box.digestsOfBothCommands(words).count == 1)
    let layer = try box.layer(words)
    #expect(layer.allSatisfy { !$0.contains("src/p/bin/") && !$0.contains("src/_output/bases") }, "\(layer)")
  }

  @Test func `no two images share an output`() throws {
    let other = #"{"name":"hello","base":"base","platforms":["linux/amd64"],"#
    for (settings, path) in [
      (#""file":"second.tar""#, "dockerfiles/amd64/hello"), (#""labels":{}"#, "images/amd64/hello.tar"),
    ] {
      let box = try Sandbox.grouped(#""g":[{"name":"hello","base":"base"}],"h":[\#(other)\#(settings)}]"#)
      let message = try box.refusal(2)
      #expect(message.contains("_output/release-\(path): "), "\(message)")
      #expect(message.contains("groups.g[0]") && message.contains("groups.h[0]"), "\(message)")
    }
  }

  @Test func `the Dockerfile adds an executable once, and its other copies with the rest`() throws {
    let box = try Sandbox.layered(#""binary":"hello","entries":[{"binaries":["hello"],"to":"a"}]"#)
    let places = ["file 0755 a/hello", "file 0755 usr/local/bin/hello"]
    #expect(try box.layer().filter { $0.hasPrefix("file") } == places)
    let rest = try box.paths(in: "\(Sandbox.dockerfilesFolder)/hello/layer.tar")
    #expect(rest == ["a", "a/hello", "usr", "usr/local", "usr/local/bin"])
  }

  @Test func `a folder of the base keeps its mode, unless a rule sets one`() throws {
    let box = try Sandbox.layered(#""entries":[{"tree":"tree"},{"directory":"tmp"},{"directory":"srv","mode":"0750"}]"#)
    try box.sh("mkdir -p tree/root tree/own; chmod 755 tree/root tree/own")
    #expect(try box.layer() == ["dir 0755 own", "dir 0700 root", "dir 0750 srv", "dir 1777 tmp"])
  }

  @Test func `a link of the base to its root names no folder of the layer`() throws {
    let box = try Sandbox.layered(#""entries":[{"directory":"opt/top"},{"text":"","to":"x"}]"#)
    #expect(try box.layer() == ["file 0644 x"])
  }

  @Test func `an image whose flag is off is not made for a tarball that names it`() throws {
    let box = try Sandbox.grouped(
      #""g":[{"name":"hello","base":"base"},{"name":"extra","base":"base","when":"extra"}]"#)
    try box.write(
      #"{"tarball":"s.tar.gz","platforms":"server","entries":[{"images":["hello","extra"]}]}"#,
      to: "layouts/server.json")
    let words = ["tarballs", "--quiet", "--layouts", "layouts", "--version", "v1"]
    #expect(try box.kpack(words: words).status == 0)
    #expect(try box.paths(in: "_output/release-tars/s.tar.gz") == ["hello.docker_tag", "hello.tar"])
    #expect(try box.kpack(words: words + ["--flag", "extra=y"]).status == 0)
    #expect(try box.paths(in: "_output/release-tars/s.tar.gz").count == 4)
  }

  @Test func `a folder in the place of an image is found before any work`() throws {
    for path in ["\(Sandbox.images)/hello.tar", "\(Sandbox.dockerfilesFolder)/hello/Dockerfile"] {
      let box = try Sandbox.layered(#""entries":[{"text":"","to":"x"}]"#)
      try box.write("", to: "\(path)/x")
      let outcome = try box.kpack(words: Sandbox.makeImages)
      let message = "\(path): a folder stands where the output would be written"
      #expect(outcome == Outcome(status: 4, output: "", errors: "kpack: error: \(message)\n"))
    }
  }

  @Test func `all entries that a layer cannot have are told at once`() throws {
    let box = try Sandbox.layered(
      #""entries":[{"text":"","to":"a/.wh.b"},{"text":"","to":"root"},{"directory":"issue"}]"#)
    let message = try box.refusal(2)
    for name in ["a/.wh.b", "issue", "root"] { #expect(message.contains(": \(name): "), "\(message)") }
  }
}

extension Sandbox {
  fileprivate static let makeImages = ["images", "--quiet", "--layouts", "layouts", "--version", "v1"]
  fileprivate static let images = "_output/release-images/amd64"

  /// A project with the image "hello", which says `image` beside its name, on a base with links among its folders.
  fileprivate static func layered(_ image: String) throws -> Sandbox {
    try grouped(#""g":[{"name":"hello","base":"base",\#(image)}]"#)
  }

  /// A project with these groups of images; a tarball holds those of the group "g".
  fileprivate static func grouped(_ groups: String) throws -> Sandbox {
    let box = try Sandbox()
    try box.write(
      #"{"name":"p","platforms":{"server":["linux/amd64"]},"flags":{"extra":{"env":"EXTRA","default":"n"}}}"#,
      to: "layouts/release.json")
    try box.write(
      #"{"tarball":"s.tar.gz","platforms":"server","entries":[{"images":"g","to":"bin"}]}"#,
      to: "layouts/server.json")
    try box.writeImages(groups)
    try box.write("#!/bin/sh\necho hello\n", to: "_output/dockerized/bin/linux/amd64/hello")
    try box.sh(
      """
      chmod 755 _output/dockerized/bin/linux/amd64/hello
      mkdir -p rootfs/usr/bin rootfs/usr/lib rootfs/opt rootfs/tmp rootfs/root rootfs/srv
      ln -s usr/bin rootfs/bin; ln -s usr/lib rootfs/lib; ln -s / rootfs/opt/top; echo issue > rootfs/issue
      ln -s ../opt rootfs/srv/a-long-name; ln -s ../lib/.. rootfs/srv/up; ln -s lib rootfs/usr/down; echo sh > rootfs/usr/bin/sh
      chmod 1777 rootfs/tmp; chmod 700 rootfs/root
      """)
    let outcome = try box.kpack("base", "add", "base", "--rootfs", "rootfs", "--arch", "amd64")
    try #require(outcome.status == 0, "\(outcome.errors)")
    return box
  }

  fileprivate func writeImages(_ groups: String) throws {
    try write(
      #"{"registry":"example.org","bases":{"base":"base","self":"self"},"groups":{\#(groups)}}"#,
      to: "layouts/images.json")
  }

  fileprivate func makeImages(_ words: [String] = [], at location: SourceLocation = #_sourceLocation) throws {
    let outcome = try kpack(words: Self.makeImages + words)
    try #require(outcome.status == 0, "\(outcome)", sourceLocation: location)
  }

  /// What making the images is refused with.
  fileprivate func refusal(_ status: Int32, at location: SourceLocation = #_sourceLocation) throws -> String {
    let outcome = try kpack(words: Self.makeImages)
    #expect(outcome.status == status && outcome.output.isEmpty, "\(outcome)", sourceLocation: location)
    return outcome.errors
  }

  /// What the layer of the image "hello" holds, "TYPE MODE PATH" each.
  fileprivate func layer(_ words: [String] = [], at location: SourceLocation = #_sourceLocation) throws -> [String] {
    try makeImages(words, at: location)
    let outcome = try kpack("inspect", "-v", "\(Self.images)/hello.tar")
    try #require(outcome.status == 0, "\(outcome.errors)", sourceLocation: location)
    let layer = outcome.lines.reversed().prefix { !$0.hasPrefix("layer ") }.reversed()
    // TYPE MODE OWNER SIZE PATH
    return layer.map { $0.split(separator: " ") }.map { "\($0[0]) \($0[1]) \($0[4])" }
  }

  /// The digests of the image "hello" as `kpack images` and `kpack tarballs` make it.
  fileprivate func digestsOfBothCommands(_ words: [String] = []) throws -> Set<Substring> {
    try makeImages(words)
    let outcome = try kpack(words: ["tarballs"] + Self.makeImages.dropFirst() + words)
    try #require(outcome.status == 0, "\(outcome)")
    let digests = try sh(
      """
      sha256sum < \(Self.images)/hello.tar
      tar -xOzf _output/release-tars/s.tar.gz bin/hello.tar | sha256sum
      """)
    return Set(digests.split(separator: "\n"))
  }
}
