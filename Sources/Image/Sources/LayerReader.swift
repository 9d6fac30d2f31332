// Reads one layer of an image, once: checks its archive, hashes its bytes, applies its entries to the table of files,
// and keeps unpacked what was compressed (OCI image-spec, layer.md, "Whiteouts" and "Applying Changesets").

import Archive
import Basics
import Files

/// The entries of one layer, sorted by what is to be done with them.
struct LayerReader {
  private static let whiteout = Array(".wh.".utf8)
  private static let opaque = Array(".wh..wh..opq".utf8)
  /// Names that old union file systems kept for themselves.
  private static let reserved = Array(".wh..wh.".utf8)

  /// An entry to be added to the table; its names are in `names`.
  private struct Addition {
    let name: ArenaSlice
    let link: ArenaSlice
    let capabilities: ArenaSlice
    let kind: TarEntryKind
    let mode: UInt16
    let uid: Int64
    let gid: Int64
    let contents: FileTable.Contents?
  }

  private let place: FieldPlace
  private let blob: Blob
  /// How the stored bytes are compressed; nil when they are plain.
  let compression: Compression?
  /// Whether this is a layer and no root file system: it may be empty, and delete files of layers below.
  var isLayer = true
  private var names = ByteArena()
  /// Paths that are hidden, and folders in which everything is.
  private var removed: [ArenaSlice] = []
  private var cleared: [ArenaSlice] = []
  private var added: [Addition] = []

  /// A reader of `blob`, which `place` names.
  init(_ blob: Blob, at place: FieldPlace) throws {
    self.blob = blob
    self.place = place
    compression = Compression(of: try blob.prefix(Compression.markLength))
  }

  /// Reads the layer and applies it to the files of `stack`; what it unpacks to, and the digest of that.
  mutating func read(
    into stack: inout LayerStack
  ) throws -> (bytes: ImageBytes, size: Int64, digest: ImageDigest) {
    let bytes: ImageBytes
    let sink: UnpackedBytes
    if compression == nil, let file = blob.wholeFile {
      bytes = .file(file)
      sink = UnpackedBytes(spool: nil)
    } else {
      let spool = try stack.openSpool()
      bytes = .spool(spool, offset: try spool.size())
      sink = UnpackedBytes(spool: spool)
    }
    try readEntries(into: sink, &stack)
    try sink.check()
    try apply(to: &stack.files)
    return (bytes, sink.count, sink.digest())
  }

  private func error(_ reason: String) -> ImageError { place.error("\(blob.name): \(reason)") }

  private func error(_ name: some Collection<UInt8>, _ reason: String) -> ImageError {
    error("\(escapedName(name)): \(reason)")
  }

  private mutating func readEntries(into sink: UnpackedBytes, _ stack: inout LayerStack) throws {
    do {
      var reader = try TarReader(extent: blob.extent, limit: stack.left) { sink.append($0) }
      reader.takesCutEnd = true
      reader.takesNothing = isLayer
      while let entry = try reader.next() {
        if let fault = stack.count(entry) { throw error(entry.name.prefix(FileTable.longestPath), fault) }
        let contents =
          entry.kind == .file && !reader.isSparse
          ? FileTable.Contents(layer: stack.layers, offset: reader.contentsOffset, count: entry.size) : nil
        try take(entry, contents)
      }
      for warning in reader.takeWarnings() {
        if warning.isBehindEnd { throw error("\(warning)") }
        if warning.isCutEnd { stack.warn(error("\(warning)")) }
      }
      stack.count(layer: sink.count)
    } catch let fault as ArchiveError {
      if case .tar(let error) = fault, case .overLimit = error.fault {
        throw self.error("the image unpacks to more than the limit of \(stack.limit) bytes")
      }
      throw fault.imageError(place.place, place.field, blob.name)
    }
  }

  private mutating func take(_ entry: TarEntry, _ contents: FileTable.Contents?) throws(ImageError) {
    let parts = FileTable.parts(entry.name)
    // A leading "/" is the root, to all engines; no name leads out of it.
    if parts.contains(where: { $0.elementsEqual("..".utf8) }) { throw error(entry.name, "a name with '..'") }
    guard let name = parts.last, name.starts(with: Self.whiteout) else {
      if !parts.contains(where: { $0.starts(with: Self.reserved) }) { try add(entry, contents) }
      return
    }
    if !isLayer { throw error(entry.name, "the name begins with \".wh.\", which deletes a file in a layer") }
    let parent = parts.dropLast().joined(separator: [UInt8(ascii: "/")])
    if name == Self.opaque { cleared.append(try keep(Array(parent), of: entry)) }
    if name.starts(with: Self.reserved) { return }
    let hidden = name.dropFirst(Self.whiteout.count)
    if hidden.isEmpty || hidden.elementsEqual(".".utf8) || hidden.elementsEqual("..".utf8) {
      throw error(entry.name, "a whiteout of no name")
    }
    removed.append(try keep(parent + [UInt8(ascii: "/")] + hidden, of: entry))
  }

