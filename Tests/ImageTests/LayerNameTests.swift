// Names of entries in layers: a leading "/" is the root of the image, as to all engines, and ".." is refused.

@testable import Archive
@testable import Basics
@testable import Image
@testable import TestSupport
import Testing

struct LayerNameTests {
  @Test func `a leading slash is the root, in names, targets of hard links and whiteouts`() throws {
    let lower = [
      Member(name: "/", kind: .directory), Member(name: "/bin/", kind: .directory), Member(name: "/bin/sh", bytes: [1]),
      Member(name: "//opt/", kind: .directory), Member(name: "//opt/one", bytes: [1]), Member(name: "/./opt/two"),
      Member(name: ".//opt/three"), Member(name: "/bin/link", kind: .hardlink, link: "/bin/sh"),
      Member(name: "etc/link", kind: .hardlink, link: "./bin/sh"),
      Member(name: "/lib", kind: .symlink, link: "/usr/lib"),
      Member(name: "/usr/lib/", kind: .directory), Member(name: "/srv/old"), Member(name: "/srv/older"),
    ]
    let upper = [
      Member(name: "/opt/.wh.one"), Member(name: "//lib/new"), Member(name: "/srv/.wh..wh..opq"),
      Member(name: "/srv/new"),
    ]
    let image = try LayeredImage([.init(Member.tar(lower)), .init(Member.tar(upper))]).docker.readAsArchive()
    #expect(image.warnings == [])
    for name in ["bin/sh", "bin/link", "etc/link", "opt/two", "opt/three", "usr/lib/new", "srv/new"] {
      #expect(image.entry(name) == "file", "\(name)")
    }
    for name in ["opt/one", "srv/old", "srv/older"] { #expect(image.entry(name) == nil, "\(name)") }
    #expect(image.entry("lib") == "symlink /usr/lib")
  }

  @Test(arguments: ["../x", "/../x", "a/../x", "/a/..", "..", "a/../.wh.x", "/opt/.wh..."])
  func `a name with two dots is refused, wherever they are`(name: String) throws {
    let image = LayeredImage([Member(name: name), Member(name: "x")])
    let error = try #require(throws: ImageError.self) { _ = try image.docker.readAsArchive() }
    let reason = name.hasSuffix(".wh...") ? "a whiteout of no name" : "a name with '..'"
    #expect(error.reason == "0: \(name): \(reason)")
    #expect(error.field == "[0].Layers[0]")
  }

  @Test func `a link out of the image's root stays within it`() throws {
    let image = LayeredImage([Member(name: "bin/sh"), Member(name: "/x", kind: .symlink, link: "../../etc")])
    #expect(try image.docker.readAsArchive().entry("x") == "symlink ../../etc")
  }

  @Test func `the archive of a root file system may have absolute names`() throws {
    let folder = try ImageFolder()
    let tar = Member.tar([Member(name: "/bin/", kind: .directory), Member(name: "/bin/sh", bytes: [1])])
    let base = NewBase(
      try Reference("sample:1"), for: Platform(os: "linux", architecture: "amd64"), settings: ImageSettings(),
      created: 0)
    let image = try base.image(from: .file(path: folder.write(tar, to: "root.tar")), spoolingNear: "/tmp")
    #expect(image.entry("bin/sh") == "file")
    let whiteout = try folder.write(Member.tar([Member(name: "/bin/.wh.sh")]), to: "whiteout.tar")
    let error = try #require(throws: ImageError.self) {
      _ = try base.image(from: .file(path: whiteout), spoolingNear: "/tmp")
    }
    #expect(error.reason.contains("/bin/.wh.sh: the name begins with \".wh.\""))
  }
}
