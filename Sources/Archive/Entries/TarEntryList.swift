// The entries of one archive, compact: a release archive has some ten thousand of them and a million must fit in
// little memory, so a `TarEntry` is made from its record only when its header is wanted.

package import Basics
package import Files
private import Glibc

/// Where the contents of an entry come from.
package enum TarEntryBody: Equatable, Sendable {
  /// No contents: all but files.
  case none
  /// A source file that flows with the headers. Its path is a folder of the list, followed by the entry's name
  /// without its first `dropping` bytes.
  case file(folder: UInt32, dropping: UInt16, FileIdentity)
  /// One of the release's distinct contents.
  case source(SourceID)
}

/// The entries of one archive.
package struct TarEntryList: Sendable {
  private struct Record {
    var name: ArenaSlice
    var link: ArenaSlice
    var uid: UInt32
    var gid: UInt32
    var origin: UInt32
    var mode: UInt16
    var kind: TarEntryKind
    var body: TarEntryBody
  }

  /// Time of every entry, seconds since 1970.
  package let mtime: Int64
  /// What a global extended header before all entries says of them; nil for no such header.
  package var comment: [UInt8]?
  /// How a tar of the entries spells what a plain header has no room for.
  package var form = TarForm.pax
  private var arena = ByteArena()
  private var records: [Record] = []
  private var folders: [[UInt8]] = []
  /// Values of security.capability, which few files have, by the place of the name in the arena: it is the record's own.
  private var capabilities: [Int: [UInt8]] = [:]
  /// Names of owners that are given, likewise.
  private var ownerNames: [Int: Owner.Names] = [:]

  package init(mtime: Int64) { self.mtime = mtime }

  /// How many entries there are.
  package var count: Int { records.count }
}

/// Building.
extension TarEntryList {
  /// Adds a folder for `TarEntryBody.file`: the bytes of a path that the rest of a name goes on from.
  package mutating func add(folder: [UInt8]) -> UInt32 {
    folders.append(folder)
    return UInt32(truncatingIfNeeded: folders.count - 1)
  }

  /// The body that an entry of the name `name` was to have, for one of the name `other`: the same source file.
  package mutating func body(_ body: TarEntryBody, of name: [UInt8], renamed other: [UInt8]) -> TarEntryBody {
    guard case .file(let folder, let dropping, let identity) = body else { return body }
    // The whole path stands in a folder of its own; nothing of the name follows.
    let path = add(folder: folders[Int(folder)] + name.dropFirst(Int(dropping)))
    return .file(folder: path, dropping: UInt16(clamping: other.count), identity)
  }

  /// Adds an entry; false when its name or link name is longer than `ByteArena.longest`.
  ///
  /// `origin` is a number of the caller's that `origin(at:)` gives back.
  package mutating func append(
    name: [UInt8], kind: TarEntryKind, mode: UInt16, owner: Owner, linkname: [UInt8] = [],
    capabilities: [UInt8] = [], body: TarEntryBody = .none, origin: UInt32 = 0
  ) -> Bool {
    guard let name = arena.add(name), let link = linkname.isEmpty ? .empty : arena.add(linkname) else { return false }
    records.append(
      Record(
        name: name, link: link, uid: owner.uid, gid: owner.gid, origin: origin, mode: mode, kind: kind, body: body))
    if !capabilities.isEmpty { self.capabilities[name.offset] = capabilities }
    if let names = owner.names { ownerNames[name.offset] = names }
    return true
  }

  /// Sorts by the bytes of the stored names; entries of one name stay in the order in which they were added.
  package mutating func sort() {
    records.sort { first, second in
      if arena.precedes(first.name, second.name) { return true }
      if arena.precedes(second.name, first.name) { return false }
      return first.name.offset < second.name.offset
    }
  }

  /// Sorts by the bytes of the paths, without the slash at the end of a folder's name: the order of an rpm. `index(of:)`
  /// finds nothing afterwards.
  package mutating func sortByPath() {
    func path(_ record: Record) -> ArraySlice<UInt8> {
      let name = arena[record.name]
      return record.kind == .directory && name.last == UInt8(ascii: "/") ? name.dropLast() : name
    }
    records.sort { path($0).lexicographicallyPrecedes(path($1)) }
  }

  /// Gives every distinct content and every origin the number that the closures return for it.
  package mutating func renumber(content: (SourceID) -> SourceID, origin: (UInt32) -> UInt32) {
    for index in records.indices {
      records[index].origin = origin(records[index].origin)
      if case .source(let id) = records[index].body { records[index].body = .source(content(id)) }
    }
  }

