// What can go wrong while an archive is read: the system, the compression around it, the tar inside, or a zip.

import Basics
package import Files

/// An archive that could not be read.
package enum ArchiveError: Error, Equatable, Sendable {
  case system(SystemError)
  /// The path names something that is no regular file; `found` says what, as in "a FIFO".
  case notARegularFile(path: [UInt8], found: String)
  case gzip(UnpackError)
  case zstd(UnpackError)
  /// It is compressed with zstd, and the library that reads that is not there.
  case zstdMissing
  case tar(TarError)
  case zip(ZipError)
  case package(PackageError)
}

extension ArchiveError {
  /// One line for people that always starts with a path: the failed call's own, else `path`.
  package func message(for path: [UInt8]) -> String {
    switch self {
    case .system(let error): error.description
    case .notARegularFile(let path, let found): "\(escapedName(path)): expected a regular file, found \(found)"
    default: "\(escapedName(path)): \(fault)"
    }
  }

  /// What is wrong with the bytes, without the path of the file, which only errors of the system name.
  package var fault: String {
    switch self {
    case .system(let error): error.description
    case .notARegularFile(_, let found): "expected a regular file, found \(found)"
    case .gzip(let error): error.description(for: .gzip)
    case .zstd(let error): error.description(for: .zstd)
    case .zstdMissing: "is compressed with zstd, which \(Compression.zstdMissing)"
    case .tar(let error): error.description
    case .zip(let error): error.description
    case .package(let error): error.description
    }
  }
}

/// Where in an archive something stands.
package struct TarPlace: Equatable, Sendable {
  /// Bytes from the start of the unpacked archive to the header concerned.
  package var offset: Int64
  /// The entry's name, empty where none is known.
  package var name: [UInt8]

  package init(offset: Int64, name: [UInt8] = []) {
    self.offset = offset
    self.name = name
  }

  /// The error that `fault` is at this place.
  func error(_ fault: TarError.Fault) -> ArchiveError { .tar(TarError(place: self, fault: fault)) }
}

/// A tar archive that is refused.
package struct TarError: Error, Equatable, Sendable {
  package let place: TarPlace
  package let fault: Fault

  package init(place: TarPlace, fault: Fault) {
    self.place = place
    self.fault = fault
  }

  /// What is wrong.
  package enum Fault: Equatable, Sendable {
    /// Not one byte.
    case empty(in: Compression?)
    /// The first block is no header of any format; what it is instead where that is known.
    case notAnArchive(FileFormat?, in: Compression?)
    /// The archive ends `found` bytes into a block, which has 512.
    case headerCut(found: Int)
    case contentsCut(found: Int64, wanted: Int64)
    /// The bytes that fill the last block of the contents are not all there.
    case paddingCut(found: Int64, wanted: Int64)
    case checksum(found: Int64, computed: Int64)
    /// A header field that is neither octal nor base-256, or does not fit in 64 bits.
    case number(field: String, found: [UInt8])
    case negativeSize(Int64)
    case typeflag(UInt8)
    /// An extended header, long name or sparse map is larger than any honest one.
    case extensionTooLarge(size: Int64, limit: Int64)
    /// The record that starts `at` bytes into the extended header is not "LENGTH KEYWORD=VALUE\n".
    case paxRecord(at: Int, PaxFault)
    case paxValue(keyword: String, found: [UInt8])
    /// Two headers of this type flag for one entry.
    case repeatedExtension(typeflag: UInt8)
    /// A header of this type flag that no entry follows.
    case orphanExtension(typeflag: UInt8)
    /// The size of the header block and that of the extended header are both given and differ.
    case sizeConflict(header: Int64, extended: Int64)
    /// An entry of this kind has no contents, but claims this size.
    case sizeWithoutContents(TarEntryKind, Int64)
    /// A name that ends in "/" on an entry that is no directory.
    case namedAsDirectory(TarEntryKind)
    /// A name prefix in a header of a format that has none, or none so long.
    case prefix(found: [UInt8])
    /// A long name or long link name, by its type flag, that is empty.
    case noLongName(typeflag: UInt8)
    /// A link whose header has no target.
    case noLinkTarget
    /// A keyword that is one entry's own in a header that is for all.
    case globalKeyword(String)
    /// A keyword of archives in several volumes.
    case volume(keyword: String)
    /// Two of a long name, the name of a sparse file and the name of the extended header that differ.
    case nameConflict([UInt8], [UInt8])
    case sparse(SparseFault)
    /// More bytes than the caller allows, unpacked and with holes filled.
    case overLimit(Int64)
    case overTrailingLimit(Int64)
    /// One block of zeros that other bytes follow.
    case zeroBlock
  }

  /// What is wrong with a record of an extended header.
  package enum PaxFault: String, Equatable, Sendable {
    case length = "its length is not that of a record"
    case newline = "it does not end in a newline"
    case keyword = "it has no keyword with '='"
  }

  /// What is wrong with the map of a sparse file.
  package enum SparseFault: String, Equatable, Sendable {
    case version = "of an unknown version"
    case format = "in a header that is not of the format of its map"
    case sizeRecord = "with the size of what is stored in the extended header, where readers differ on what it is of"
    case noSize = "without the size of the file"
    case noMap = "without a map"
    case notAFile = "on an entry that is no file"
    case malformedMap = "with a map that is not made of pairs of numbers"
    case wrongMap = "with a map that is out of order or out of the file"
    case unaligned = "with a stored part that ends within a block, where readers differ on where the next one is"
    case noEnd = "with a map that does not reach its end"
    case wrongLength = "with a map that does not add up to the stored bytes"
  }
}

