// The compact list of an archive's entries: what goes in comes out, in the order of the bytes of the names.

@testable import Archive
@testable import Basics
@testable import Files
@testable import TestSupport
import Testing

struct TarEntryListTests {
  private static func list(_ names: [String]) -> TarEntryList {
    var list = TarEntryList(mtime: 0)
    for (index, name) in names.enumerated() {
      _ = list.append(
        name: Array(name.utf8), kind: name.hasSuffix("/") ? .directory : .file, mode: 0o644, owner: .root,
        origin: UInt32(index))
    }
    return list
  }

  private static func names(_ list: TarEntryList) -> [[UInt8]] { (0..<list.count).map { Array(list.name(at: $0)) } }

  @Test func `an entry comes back as it was added`() {
    var list = TarEntryList(mtime: 1_500_000_000)
    let owner = Owner(uid: 1000, gid: .max)
    let isAdded = list.append(
      name: Array("a/s".utf8), kind: .symlink, mode: 0o777, owner: owner, linkname: Array("t".utf8), origin: 7)
    #expect(isAdded)
    #expect(list.count == 1)
    #expect(list.kind(at: 0) == .symlink)
    #expect(list.body(at: 0) == .none)
    #expect(list.origin(at: 0) == 7)
    #expect(list.sourceFile(at: 0) == nil)
    let entry = TarEntry(
      name: Array("a/s".utf8), kind: .symlink, mode: 0o777, mtime: 1_500_000_000, linkname: Array("t".utf8), uid: 1000,
      gid: 4_294_967_295)
    #expect(list.entry(at: 0, size: 0) == entry)
  }

  @Test(
    arguments: [(0, 0, "root", "root"), (0, 5, "root", ""), (5, 0, "", "root")] as [(UInt32, UInt32, String, String)])
  func `the owner's names follow from the numbers alone`(uid: UInt32, gid: UInt32, uname: String, gname: String) {
    var list = TarEntryList(mtime: 0)
    _ = list.append(name: [97], kind: .file, mode: 0, owner: Owner(uid: uid, gid: gid))
    let entry = list.entry(at: 0, size: 0)
    #expect(entry.uname == Array(uname.utf8))
    #expect(entry.gname == Array(gname.utf8))
  }

  @Test func `entries sort by the bytes of their names, folders with their slash`() {
    let sorted = ["A", "a", "a-b", "a.b", "a/", "a/x", "a0", "e\u{301}", "z", "é"]
    var list = Self.list(sorted.reversed())
    list.sort()
    #expect(Self.names(list) == sorted.map { Array($0.utf8) })
  }

  @Test func `entries of one name stay in the order in which they were added`() {
    var list = Self.list(["b", "a", "b", "a", "b"])
    list.sort()
    #expect((0..<5).map { list.origin(at: $0) } == [1, 3, 0, 2, 4])
  }

  @Test(arguments: [[], [0], [4], [0, 1, 2, 3, 4], [1, 3], [0, 4]])
  func `the entries at the given indexes are taken out`(indexes: [Int]) {
    var list = Self.list(["a", "b", "c", "d", "e"])
    list.remove(at: indexes)
    let kept = (0..<5).filter { !indexes.contains($0) }
    #expect((0..<list.count).map { Int(list.origin(at: $0)) } == kept)
    #expect(Self.names(list) == kept.map { [UInt8(97 + $0)] })
  }

  @Test func `a name or a link name that is too long is refused`() {
    var list = TarEntryList(mtime: 0)
    let longest = [UInt8](repeating: 97, count: ByteArena.longest)
    let isAdded = [(longest, longest), (longest + [97], []), ([97], longest + [97])].map { name, link in
      list.append(name: name, kind: .symlink, mode: 0o777, owner: .root, linkname: link)
    }
    #expect(isAdded == [true, false, false])
    #expect(list.count == 1)
  }

  @Test func `a source file's path is its folder and the rest of the name`() throws {
    let folder = try TemporaryFolder()
    let identity = try SourceFile.planned(at: folder.write([1, 2])).identity
    var list = TarEntryList(mtime: 0)
    let number = list.add(folder: Array("src/".utf8))
    #expect(number == 0)
    _ = list.append(
      name: Array("root/a/b".utf8), kind: .file, mode: 0o644, owner: .root,
      body: .file(folder: number, dropping: 5, identity))
    #expect(list.sourceFile(at: 0) == SourceFile(path: Array("src/a/b".utf8), identity: identity))
  }
  @Test func `a source file stays the same under another name`() throws {
    let folder = try TemporaryFolder()
    let identity = try SourceFile.planned(at: folder.write([1, 2])).identity
    var list = TarEntryList(mtime: 0)
    let body = TarEntryBody.file(folder: list.add(folder: Array("src/".utf8)), dropping: 5, identity)
    for name in ["longer/root/a/b", "b"] {
      let moved = list.body(body, of: Array("root/a/b".utf8), renamed: Array(name.utf8))
      _ = list.append(name: Array(name.utf8), kind: .file, mode: 0o644, owner: .root, body: moved)
    }
    for index in 0..<2 {
      #expect(list.sourceFile(at: index) == SourceFile(path: Array("src/a/b".utf8), identity: identity))
    }
    #expect(list.body(.none, of: [97], renamed: [98]) == .none)
  }
}
