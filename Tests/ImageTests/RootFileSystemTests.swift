// The root file systems of base images, as the layers that are written from them read back.

@testable import Archive
@testable import Basics
@testable import Files
@testable import Image
import Testing

@Suite struct `Root file systems` {
  /// "MODE OWNER NAME" of each entry, with " -> TARGET" of a link and " SIZE" of a file.
  private static func lines(_ system: RootFileSystem) -> [String] {
    let store = SourceStore(system.contents)
    return (0..<system.entries.count).map { index in
      let entry = system.entries.entry(at: index, size: size(of: system.entries.body(at: index), store))
      let tail =
        switch entry.kind {
        case .file: " \(entry.size)"
        case .symlink: " -> \(escapedName(entry.linkname))"
        default: ""
        }
      return "\(String(entry.mode, radix: 8)) \(entry.uid):\(entry.gid) \(escapedName(entry.name))\(tail)"
    }
  }

  private static func size(of body: TarEntryBody, _ store: SourceStore) -> Int64 {
    switch body {
    case .none: 0
    case .file(_, _, let identity): identity.size
    case .source(let id): store.size(of: id) ?? -1
    }
  }

  /// The bytes of the layer.
  private static func layer(_ system: RootFileSystem) throws -> [UInt8] {
    let rope = Rope(system.entries, in: SourceStore(system.contents))
    var bytes = [UInt8](repeating: 0, count: Int(rope.count))
    try bytes.withUnsafeMutableBytes { try rope.read(from: 0, into: $0) }
    return bytes
  }

  @Test func `a busybox gets folders, links to its applets and two users`() throws {
    let folder = try ImageFolder()
    let busybox = Array("program\0[\0[[\0ash\0busybox\0cat\0\0".utf8)
    let system = try RootFileSystem.busybox(try folder.file(busybox), mtime: 7)
    #expect(
      Self.lines(system) == [
        "755 0:0 bin/", "777 0:0 bin/[ -> busybox", "777 0:0 bin/[[ -> busybox", "777 0:0 bin/ash -> busybox",
        "755 0:0 bin/busybox \(busybox.count)", "777 0:0 bin/cat -> busybox", "755 0:0 dev/", "755 0:0 etc/",
        "644 0:0 etc/group 26", "644 0:0 etc/passwd 75", "755 0:0 home/", "755 0:0 proc/", "700 0:0 root/",
        "755 0:0 sys/", "1777 0:0 tmp/", "755 0:0 usr/", "755 0:0 var/",
      ])
    #expect(system.entries.mtime == 7)
    let layer = String(decoding: try Self.layer(system), as: UTF8.self)
    #expect(layer.contains("root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n\0"))
    #expect(layer.contains("root:x:0:\nnobody:x:65534:\n\0"))
    #expect(layer.contains("program\0[\0[[\0ash\0busybox\0"))
  }

  @Test func `a program that is no busybox is refused`() throws {
    let folder = try ImageFolder()
    let file = try folder.file(SampleELF().bytes)
    #expect(throws: NoBusyboxApplets(path: file.path)) { try RootFileSystem.busybox(file, mtime: 0) }
  }

  @Test func `everything in a folder is an entry, with its permission bits`() throws {
    let folder = try ImageFolder()
    try folder.run(
      """
      mkdir -p a/b a-b empty && chmod 1777 empty && chmod 2750 a/b && printf su >a/su && chmod 4755 a/su &&
      printf x >a/b/x && chmod 600 a/b/x && ln a/b/x a/y && ln -s ../nowhere a/link && : >"$(printf 'n\\351')"
      """)
    let system = try RootFileSystem.folder(folder.path, mtime: 7)
    #expect(
      Self.lines(system) == [
        "755 0:0 a-b/", "755 0:0 a/", "2750 0:0 a/b/", "600 0:0 a/b/x 1", "777 0:0 a/link -> ../nowhere",
        "4755 0:0 a/su 2", "600 0:0 a/y 1", "1777 0:0 empty/", "644 0:0 n%E9 0",
      ])
    #expect(system.entries.mtime == 7)
    #expect(String(decoding: try Self.layer(system), as: UTF8.self).contains("\0su\0"))
  }

  @Test func `a big file is a distinct content, one for all its names`() throws {
    let folder = try ImageFolder()
    try folder.run("head -c 1048576 /dev/zero >big && ln big again && head -c 1048575 /dev/zero >small")
    let system = try RootFileSystem.folder(folder.path, mtime: 0)
    #expect(Self.lines(system) == ["644 0:0 again 1048576", "644 0:0 big 1048576", "644 0:0 small 1048575"])
    let bodies = (0..<3).map { system.entries.body(at: $0) }
    #expect(bodies[0] == bodies[1])
    let isContent = bodies.map { if case .source = $0 { true } else { false } }
    #expect(isContent == [true, true, false])
  }

  @Test func `a folder that is reached through a link is read, one below it is not followed`() throws {
    let folder = try ImageFolder()
    try folder.run("mkdir real && : >real/f && ln -s . real/self && ln -s real link")
    #expect(
      Self.lines(try RootFileSystem.folder("\(folder.path)/link", mtime: 0)) == [
        "644 0:0 f 0", "777 0:0 self -> .",
      ])
  }

  @Test(arguments: [
    ("mkfifo d/p", "d/p", RootFileSystemError.Reason.type(found: "a FIFO")),
    (": >d/.wh.gone", "d/.wh.gone", .whiteout),
    ("mkdir d/.wh..wh..opq", "d/.wh..wh..opq", .whiteout),
  ])
  func `what a layer cannot hold is refused by name`(
    script: String, name: String, reason: RootFileSystemError.Reason
  ) throws {
    let folder = try ImageFolder()
    try folder.run("mkdir d && \(script)")
    let error = RootFileSystemError(path: Array("\(folder.path)/\(name)".utf8), reason: reason)
    #expect(throws: error) { try RootFileSystem.folder(folder.path, mtime: 0) }
  }

  @Test func `a folder that is missing is the system's error`() throws {
    let folder = try ImageFolder()
    let path = "\(folder.path)/none"
    #expect(throws: SystemError(operation: "open", path: path, errno: 2)) {
      try RootFileSystem.folder(path, mtime: 0)
    }
  }

  @Test(arguments: [
    (RootFileSystemError.Reason.type(found: "a FIFO"), "x: a FIFO; a layer is made from files, folders and symlinks"),
    (.whiteout, "x: the name begins with \".wh.\", which deletes a file in a layer"),
    (.tooLong, "x: the name or the target of the link has more than 65535 bytes"),
  ])
  func `a refusal is told in one line`(reason: RootFileSystemError.Reason, text: String) {
    #expect("\(RootFileSystemError(path: Array("x".utf8), reason: reason))" == text)
  }
}