  private mutating func add(_ entry: TarEntry, _ contents: FileTable.Contents?) throws(ImageError) {
    added.append(
      Addition(
        name: try keep(entry.name, of: entry), link: try keep(entry.linkname, of: entry),
        capabilities: try keep(entry.capabilities, of: entry), kind: entry.kind, mode: entry.mode, uid: entry.uid,
        gid: entry.gid, contents: contents))
  }

  /// Keeps `path`; that its names are short enough was found when they were counted.
  private mutating func keep(_ path: [UInt8], of entry: TarEntry) throws(ImageError) -> ArenaSlice {
    if let slice = names.add(path) { return slice }
    throw error(entry.name, "a name of \(path.count) bytes")
  }

  /// Whiteouts come first: wherever they are in the layer, they hide only what layers below have.
  private func apply(to files: inout FileTable) throws(ImageError) {
    for parent in cleared { files.clear(FileTable.parts(names[parent])) }
    for path in removed {
      let parts = FileTable.parts(names[path])
      if let name = parts.last { files.remove(name, from: parts.dropLast()) }
    }
    for addition in added { try apply(addition, to: &files) }
  }

  private func apply(_ addition: Addition, to files: inout FileTable) throws(ImageError) {
    let (name, link) = (names[addition.name], names[addition.link])
    var made: FileTable.Entry? = FileTable.Entry(
      kind: addition.kind, mode: addition.mode, uid: addition.uid, gid: addition.gid, linkname: Array(link),
      capabilities: Array(names[addition.capabilities]))
    made?.contents = addition.contents
    if addition.kind == .hardlink { made = files.linked(FileTable.parts(link)) }
    guard let made, made.kind != .directory || addition.kind == .directory else {
      throw error(name, "a hard link to \(escapedName(link)), which is no file")
    }
    do throws(FileTable.Refusal) {
      try files.set(made, at: FileTable.parts(name))
    } catch {
      switch error {
      case .belowNoFolder: throw self.error(name, "below something that is no folder")
      case .belowLoop: throw self.error(name, "below a loop of links")
      case .rootIsNoFolder: throw self.error(name, "the root, but no folder")
      case .tooMany: throw self.error(name, "more than \(FileTable.mostNodes) files and folders in one image")
      }
    }
  }
}

/// The layers of one image while they are read: the files that they make together, and the bounds for all of them,
/// which keep an image from taking up the memory.
struct LayerStack {
  /// The most entries of all layers, and the most bytes of their names and link targets, 128 MiB.
  private static let mostEntries = 1_000_000
  private static let mostNameBytes = 128 << 20

  var files = FileTable()
  /// The most bytes that the layers may unpack to.
  var limit: Int64 { unpacking.limit }
  /// How many of them are left.
  var left: Int64 { limit - unpacked }
  private let unpacking: Unpacking
  private var unpacked: Int64 = 0
  /// How many layers were read.
  private(set) var layers = 0
  private var spool: Spool?
  private var entries = 0
  private var nameBytes = 0
  /// Faults of the layers that were tolerated.
  private(set) var warnings: [String] = []

  /// A stack without layers.
  init(_ unpacking: Unpacking) { self.unpacking = unpacking }

  /// Notes a fault of a layer that is tolerated.
  mutating func warn(_ warning: ImageError) { warnings.append("\(warning)") }

  /// Counts a layer of `size` bytes, which is within what was left.
  mutating func count(layer size: Int64) {
    unpacked += size
    layers += 1
  }

  /// The one file that keeps what all layers unpack to: a run with many bases must not have a file open for each layer.
  mutating func openSpool() throws(SystemError) -> Spool {
    if let spool { return spool }
    let opened = try Spool(near: unpacking.folder)
    spool = opened
    return opened
  }

  /// Counts one more entry; why it is refused, or nil.
  mutating func count(_ entry: TarEntry) -> String? {
    if entry.name.isEmpty || entry.name.count > FileTable.longestPath { return "a name of \(entry.name.count) bytes" }
    if entry.linkname.count > FileTable.longestPath { return "a link target of \(entry.linkname.count) bytes" }
    entries += 1
    nameBytes += entry.name.count + entry.linkname.count
    if entries > Self.mostEntries { return "more than \(Self.mostEntries) entries in one image" }
    return nameBytes > Self.mostNameBytes ? "more than \(Self.mostNameBytes) bytes of names in one image" : nil
  }
}
