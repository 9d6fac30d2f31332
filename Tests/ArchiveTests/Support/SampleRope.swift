// An archive with pieces of every kind, and its bytes put together the plain way to compare with.

@testable import Archive
@testable import Basics
@testable import Files
import Glibc
@testable import TestSupport

/// A rope over files in a folder of its own, and the same archive as one array.
struct SampleRope: ~Copyable {
  private let folder: TemporaryFolder
  let rope: Rope
  /// Headers, contents, padding and end mark, joined.
  let whole: [UInt8]
  /// The contents that are 1 MiB or more, or artifacts, in the order of their entries.
  let alone: [SourceID]

  init() throws {
    let folder = try TemporaryFolder()
    var builder = SampleBuilder()
    try builder.addPlainEntries()
    for size in [0, 1, 511, 512, 513, 70_000] { try builder.addFile(size: size, in: folder) }
    try builder.addBytes(sizes: [0, 513, (1 << 20) - 1, 1 << 20])
    try builder.addLargeFile(size: (1 << 20) + 511, in: folder)
    try builder.addExtents(in: folder)
    try builder.addArtifact(size: 700, in: folder)
    let store = SourceStore(builder.table)
    builder.finish(store)
    rope = Rope(builder.list, in: store)
    whole = builder.whole + [UInt8](repeating: 0, count: 1024)
    alone = builder.alone
    self.folder = folder
  }

  /// The file `name` of the folder that holds the sources.
  func path(_ name: String) -> String { "\(folder.path)/\(name)" }
}

/// Builds the list of entries and the plain bytes side by side.
private struct SampleBuilder {
  var list = TarEntryList(mtime: 1_500_000_000)
  var table = SourceTable()
  var whole: [UInt8] = []
  var alone: [SourceID] = []
  private var random = SplitMix(seed: 11)
  private var spool: Spool?
  private var artifact: SourceFile?

  mutating func addPlainEntries() throws {
    add("root/", .directory, mode: 0o755)
    add("root/" + String(repeating: "d", count: 200) + "/", .directory, mode: 0o755)
    add("root/é", .symlink, mode: 0o777, link: "root/" + String(repeating: "t", count: 600))
    add("root/link", .symlink, mode: 0o777, link: "target")
  }

  mutating func addFile(size: Int, in folder: borrowing TemporaryFolder) throws {
    let contents = random.bytes(size)
    let source = try SourceFile.planned(at: folder.write(contents, to: "f\(size)"))
    let number = list.add(folder: Array("\(folder.path)/".utf8))
    add("root/f\(size)", .file, body: .file(folder: number, dropping: 5, source.identity), contents)
  }

  mutating func addBytes(sizes: [Int]) throws {
    for size in sizes {
      let contents = random.text(size)
      let id = table.add(.bytes(contents))
      if size >= 1 << 20 { alone.append(id) }
      add("root/bytes\(size)", .file, body: .source(id), contents)
    }
  }

  mutating func addLargeFile(size: Int, in folder: borrowing TemporaryFolder) throws {
    let contents = random.bytes(size)
    let id = table.add(.file(try .planned(at: folder.write(contents, to: "large"))))
    alone += [id, id]
    add("root/large", .file, body: .source(id), contents)
    add("root/large-again", .file, body: .source(id), contents)
    add("root/large-linked", .hardlink, link: "root/large")
  }

  mutating func addExtents(in folder: borrowing TemporaryFolder) throws {
    let spool = try Spool(near: folder.path)
    let contents = random.text(5000)
    try contents.withUnsafeBytes { try spool.append($0) }
    self.spool = spool
    for (offset, count) in [(0, 1000), (1000, 4000), (4999, 1), (5000, 0)] {
      let id = table.add(.extent(spool: 3, offset: Int64(offset), count: Int64(count)))
      add("root/extent\(offset)", .file, body: .source(id), Array(contents[offset..<(offset + count)]))
    }
  }

  mutating func addArtifact(size: Int, in folder: borrowing TemporaryFolder) throws {
    let contents = random.bytes(size)
    artifact = try .planned(at: folder.write(contents, to: "artifact"))
    let id = table.add(.artifact(4))
    alone.append(id)
    add("root/artifact", .file, body: .source(id), contents)
  }

  func finish(_ store: SourceStore) {
    if let spool { store.add(spool: spool, number: 3) }
    if let artifact { store.finish(artifact: 4, as: artifact) }
  }

  private mutating func add(
    _ name: String, _ kind: TarEntryKind, mode: UInt16 = 0o644, link: String = "", body: TarEntryBody = .none,
    _ contents: [UInt8] = []
  ) {
    let (name, link) = (Array(name.utf8), Array(link.utf8))
    _ = list.append(name: name, kind: kind, mode: mode, owner: .root, linkname: link, body: body)
    let root = Array("root".utf8)
    whole += TarHeader.encode(
      TarEntry(
        name: name, kind: kind, mode: mode, size: Int64(contents.count), mtime: list.mtime, linkname: link,
        uname: root, gname: root))
    whole += Tar.padded(contents)
  }
}
