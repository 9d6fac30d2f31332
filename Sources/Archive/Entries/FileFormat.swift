// What a file is, by its first bytes: for messages on files that are no archive, and for contents that are compressed
// already, as deflating them again costs time and gains nothing.

import Basics

/// A format that is known by the first bytes of a file.
package struct FileFormat: Equatable, Sendable {
  private enum Mark: Equatable {
    /// These bytes, from `offset` on.
    case bytes([UInt8], at: Int = 0)
    /// This text in letters of either case, behind blanks.
    case text(String)
  }

  /// The format with its article, as in "a zip archive".
  package let name: String
  private let mark: Mark

  private init(_ name: String, _ mark: Mark) {
    self.name = name
    self.mark = mark
  }

  private init(_ name: String, _ text: String) { self.init(name, .bytes(Array(text.utf8))) }

  /// What is stored instead of deflated.
  private static let compressed = [
    Self("a gzip file", .bytes(Compression.gzipMark)),
    Self("data compressed with zstd", .bytes(Compression.zstdMark)),
    Self("data compressed with xz", .bytes([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00])),  // The .xz File Format, 2.1.1.1
    Self("data compressed with bzip2", "BZh"),
  ]

  /// Longer marks stand before shorter ones that they begin with.
  private static let others = [
    // Magic of the formats' own documents, or of file(1).
    Self("data compressed with lzma", .bytes([0x5D, 0x00, 0x00])),
    Self("data compressed with lzip", "LZIP"),
    Self("data compressed with lz4", .bytes([0x04, 0x22, 0x4D, 0x18])),
    Self("data compressed with lz4", .bytes([0x02, 0x21, 0x4C, 0x18])),
    Self("data compressed with lzop", .bytes([0x89, 0x4C, 0x5A, 0x4F])),
    Self("data compressed with compress", .bytes([0x1F, 0x9D])),
    Self("data compressed with Snappy", .bytes([0xFF, 0x06, 0x00, 0x00, 0x73, 0x4E, 0x61, 0x50, 0x70, 0x59])),
    Self("data compressed with zstd", .bytes(Compression.skippableMark, at: 1)),
    // PKWARE, APPNOTE.TXT, 4.3: with entries, without, in parts.
    Self("a zip archive", .bytes([0x50, 0x4B, 0x03, 0x04])), Self("a zip archive", .bytes([0x50, 0x4B, 0x05, 0x06])),
    Self("a zip archive", .bytes([0x50, 0x4B, 0x07, 0x08])),
    Self("a 7z archive", .bytes([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C])),
    Self("a RAR archive", .bytes([0x52, 0x61, 0x72, 0x21, 0x1A, 0x07])),
    Self("a Debian package", "!<arch>\ndebian-binary"), Self("an ar archive", "!<arch>\n"),
    Self("an RPM package", .bytes([0xED, 0xAB, 0xEE, 0xDB])),
    Self("a cpio archive", "070701"), Self("a cpio archive", "070702"), Self("a cpio archive", "070707"),
    Self("a cpio archive", .bytes([0xC7, 0x71])), Self("a cpio archive", .bytes([0x71, 0xC7])),
    Self("a cabinet archive", "MSCF"), Self("a xar archive", "xar!"), Self("a squashfs image", "hsqs"),
    Self("a disk image (qcow2)", .bytes([0x51, 0x46, 0x49, 0xFB])), Self("a git bundle", "# v2 git bundle"),
    Self("a git bundle", "# v3 git bundle"), Self("a pointer to a file of Git LFS", "version https://git-lfs"),
    Self("an ELF file", .bytes([0x7F, 0x45, 0x4C, 0x46])), Self("a program for Windows", .bytes([0x4D, 0x5A, 0x90])),
    Self("a Mach-O file", .bytes([0xCF, 0xFA, 0xED, 0xFE])), Self("a Mach-O file", .bytes([0xCE, 0xFA, 0xED, 0xFE])),
    Self("a Mach-O file or a Java class", .bytes([0xCA, 0xFE, 0xBA, 0xBE])),
    Self("a WebAssembly module", .bytes([0x00, 0x61, 0x73, 0x6D])), Self("a script", "#!"), Self("a PDF file", "%PDF-"),
    Self("a PNG image", .bytes([0x89, 0x50, 0x4E, 0x47])), Self("a JPEG image", .bytes([0xFF, 0xD8, 0xFF])),
    Self("a GIF image", "GIF8"), Self("a SQLite database", "SQLite format 3\0"),
    Self("an mtree specification", "#mtree"), Self("a PGP file", "-----BEGIN PGP"), Self("a PEM file", "-----BEGIN "),
    Self("a web page", .text("<!doctype html")), Self("a web page", .text("<html")),
    Self("an XML file", .text("<?xml")),
    Self("a JSON document", .text("{")), Self("a JSON document", .text("[")),
  ]

  /// The format of what begins with `bytes`, 512 or fewer; nil for one that is not known here.
  package init?(of bytes: [UInt8]) {
    guard let found = (Self.compressed + Self.others).first(where: { $0.isMark(of: bytes) }) else { return nil }
    self = found
  }

  private func isMark(of bytes: [UInt8]) -> Bool {
    switch mark {
    case .bytes(let magic, let offset): return bytes.dropFirst(offset).starts(with: magic)
    case .text(let text):
      let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
      let rest = bytes.starts(with: byteOrderMark) ? bytes.dropFirst(byteOrderMark.count) : bytes[...]
      let start = rest.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
      return start.prefix(text.utf8.count).map(\.lowercased) == Array(text.utf8)
    }
  }
}

extension FileFormat {
  /// Bytes that `isCompressed` must be given.
  package static let compressedLength = 6

  /// Whether contents that begin with `bytes` are compressed: gzip, zstd, xz or bzip2.
  package static func isCompressed(_ bytes: [UInt8]) -> Bool { compressed.contains { $0.isMark(of: bytes) } }
}
