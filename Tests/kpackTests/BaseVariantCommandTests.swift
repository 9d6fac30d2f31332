// kpack base for one variant of an architecture: what is made, added and removed.

import Foundation
import Testing

@Suite struct BaseVariantCommandTests {
  @Test(arguments: [
    ("arm", "arm/v7"), ("arm/v5", "arm/v5"), ("arm/v6", "arm/v6"), ("arm64", "arm64"), ("arm64/v8", "arm64/v8"),
    ("amd64/v2", "amd64/v2"), ("ppc64le/power9", "ppc64le/power9"),
  ])
  func `a base that is made from a root file system has the variant that is asked for`(asked: String, made: String)
    throws
  {
    let box = try Sandbox.withRoot()
    try box.sh("tar -C root -cf root.tar .")
    for root in ["root", "root.tar"] {
      let outcome = try box.kpack("base", "add", "one", "--rootfs", root, "--arch", asked, "--bases", root + ".bases")
      #expect(outcome.status == 0 && outcome.errors.hasPrefix("one:latest for linux/\(made): sha256:"), "\(outcome)")
      #expect(try box.platforms(in: "\(root).bases") == ["linux/\(made)"])
    }
  }

  @Test(arguments: [("arm", nil, true), ("arm", 7, false), ("arm/v7", nil, false)] as [(String, UInt8?, Bool)])
  func `a base that is for v7 since nobody says a variant is told`(asked: String, tag: UInt8?, isTold: Bool) throws {
    let box = try Sandbox.withRoot()
    try box.write(Sandbox.busybox(tag), to: "busybox")
    let warning =
      "kpack: warning: nothing says a variant of arm, so the base is for linux/arm/v7; --arch arm/v6 says another\n"
    let made = try box.kpack("base", "make", "one", "--from", "busybox", "--arch", asked, "--bases", "store")
    #expect(made.status == 0 && made.errors.hasSuffix(warning) == isTold, "\(made)")
    let added = try box.kpack("base", "add", "two", "--rootfs", "root", "--arch", asked, "--bases", "store")
    #expect(added.status == 0 && added.errors.hasSuffix(warning) == (asked == "arm"), "\(added)")
  }

  // Tag_CPU_arch of ARMv5TE, ARMv6KZ, ARMv7, ARMv8-A.
  @Test(
    arguments: [
      ([4], "arm", "v5"), ([4, 7], "arm", "v6"), ([10, 7], "arm", "v7"), ([7, 14, 4], "arm", "v8"),
      ([nil], "arm", "v7"), ([nil, 7], "arm", "v6"), ([10], "arm/v6", "v6"),
    ] as [([UInt8?], String, String)])
  func `a folder for arm without a variant has the highest that its executables want`(
    tags: [UInt8?], asked: String, variant: String
  ) throws {
    let box = try Sandbox.withRoot()
    for (number, tag) in tags.enumerated() { try box.write(Sandbox.busybox(tag), to: "root/bin/\(number)") }
    try box.sh("chmod 755 root/bin/*")
    // What is not to be run tells nothing, nor does what is empty, a link, or no program.
    try box.write(Sandbox.busybox(14), to: "root/lib/data")
    try box.sh("cd root/bin && : >empty && echo x >text && ln -s /nowhere link && chmod 755 empty text")
    let outcome = try box.kpack("base", "add", "one", "--rootfs", "root", "--arch", asked, "--bases", "store")
    #expect(outcome.status == 0 && outcome.errors.hasPrefix("one:latest for linux/arm/\(variant): "), "\(outcome)")
  }

  @Test(
    arguments: [
      (4, "arm", "v5"), (7, "arm", "v6"), (nil, "arm", "v7"), (7, "arm/v6", "v6"), (7, "arm/v7", "v7"),
      (10, "arm/v8", "v8"), (nil, "arm/v5", "v5"),
    ] as [(UInt8?, String, String)])
  func `a busybox that wants no more than is asked for makes a base`(tag: UInt8?, asked: String, variant: String) throws
  {
    let box = try Sandbox()
    try box.write(Sandbox.busybox(tag), to: "busybox")
    let outcome = try box.kpack("base", "make", "one", "--from", "busybox", "--arch", asked, "--bases", "store")
    #expect(outcome.status == 0 && outcome.errors.hasPrefix("one:latest for linux/arm/\(variant): "), "\(outcome)")
  }

