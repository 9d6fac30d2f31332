// What is no archive is told by its first bytes.

@testable import Archive
@testable import Basics
@testable import TestSupport
import Testing

struct FileFormatTests {
  @Test(
    arguments: [
      ([0x50, 0x4B, 3, 4], "a zip archive"), ([0x50, 0x4B, 5, 6], "a zip archive"),
      ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "data compressed with xz"),
      (Array("BZh91AY&SY".utf8), "data compressed with bzip2"),
      ([0x5D, 0, 0, 0x80, 0], "data compressed with lzma"), ([4, 0x22, 0x4D, 0x18], "data compressed with lz4"),
      ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive"), (Array("070701".utf8), "a cpio archive"),
      ([0xC7, 0x71], "a cpio archive"), (Array("!<arch>\ndebian-binary   ".utf8), "a Debian package"),
      (Array("!<arch>\n/".utf8), "an ar archive"), ([0xED, 0xAB, 0xEE, 0xDB], "an RPM package"),
      ([0x7F, 0x45, 0x4C, 0x46], "an ELF file"), (Array("#!/bin/sh\n".utf8), "a script"),
      (Array("<!DOCTYPE html>".utf8), "a web page"), (Array("\u{FEFF}\r\n <HTML lang=".utf8), "a web page"),
      (Array("<?xml version".utf8), "an XML file"), (Array(" {\"a\":1}".utf8), "a JSON document"),
      (Array("[]".utf8), "a JSON document"),
      (Array("version https://git-lfs.github.com/spec/v1\n".utf8), "a pointer to a file of Git LFS"),
    ] as [([UInt8], String)])
  func `a format is told by its first bytes`(bytes: [UInt8], name: String) throws {
    let format = try #require(FileFormat(of: bytes))
    #expect(format.name == name)
    let error = { (compression: Compression?) in
      ArchiveError.tar(TarError(place: TarPlace(offset: 0), fault: .notAnArchive(format, in: compression)))
    }
    for size in [0, 511, 5000] {
      let file = bytes + [UInt8](repeating: 1, count: size)
      // These are read, as archives of another kind.
      if !["a zip archive", "a Debian package", "an RPM package"].contains(name) {
        #expect(try Listing(file).error == error(nil))
      }
      #expect(try Listing(Gzip.stored(file)).error == error(.gzip))
    }
    #expect(error(nil).message(for: [120]) == "x: expected a tar archive, found \(name)")
    #expect(error(.gzip).message(for: [120]) == "x: expected a tar archive in the gzip file, found \(name)")
  }

  @Test(arguments: ["BZh", "PK\u{3}\u{4}", "{", "#!", "<html"])
  func `an archive whose first name begins as another format is read`(name: String) throws {
    #expect(try Listing(Tar.header(name) + Tar.end).rows.map(\.path) == [escapedName(name.utf8)])
  }

  @Test(arguments: [[], [0], Array("text".utf8)] as [[UInt8]]) func `other bytes have no format`(bytes: [UInt8]) {
    #expect(FileFormat(of: bytes) == nil)
  }
}
