// Where the bytes of a draft's entries come from, by value: the plan gives each a number when it takes the draft in.

import Archive
import Basics
import Files
import Git
import Image

/// A source of the bytes of entries.
enum DraftSource: Equatable, Sendable {
  /// Bytes that a layout spells out.
  case bytes([UInt8])
  /// A source file, which is one whatever its names are.
  case file(SourceFile, FileKey)
  /// A file of a commit: the number of its item in the commit's archive.
  case git(commit: String, item: Int)
  /// Another tarball of the release.
  case tarball(TarballKey)
  /// An image of the release.
  case image(ImageKey)
}

/// A source as files are looked into.
struct OpenedSource: PartSource {
  /// What it is read from.
  private enum Origin {
    case bytes([UInt8])
    case spool(Spool, offset: Int64)
    case file(SourceFile)
  }

  let byteCount: Int64
  /// Where it comes from, for people.
  let shown: String
  private let origin: Origin

  /// Nil for what the release itself makes. Throws as asking git does.
  init?(_ source: DraftSource, in git: GitArchives) throws {
    switch source {
    case .bytes(let bytes): (origin, byteCount, shown) = (.bytes(bytes), Int64(bytes.count), "text")
    case .file(let file, _):
      (origin, byteCount, shown) = (.file(file), file.identity.size, escapedName(file.path))
    case .git(let commit, let number):
      let archive = try git.known(commit)
      let item = archive.items[number]
      (origin, byteCount, shown) = (.spool(archive.spool, offset: item.offset), item.entry.size, "git \(commit)")
    case .tarball, .image: return nil
    }
  }

  func read(from offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws {
    switch origin {
    // The range lies within the bytes.
    case .bytes(let bytes): buffer.copyBytes(from: bytes[Int(offset)..<(Int(offset) + buffer.count)])
    case .file(let file): try file.read(from: offset, into: buffer)
    case .spool(let spool, let start): try spool.read(from: start + offset, into: buffer)
    }
  }
}
