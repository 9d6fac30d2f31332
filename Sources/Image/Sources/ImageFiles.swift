// The files that images are read from: those of a layout folder, or the members of an archive.

import Archive
import Basics
import Files

/// The files of a folder or an archive, by name.
enum ImageFiles: Sendable {
  case folder(String)
  case archive(ArchiveMembers)

  /// The files of the folder that `path` leads to; nil when it is no folder.
  static func folder(at path: String) throws(SystemError) -> ImageFiles? {
    // A symlink is followed here, once, for blobs are opened without following any.
    let resolved = try Paths.resolved(Array(path.utf8), to: "open")
    guard try FileStatus.ifThere(resolved)?.isFolder == true else { return nil }
    return .folder(String(decoding: resolved, as: UTF8.self))
  }

  /// The files of the archive that `path` leads to.
  static func archive(at path: String, _ unpacking: Unpacking) throws -> ImageFiles {
    .archive(try ArchiveMembers(Blob.file(at: path), place: path, unpacking))
  }

  /// Faults of the archive that were tolerated.
  var warnings: [String] {
    switch self {
    case .folder: []
    case .archive(let members): members.warnings
    }
  }

  /// The regular file `name`, which has no "..".
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

  /// The blob that a document names.
  func blob(_ named: NamedBlob) throws -> Blob {
    let shown = named.name.isEmpty ? quoted(named.name) : escapedName(named.name.utf8)
    switch try find(named.name) {
    case .blob(let blob): return blob
    case .missing: throw named.place.error("\(shown): missing")
    case .refused(let reason): throw named.place.error("\(shown): \(reason)")
    }
  }
}

/// The members of an archive of images, by name; their bytes stay where they are.
struct ArchiveMembers: Sendable {
  private enum Member: Equatable {
    case file(offset: Int64, count: Int64)
    /// The path that a symlink or hard link leads to, from the root of the archive; nil when it leads out.
    case link([UInt8]?)
    case other
  }

  /// The most files of an archive; 1000 images of 16 layers have fewer.
  private static let mostMembers = 20_000
  /// The most links that lead to one file.
  private static let mostLinks = 40

  /// A file that is in the archive a second time.
  private struct Repetition {
    let name: [UInt8]
    let first: Int64
    let second: Int64
    let count: Int64
  }

  private var members: [[UInt8]: Member] = [:]
  private let bytes: ImageBytes
  private(set) var warnings: [String] = []

  /// Reads the headers of the archive that `blob` is; a compressed one is unpacked into a nameless file.
  ///
  /// Errors have `place` for their place.
  init(_ blob: Blob, place: String, _ unpacking: Unpacking) throws {
    let compression = try Compression(of: blob.prefix(Compression.markLength))
    let sink = try UnpackedBytes(spool: compression == nil ? nil : Spool(near: unpacking.folder), isHashed: false)
    bytes = sink.spool.map { .spool($0, offset: 0) } ?? blob.bytes
    var repetitions: [Repetition] = []
    do throws(ArchiveError) {
      // Of a plain archive only the headers are read: the bytes of its files can be read where they are.
      let onUnpacked: ((RawSpan) -> Void)? = compression != nil ? { sink.append($0) } : nil
      var reader = try TarReader(extent: blob.extent, limit: unpacking.limit, onUnpacked: onUnpacked)
      reader.takesCutEnd = true
      while let entry = try reader.next() {
        if let fault = add(entry, at: reader.contentsOffset, isSparse: reader.isSparse, &repetitions) {
          sink.refuse(ImageError(place, "", "\(escapedName(entry.name.prefix(FileTable.longestPath))): \(fault)"))
          break
        }
      }
      for warning in reader.takeWarnings() {
        if warning.isBehindEnd { sink.refuse(ImageError(place, "", "\(warning)")) }
        if warning.isCutEnd { warnings.append("\(ImageError(place, "", "\(warning)"))") }
      }
    } catch {
      throw error.imageError(place, "", nil)
    }
    try sink.check()
    for repetition in repetitions where try !isSame(repetition) {
      throw ImageError(place, "", "\(escapedName(repetition.name)): \(Self.otherOfThisName)")
    }
  }

  private static let otherOfThisName = "a second entry of this name, with other contents"

  /// What is wrong with `entry`, whose contents start at `offset`; nil when it was taken.
  ///
  /// Docker saves a layer that two images share twice. A file of a known name and size is added to `repetitions`, to be
  /// compared with the first when all bytes are there.
  private mutating func add(
    _ entry: TarEntry, at offset: Int64, isSparse: Bool, _ repetitions: inout [Repetition]
  ) -> String? {
    if max(entry.name.count, entry.linkname.count) > FileTable.longestPath { return "a name or link that is too long" }
    guard let name = Self.clean(entry.name) else { return "a name with '..'" }
    let member: Member
    switch entry.kind {
    case .directory: return nil
    case _ where members.count + repetitions.count >= Self.mostMembers:
      return "more than \(Self.mostMembers) files in the archive"
    case _ where isSparse: return "a sparse file"
    case .file: member = .file(offset: offset, count: entry.size)
    case .hardlink: member = .link(Self.clean(entry.linkname))
    case .symlink: member = .link(Self.target(of: entry.linkname, from: name))
    case .char, .block, .fifo: member = .other
    }
    guard let known = members.updateValue(member, forKey: name) else { return nil }
    members[name] = known
    if case .file(let first, let count) = known, count == entry.size, entry.kind == .file {
      repetitions.append(Repetition(name: name, first: first, second: offset, count: count))
      return nil
    }
    return known == member ? nil : Self.otherOfThisName
  }

  /// Whether the second of two files has the bytes of the first.
  private func isSame(_ repetition: Repetition) throws -> Bool {
    let digest = { (offset: Int64) in
      try Blob(name: "", bytes: bytes, offset: offset, count: repetition.count).digest()
    }
    return try digest(repetition.first) == digest(repetition.second)
  }

  /// The file `name`, also through links.
  func find(_ name: String) -> Blob.Lookup {
    if name.isEmpty { return .refused("a name that is empty") }
    guard var path = Self.clean(Array(name.utf8)) else { return .refused("a name with '..'") }
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

  /// `name` from the root of the archive on, without "./" and doubled slashes, as engines read it (containerd,
  /// core/images/archive, `path.Clean`; moby, which unpacks); nil when it is empty or has "..".
  static func clean(_ name: [UInt8]) -> [UInt8]? {
    let parts = FileTable.parts(name)
    if name.isEmpty || parts.contains(where: { $0.elementsEqual("..".utf8) }) { return nil }
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