extension TarError: CustomStringConvertible {
  package var description: String {
    switch fault {
    case .empty, .notAnArchive: return fault.description
    default:
      let subject = place.name.isEmpty ? "header" : escapedName(place.name)
      return "\(subject) at byte \(place.offset): \(fault)"
    }
  }
}

extension TarError.Fault: CustomStringConvertible {
  package var description: String {
    switch self {
    case .empty(nil): "expected a tar archive, found an empty file"
    case .empty(let compression?): "expected a tar archive in the \(compression) file, found nothing"
    case .notAnArchive(let format, nil): "expected a tar archive, found \(format?.name ?? "other bytes")"
    case .notAnArchive(let format, let compression?):
      "expected a tar archive in the \(compression) file, found \(format?.name ?? "other bytes")"
    case .headerCut(let found): "the archive ends after \(found) of 512 bytes"
    case .contentsCut(let found, let wanted): "the archive ends after \(found) of \(wanted) bytes of contents"
    case .paddingCut(let found, let wanted): "the archive ends after \(found) of \(wanted) bytes that pad the contents"
    case .checksum(let found, let computed): "the checksum is \(found), that of the block \(computed)"
    case .number(let field, let found): "\(field): expected a number of 64 bits, found \"\(escapedName(found))\""
    case .negativeSize(let size): "size: expected 0 or more, found \(size)"
    case .typeflag(let flag): "unknown type flag \"\(escapedName([flag]))\""
    case .extensionTooLarge(let size, let limit): "an extension of \(size) bytes, the limit is \(limit)"
    case .paxRecord(let at, let fault): "extended header, record at byte \(at): \(fault.rawValue)"
    case .paxValue(let keyword, let found): "extended header, \(keyword): found \"\(escapedName(found.prefix(80)))\""
    case .repeatedExtension(let flag): "two \"\(escapedName([flag]))\" headers for one entry"
    case .orphanExtension(let flag): "no entry follows this \"\(escapedName([flag]))\" header"
    case .sizeConflict(let header, let extended): "size \(header) in the header, \(extended) in the extended header"
    case .sizeWithoutContents(let kind, let size):
      "a \(kind.rawValue) that claims \(size) bytes: readers differ on whether contents follow"
    case .namedAsDirectory(let kind):
      "a \(kind.rawValue) with a name that ends in '/': readers differ on whether it is a directory"
    case .prefix(let found):
      "the prefix \"\(escapedName(found))\" of the name: readers differ on whether it counts"
    case .noLongName(let flag): "a \"\(escapedName([flag]))\" header without a name"
    case .noLinkTarget: "a link without a target in its header"
    case .globalKeyword(let keyword):
      "\(escapedName(keyword.utf8)) in a global header: readers differ on whether it counts"
    case .volume(let keyword): "\(escapedName(keyword.utf8)): a part of an archive in several volumes"
    case .nameConflict(let first, let second):
      "two names for one entry, \(escapedName(first)) and \(escapedName(second))"
    case .sparse(let fault): "a sparse file \(fault.rawValue)"
    case .overLimit(let limit): "the archive unpacks to more than the limit of \(limit) bytes"
    case .zeroBlock: "other bytes follow one block of zeros: readers differ on whether the archive ends there"
    case .overTrailingLimit(let limit): "more than the limit of \(limit) bytes behind the end mark"
    }
  }
}