  @Test(arguments: [
    (10, "arm/v6", "is for linux/arm/v7, asked for is linux/arm/v6"),
    (14, "arm/v7", "is for linux/arm/v8, asked for is linux/arm/v7"),
    (7, "arm/v5", "is for linux/arm/v6, asked for is linux/arm/v5"),
    (7, "arm64/v8", "is for arm, asked for is arm64"),
  ])
  func `a busybox that wants more is refused`(tag: UInt8, asked: String, reason: String) throws {
    let box = try Sandbox()
    try box.write(Sandbox.busybox(tag), to: "busybox")
    let outcome = try box.kpack("base", "make", "one", "--from", "busybox", "--arch", asked, "--bases", "store")
    #expect(outcome == Outcome(status: 3, output: "", errors: "kpack: error: busybox: \(reason)\n"))
    #expect(!box.isThere("store"))
  }

  @Test func `one variant of a file is added, and one of a base removed`() throws {
    let box = try Sandbox.withRoot()
    for architecture in ["arm/v5", "arm/v6", "arm64/v8"] {
      let words = ["base", "add", "one", "--rootfs", "root", "--arch", architecture, "--bases", "old"]
      try #require(try box.kpack(words: words).status == 0)
    }
    let add = ["base", "add", "two", "old", "--bases", "new", "--arch"]
    let there = "linux/arm/v5, linux/arm/v6, linux/arm64/v8"
    // Those of the architecture are looked into, and come last.
    let others = "linux/arm64/v8, linux/arm/v5, linux/arm/v6"
    let missing = "kpack: error: old: is for \(others), not for linux/arm/v7\n"
    #expect(try box.kpack(words: add + ["arm/v7"]) == Outcome(status: 3, output: "", errors: missing))
    #expect(!box.isThere("new"))
    for architecture in ["arm/v6", "arm64"] { try #require(try box.kpack(words: add + [architecture]).status == 0) }
    #expect(try box.platforms(in: "new") == ["linux/arm/v6", "linux/arm64/v8"])
    let remove = ["base", "remove", "one", "--bases", "old", "--arch"]
    let unknown = "kpack: error: old: one:latest: the base is for \(there), not for linux/arm/v7\n"
    let refused = try box.kpack(words: remove + ["arm/v7"])
    // What the adds before replaced goes all the same, and is told.
    #expect(refused.status == 3 && refused.errors.hasSuffix(unknown), "\(refused)")
    try #require(try box.kpack(words: remove + ["arm/v5"]).status == 0)
    #expect(try box.platforms(in: "old") == ["linux/arm/v6", "linux/arm64/v8"])
    try #require(try box.kpack(words: remove + ["arm"]).status == 0)
    #expect(try box.platforms(in: "old") == ["linux/arm64/v8"])
  }
}

extension Sandbox {
  /// A folder with the root file system "root".
  fileprivate static func withRoot() throws -> Sandbox {
    let box = try Sandbox()
    try box.write("root:x:0:0::/:/bin/sh\n", to: "root/etc/passwd")
    return box
  }

  /// A static busybox for arm, as far as its headers, its build attributes, with this Tag_CPU_arch unless that is nil,
  /// and the names of its applets go ("Addenda to, and Errata in, the ABI for the Arm Architecture").
  fileprivate static func busybox(_ architectureTag: UInt8?) -> Data {
    let zeros = { (count: Int) in [UInt8](repeating: 0, count: count) }
    let attributes = [0x41, 17, 0, 0, 0] + Array("aeabi\0".utf8) + [1, 7, 0, 0, 0, 6, architectureTag ?? 0]
    // e_ident, e_type, e_machine (EM_ARM), e_version, e_entry and e_phoff, e_shoff, e_flags, e_ehsize
    var bytes: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 1, 1, 1] + zeros(9) + [2, 0, 40, 0, 1, 0, 0, 0] + zeros(8)
    bytes += [52, 0, 0, 0] + zeros(4) + [52, 0]
    // e_phentsize, e_phnum, e_shentsize, e_shnum, e_shstrndx
    bytes += [32, 0, 0, 0, 40, 0, architectureTag == nil ? 0 : 1, 0, 0, 0]
    // sh_name, sh_type, sh_flags and sh_addr, sh_offset, sh_size, four more
    bytes += zeros(4) + [3, 0, 0, 0x70] + zeros(8) + [92, 0, 0, 0, UInt8(attributes.count), 0, 0, 0] + zeros(16)
    return Data(bytes + attributes + Array("\0[\0[[\0ash\0busybox\0\0".utf8))
  }
}
