// Reads one layer of an image once: its archive is checked, its digests are compared, its entries change the table
// of files, and what was compressed is kept unpacked.
// OCI image-spec, layer.md, "Whiteouts" and "Applying Changesets".

internal import Archive

/// Where a layer is named: a document and a field of it.
struct LayerPlace: Sendable {
  let place: String
  let field: String

  func error(_ reason: String) -> ImageError { ImageError(place, field, reason) }
}

/// The entries of one layer, sorted by what is to be done with them.
struct LayerReader {
  /// Magic of zstd (RFC 8878, 3.1.1).
  private static let zstd: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
  private static let gzip: [UInt8] = [0x1F, 0x8B]
  private static let whiteout = Array(".wh.".utf8)
  private static let opaque = Array(".wh..wh..opq".utf8)
  /// Names that union file systems of old kept for themselves.
  private static let reserved = Array(".wh..wh.".utf8)

  private struct Addition {
    let entry: TarEntry
    let parts: [FileTable.Name]
  }

  let place: LayerPlace
  let blob: Blob
  private var removed: [(name: FileTable.Name, parent: [FileTable.Name])] = []
  private var cleared: [[FileTable.Name]] = []
  private var added: [Addition] = []

  init(_ blob: Blob, at place: LayerPlace) {
    self.blob = blob
    self.place = place
  }

  /// Whether the stored bytes are gzip. Throws `ImageError` for zstd, `SourceChanged` or `SystemError`.
  func isCompressed() throws -> Bool {
    let magic = try blob.prefix(Self.zstd.count)
    if magic == Self.zstd { throw error("a zstd layer: only plain and gzip layers are read") }
    return magic.starts(with: Self.gzip)
  }

  /// Reads the layer, which must unpack to `diffID` when that is known, and lets it change `files`.
  ///
  /// Throws `ImageError`, `SourceChanged` or `SystemError`.
  mutating func read(
    diffID: ImageDigest?, into files: inout FileTable, spoolingNear folder: String
  ) throws -> (bytes: LayerBytes, size: Int64, diffID: ImageDigest) {
    let plain = try isCompressed() ? nil : blob.wholeFile
    let sink = UnpackedBytes(spool: plain == nil ? try Spool(near: folder) : nil)
    try readEntries(into: sink)
    try sink.check()
    guard let found = sink.digest() else { throw error("no digest") }
    if let diffID, found != diffID { throw error("does not unpack to \(diffID)") }
    try apply(to: &files)
    guard let bytes = plain.map(LayerBytes.file) ?? sink.spool.map(LayerBytes.spool) else { throw error("not kept") }
    return (bytes, sink.count, found)
  }

  private func error(_ reason: String) -> ImageError { place.error("\(blob.name): \(reason)") }

  private func error(_ entry: TarEntry, _ reason: String) -> ImageError {
    error("\(escapedName(entry.name)): \(reason)")
  }

  private mutating func readEntries(into sink: UnpackedBytes) throws {
    do {
      var reader = try TarReader(extent: blob.extent) { sink.append($0) }
      while let entry = try reader.next() { try take(entry) }
      if let warning = reader.takeWarnings().first(where: \.isBehindEnd) { throw error("\(warning)") }
    } catch let fault as ArchiveError {
      throw fault.imageError(place.place, place.field, blob.name)
    }
  }

  private mutating func take(_ entry: TarEntry) throws(ImageError) {
    let parts = FileTable.parts(entry.name)
    if entry.name.first == UInt8(ascii: "/") || parts.contains(where: { $0.elementsEqual("..".utf8) }) {
      throw error(entry, "a name that is absolute or has '..'")
    }
    if entry.name.isEmpty || entry.name.count > FileTable.longestPath {
      throw error(entry, "a name of \(entry.name.count) bytes")
    }
    guard let name = parts.last, name.starts(with: Self.whiteout) else {
      let isReserved = parts.contains { $0.starts(with: Self.reserved) }
      if !isReserved { added.append(Addition(entry: entry, parts: parts)) }
      return
    }
    let parent = Array(parts.dropLast())
    if name.elementsEqual(Self.opaque) { cleared.append(parent) }
    if name.starts(with: Self.reserved) { return }
    let hidden = name.dropFirst(Self.whiteout.count)
    if hidden.isEmpty || hidden.elementsEqual(".".utf8) || hidden.elementsEqual("..".utf8) {
      throw error(entry, "a whiteout of no name")
    }
    removed.append((hidden, parent))
  }

  /// Whiteouts hide what is below this layer only, wherever they stand in it: so they come first.
  private func apply(to files: inout FileTable) throws(ImageError) {
    for parent in cleared { files.clear(parent) }
    for whiteout in removed { files.remove(whiteout.name, from: whiteout.parent) }
    for addition in added {
      let entry = addition.entry
      var made: FileTable.Entry? = FileTable.Entry(
        kind: entry.kind, mode: entry.mode, uid: entry.uid, gid: entry.gid, linkname: entry.linkname)
      if entry.kind == .hardlink { made = files.linked(FileTable.parts(entry.linkname)) }
      guard let made, made.kind != .directory || entry.kind == .directory else {
        throw error(entry, "a hard link to \(escapedName(entry.linkname)), which is no file")
      }
      if !files.set(made, at: addition.parts) { throw error(entry, "below something that is no folder") }
    }
  }
}