  /// Takes out the entries at the given indexes, which ascend.
  package mutating func remove(at indexes: [Int]) {
    var doomed = indexes[...]
    var kept = 0
    for index in records.indices {
      if doomed.first == index {
        doomed = doomed.dropFirst()
        continue
      }
      if kept != index { records[kept] = records[index] }
      kept += 1
    }
    records.removeSubrange(kept...)
  }
}

/// Reading back.
extension TarEntryList {
  /// The stored name of the entry at `index`.
  package func name(at index: Int) -> ArraySlice<UInt8> { arena[records[index].name] }

  /// What the entry at `index` is.
  package func kind(at index: Int) -> TarEntryKind { records[index].kind }

  /// The permission bits of the entry at `index`.
  package func mode(at index: Int) -> UInt16 { records[index].mode }

  /// Where the contents of the entry at `index` come from.
  package func body(at index: Int) -> TarEntryBody { records[index].body }

  /// The value of the attribute security.capability of the entry at `index`; empty for none.
  package func capabilities(at index: Int) -> [UInt8] { capabilities[records[index].name.offset] ?? [] }

  /// The number that the entry at `index` was added with.
  package func origin(at index: Int) -> UInt32 { records[index].origin }

  /// The entry at `index` as a value; `size` is that of its contents, which a distinct content's store knows.
  package func entry(at index: Int, size: Int64) -> TarEntry {
    let record = records[index]
    var owner = Owner(uid: record.uid, gid: record.gid)
    owner.names = ownerNames[record.name.offset]
    return TarEntry(
      name: Array(arena[record.name]), kind: record.kind, mode: record.mode, size: size, mtime: mtime,
      linkname: Array(arena[record.link]), uid: Int64(record.uid), gid: Int64(record.gid), uname: owner.uname,
      gname: owner.gname, capabilities: capabilities(at: index))
  }

  /// Where the entry of a stored name is in a list that is sorted; nil when none has it.
  package func index(of name: [UInt8]) -> Int? {
    var range = records.indices
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      let found = arena[records[middle].name]
      if found.elementsEqual(name) { return middle }
      range = found.lexicographicallyPrecedes(name) ? (middle + 1)..<range.upperBound : range.lowerBound..<middle
    }
    return nil
  }

  /// The source file of the entry at `index`, or nil when its contents are not a file of its own.
  package func sourceFile(at index: Int) -> SourceFile? {
    guard case .file(let folder, let dropping, let identity) = records[index].body else { return nil }
    let path = folders[Int(folder)] + arena[records[index].name].dropFirst(Int(dropping))
    return SourceFile(path: path, identity: identity)
  }
}

/// A place in a `ByteArena`: 48 bits of offset and 16 of length in one word.
package struct ArenaSlice: Equatable, Sendable {
  private let word: UInt64

  fileprivate init(offset: Int, count: Int) { word = UInt64(offset) << 16 | UInt64(count) }

  /// The empty string, in any arena.
  package static let empty = ArenaSlice(offset: 0, count: 0)

  /// Bytes from the start of the arena.
  package var offset: Int { Int(word >> 16) }
  /// Bytes in the string, at most 65,535.
  package var count: Int { Int(word & 0xFFFF) }
}

/// Many short byte strings in one allocation, which are only ever added: the names of a million entries without a million
/// arrays.
package struct ByteArena: Sendable {
  /// The longest string that fits.
  package static let longest = 0xFFFF
  private var bytes: [UInt8] = []

  package init() {}

  /// Adds a string; nil when it is longer than `longest` bytes.
  package mutating func add(_ string: some Collection<UInt8>) -> ArenaSlice? {
    guard string.count <= Self.longest else { return nil }
    let slice = ArenaSlice(offset: bytes.count, count: string.count)
    bytes.append(contentsOf: string)
    return slice
  }

  /// The string at `slice`, which this arena gave out.
  package subscript(slice: ArenaSlice) -> ArraySlice<UInt8> { bytes[slice.offset..<(slice.offset + slice.count)] }

  /// Whether the string at `first` sorts before the one at `second`, byte by byte.
  package func precedes(_ first: ArenaSlice, _ second: ArenaSlice) -> Bool {
    bytes.withUnsafeBufferPointer { all in
      // Both slices lie within the arena, as `add` made them.
      let left = UnsafeBufferPointer(rebasing: all[first.offset..<(first.offset + first.count)])
      let right = UnsafeBufferPointer(rebasing: all[second.offset..<(second.offset + second.count)])
      return bytesPrecede(left, right)
    }
  }
}
