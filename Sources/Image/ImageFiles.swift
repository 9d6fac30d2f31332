// The files that an image is read from: those of a layout folder, or the members of an archive.

internal import Archive

/// The files of a folder or an archive, by name.
enum ImageFiles: Sendable {
  case folder(String)
  case archive(ArchiveMembers)

  /// The regular file `name`, which has no leading "/" and no "..". Throws `SystemError`.
  func find(_ name: String) throws(SystemError) -> Blob.Lookup {
    switch self {
    case .folder(let path): try Blob.find(at: "\(path)/\(name)", named: name)
    case .archive(let members): members.find(name)
    }
  }

  func contains(_ name: String) throws(SystemError) -> Bool {
    if case .missing = try find(name) { return false }
    return true
  }
}

/// What the archive of an image holds, without its bytes.
struct ArchiveMembers: Sendable {
  private enum Member {
    case file(offset: Int64, count: Int64)
    /// The path that a symlink or hard link leads to, from the root of the archive; nil when it leads out.
    case link([UInt8]?)
    case other
  }

  /// The most files of an archive; those of 1000 images of 16 layers are fewer.
  private static let mostMembers = 20_000
  /// The most links that lead to one file.
  private static let mostLinks = 40

  private var members: [[UInt8]: Member] = [:]
  private let bytes: LayerBytes

  /// Reads the headers of the archive that `blob` is; a compressed one is unpacked into a spool near `folder`.
  ///
  /// Throws `ImageError`, with `place` for its place, `SourceChanged` or `SystemError`.
  init(_ blob: Blob, place: String, spoolingNear folder: String, limit: Int64) throws {
    let isCompressed = try FileFormat.isCompressed(blob.prefix(FileFormat.compressedLength))
    let sink = try UnpackedBytes(spool: isCompressed ? Spool(near: folder) : nil, isHashed: false)
    bytes = sink.spool.map { .spool($0, offset: 0) } ?? blob.bytes
    do throws(ArchiveError) {
      // Of a plain archive, whose bytes stand where they are, the contents are not read.
      let onUnpacked: ((RawSpan) -> Void)? = isCompressed ? { sink.append($0) } : nil
      var reader = try TarReader(extent: blob.extent, limit: limit, onUnpacked: onUnpacked)
      while let entry = try reader.next() {
        if let fault = add(entry, at: reader.contentsOffset, isSparse: reader.isSparse) {
          sink.refuse(ImageError(place, "", "\(escapedName(entry.name.prefix(FileTable.longestPath))): \(fault)"))
          break
        }
      }
      if let warning = reader.takeWarnings().first(where: \.isBehindEnd) {
        sink.refuse(ImageError(place, "", "\(warning)"))
      }
    } catch {
      throw error.imageError(place, "", nil)
    }
    try sink.check()
  }

  /// What is wrong with `entry`, whose contents start at `offset`; nil when it was taken.
  private mutating func add(_ entry: TarEntry, at offset: Int64, isSparse: Bool) -> String? {
    if max(entry.name.count, entry.linkname.count) > FileTable.longestPath { return "a name or link that is too long" }
    guard let name = Self.clean(entry.name) else { return "a name that is absolute or has '..'" }
    switch entry.kind {
    case .directory: return nil
    case _ where members.count >= Self.mostMembers: return "more than \(Self.mostMembers) files in the archive"
    case _ where isSparse: return "a sparse file"
    case _ where members[name] != nil: return "a second entry of this name"
    case .file: members[name] = .file(offset: offset, count: entry.size)
    case .hardlink: members[name] = .link(Self.clean(entry.linkname))
    case .symlink: members[name] = .link(Self.target(of: entry.linkname, from: name))
    case .char, .block, .fifo: members[name] = .other
    }
    return nil
  }

  /// The file `name`, also through links.
  func find(_ name: String) -> Blob.Lookup {
    if name.isEmpty { return .refused("a name that is empty") }
    guard var path = Self.clean(Array(name.utf8)) else { return .refused("a name that is absolute or has '..'") }
    for links in 0...Self.mostLinks {
      switch members[path] {
      case nil: return links == 0 ? .missing : .refused("a link to \(escapedName(path)), which is missing")
      case .other: return .refused("expected a regular file")
      case .link(nil): return .refused("a link out of the archive")
      case .link(let target?): path = target
      case .file(let offset, let count):
        return .blob(Blob(name: name, bytes: bytes, offset: offset, count: count))
      }
    }
    return .refused("a loop of links")
  }

  /// `name` without "./" and doubled slashes; nil when it is absolute, empty or has "..".
  static func clean(_ name: [UInt8]) -> [UInt8]? {
    let parts = FileTable.parts(name)
    if name.isEmpty || name.first == UInt8(ascii: "/") || parts.contains(where: { $0.elementsEqual("..".utf8) }) {
      return nil
    }
    return Array(parts.joined(separator: [UInt8(ascii: "/")]))
  }

  private static func target(of link: [UInt8], from name: [UInt8]) -> [UInt8]? {
    if link.first == UInt8(ascii: "/") { return nil }
    var parts = Array(FileTable.parts(name).dropLast())
    for part in FileTable.parts(link) {
      guard part.elementsEqual("..".utf8) else {
        parts.append(part)
        continue
      }
      if parts.popLast() == nil { return nil }
    }
    return Array(parts.joined(separator: [UInt8(ascii: "/")]))
  }
}
