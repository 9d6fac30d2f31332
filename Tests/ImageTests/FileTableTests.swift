// Paths of an image lead where they would lead in a container, and layers change them as a runtime does.

@testable import Archive
@testable import Image
@testable import TestSupport
import Testing

struct FileTableTests {
  /// The table that a root file system of these layers makes.
  private static func table(_ layers: [[Member]]) throws -> FileTable {
    let folder = try ImageFolder()
    let tars = layers.map { Member.tar($0) }
    let ids = tars.map { "\"sha256:\(sha($0))\"" }.joined(separator: ",")
    let config = Array(
      "{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\(ids)]}}".utf8)
    let names = layers.indices.map { "\"\($0).tar\"" }.joined(separator: ",")
    let manifest = Array("[{\"Config\":\"\(sha(config)).json\",\"Layers\":[\(names)]}]".utf8)
    let members = tars.enumerated().map { Member(name: "\($0).tar", bytes: $1) }
    let path = try folder.write(
      Member.tar(
        members + [
          Member(name: "\(sha(config)).json", bytes: config), Member(name: "manifest.json", bytes: manifest),
        ]), to: "image.tar")
    return try ImageSourceTests.read(path).files
  }

  private static func link(_ name: String, _ target: String) -> Member {
    Member(name: name, kind: .symlink, link: target)
  }

  @Test(
    arguments: [
      ("lib/x", "usr/lib/x"), ("lib", "usr/lib"), ("abs/x", "usr/lib/x"), ("up/x", "x"), ("chain/x", "usr/lib/x"),
      ("../../lib/x", "usr/lib/x"), ("usr/lib/../y", "usr/y"), ("new/folder", "new/folder"), ("", ""), ("loop", nil),
      ("loop/x", nil), ("file/x", nil), ("file", "file"),
    ] as [(String, String?)])
  func `symlinks are followed inside the root`(path: String, resolved: String?) throws {
    let table = try Self.table([
      [
        Member(name: "./usr/lib/", kind: .directory), Self.link("lib", "usr/lib"), Self.link("abs", "/usr/./lib"),
        Self.link("up", "../../.."), Self.link("chain", "abs"), Self.link("loop", "loop"), Member(name: "file"),
      ]
    ])
    #expect(table.resolve(Array(path.utf8)) == resolved.map { Array($0.utf8) })
    let obstacle = resolved == nil ? (path.hasPrefix("loop") ? FileTable.Obstacle.loop : .file) : nil
    #expect(table.obstacle(on: Array(path.utf8)) == obstacle)
  }

  @Test func `whiteouts hide what is below, wherever they stand in their layer`() throws {
    let table = try Self.table([
      [Member(name: "a/old"), Member(name: "b/old"), Member(name: "c/old"), Member(name: "d/old")],
      [
        Member(name: "a/new"), Member(name: "a/.wh..wh..opq"), Member(name: "b/.wh.old"), Member(name: ".wh.c"),
        Member(name: "d"), Member(name: ".wh..wh.plnk"),
      ],
    ])
    let there = ["a", "b", "c", "d", "a/new", "a/old", "b/old", "c/old", "d/old", "a/.wh..wh..opq", ".wh.c"].filter {
      table[Array($0.utf8)] != nil
    }
    #expect(there == ["a", "b", "d", "a/new"])
    #expect(table[Array("d".utf8)]?.kind == .file)
  }

  @Test func `a hard link is what it leads to`() throws {
    let table = try Self.table([[Member(name: "a"), Member(name: "b", kind: .hardlink, link: "./a")]])
    var wanted = FileTable.Entry(kind: .file, mode: 0o755)
    // The bytes are those behind the header of the file itself.
    wanted.contents = FileTable.Contents(layer: 0, offset: 512, count: 0)
    #expect(table[Array("b".utf8)] == wanted)
  }

  /// A path of 2040 parts.
  private static let deep = [String](repeating: "a", count: 2040).joined(separator: "/")

  @Test func `the longest of paths are walked once`() throws {
    let table = try Self.table([(0..<50).map { Member(name: "\(Self.deep)/\($0)") }, [Self.link("b", "a/a")]])
    #expect(table[Array("\(Self.deep)/49".utf8)]?.kind == .file)
    #expect(table.resolve(Array("b/x".utf8)) == Array("a/a/x".utf8))
    #expect(table.resolve(Array("\(Self.deep)/7/x".utf8)) == nil)
  }

  @Test(arguments: [
    (Member(name: "/a/../x"), "a name with '..'"), (Member(name: "a/../x"), "a name with '..'"),
    (Member(name: "file/x"), "below something that is no folder"), (Member(name: "loop/x"), "below a loop of links"),
    (Member(name: ".wh..."), "a whiteout of no name"),
    (Member(name: "h", kind: .hardlink, link: "none"), "a hard link to none, which is no file"),
    (link("l", String(repeating: "x", count: 4097)), "a link target of 4097 bytes"),
    (Member(name: String(repeating: "x", count: 4097)), "a name of 4097 bytes"),
  ])
  func `what no runtime could unpack is refused`(member: Member, fault: String) throws {
    let before = [Member(name: "file"), Self.link("loop", "loop")]
    let error = try #require(throws: ImageError.self) { _ = try Self.table([before + [member]]) }
    #expect(error.field == "[0].Layers[0]")
    #expect(error.reason.contains(": \(fault)"), "\(error)")
  }
}
