// An archive as layouts see it: its entries below its root folder, and of each file what it is.

import Archive
import Basics
import Image

/// What an archive holds.
struct ArchiveContents {
  /// One entry; its path is below the root, without "./" and slashes at its end.
  struct Item {
    let path: [UInt8]
    let entry: TarEntry
    let digest: Digest?
    /// The machines that it is for, when it is a program or a library of a known format.
    let machines: Machines?
    /// The contents of a small file; nil of others.
    let text: [UInt8]?

    var isFile: Bool { entry.kind == .file || entry.kind == .hardlink }
    var mode: FileMode { FileMode(bits: entry.mode) }
    var isExecutable: Bool { entry.mode & 0o100 != 0 }
  }

  /// The path of the archive, for messages.
  let path: String
  /// Its name, without folders.
  let fileName: [UInt8]
  /// The folder that all entries are in; "." for names that begin with "./", empty for neither.
  private(set) var root: [UInt8] = []
  /// In the order of the archive, without the root itself.
  private(set) var items: [Item] = []
  /// The time of all entries; nil when they have several.
  let time: Int64?
  /// The permission bits of the root folder where it is an entry.
  private(set) var rootMode: FileMode?
  /// Whether there are entries for the folders that its files are in.
  private(set) var hasFolders = true

  /// Reads the archive at `path`; `warning` is given what is sloppy in it.
  init(reading path: String, limit: Int64, warning: (TarWarning) throws -> Void) throws {
    self.path = path
    let bytes = Array(path.utf8)
    fileName = Array(bytes[(bytes.lastIndex(of: Self.slash).map { $0 + 1 } ?? 0)...])
    var found: [Item] = []
    if try ZipReader.isZip(path: bytes) {
      var reader = try ZipReader.opening(bytes, limit: limit)
      while let entry = try reader.next() {
        for found in reader.takeWarnings() { try warning(found) }
        var sum = ContentsSum()
        try reader.readContents { chunk throws(ArchiveError) in sum.take(chunk) }
        found.append(try sum.item(entry, isWhole: true))
      }
    } else {
      var reader = try TarReader(path: bytes, limit: limit)
      while let entry = try reader.next() {
        for found in reader.takeWarnings() { try warning(found) }
        var sum = ContentsSum()
        let isWhole = try reader.readContents { chunk throws(ArchiveError) in sum.take(chunk) }
        found.append(try sum.item(entry, isWhole: isWhole))
      }
    }
    let times = Set(found.map(\.entry.mtime))
    time = times.count == 1 ? times.first : nil
    takeRoot(found)
  }

  private static let slash = UInt8(ascii: "/")
  /// Folders that stand at the top of what is unpacked into a system, and are no project's own.
  private static let systemFolders = ["bin", "sbin", "usr", "etc", "opt", "lib", "share", "var", "man"]

  /// Takes the folder that all of `found` are in off their paths.
  private mutating func takeRoot(_ found: [Item]) {
    let folders = Set(found.filter { $0.entry.kind == .directory }.map(\.path))
    let parents = Set(found.compactMap { item in item.path.lastIndex(of: Self.slash).map { Array(item.path[..<$0]) } })
    hasFolders = parents.isSubset(of: folders)
    let named = found.filter { !$0.path.isEmpty }
    items = named
    if !found.isEmpty,
      found.allSatisfy({
        $0.entry.name.first == UInt8(ascii: ".") && ($0.entry.name.count == 1 || $0.entry.name[1] == Self.slash)
      })
    {
      root = [UInt8(ascii: ".")]
      return
    }
    guard let top = named.first?.path.prefix(while: { $0 != Self.slash }), !top.isEmpty else { return }
    let isSystem = Self.systemFolders.contains { $0.utf8.elementsEqual(top) }
    let isRoot = named.allSatisfy { item in
      item.path.starts(with: top)
        && (item.path.count > top.count
          ? item.path[top.count] == Self.slash
          : item.entry.kind == .directory)
    }
    guard isRoot, !isSystem else { return }
    root = Array(top)
    rootMode = named.first { $0.path.count == top.count }?.mode
    items = named.filter { $0.path.count > top.count }.map { item in
      Item(
        path: Array(item.path.dropFirst(top.count + 1)), entry: item.entry, digest: item.digest,
        machines: item.machines, text: item.text)
    }
  }
}

/// What is kept of an entry's contents while they are read.
private struct ContentsSum: ~Copyable {
  private var hash = SHA256()
  private var start: [UInt8] = []

  /// Bytes of small files that are kept: enough for one that holds a version.
  private static let longestText = 128
  /// Bytes of the start of a program that are looked at.
  private static let longestStart = 4096

  mutating func take(_ chunk: RawSpan) {
    let wanted = max(0, Self.longestStart - start.count)
    start += chunk.withUnsafeBytes { bytes in Array(bytes.prefix(wanted)) }
    chunk.withUnsafeBytes { hash.update($0) }
  }

  /// The entry with what its contents are; `isWhole` says whether all were taken.
  consuming func item(_ entry: TarEntry, isWhole: Bool) throws -> ArchiveContents.Item {
    let slash = UInt8(ascii: "/")
    let parts = entry.name.split(separator: slash).filter { !$0.elementsEqual([UInt8(ascii: ".")]) }
    let path = Array(parts.joined(separator: [slash]))
    let (start, size) = (start, entry.size)
    let digest = hash.finalize()
    guard entry.kind == .file else {
      return ArchiveContents.Item(path: path, entry: entry, digest: nil, machines: nil, text: nil)
    }
    return ArchiveContents.Item(
      path: path, entry: entry, digest: isWhole ? digest : nil,
      machines: try Executable.inspect(StartOfFile(bytes: start)).machines,
      text: size <= Self.longestText ? start : nil)
  }
}

/// The first bytes of a file, which headers of programs are read from.
private struct StartOfFile: PartSource {
  let bytes: [UInt8]

  var byteCount: Int64 { Int64(bytes.count) }

  func read(from offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws {
    // In bounds: callers keep to the bytes.
    buffer.copyBytes(from: bytes[Int(offset)..<(Int(offset) + buffer.count)])
  }
}
