// What can be wrong with a zip: it is cut or damaged, or two readers would read it in two ways.

import Basics

/// A zip that is refused.
package struct ZipError: Error, Equatable, Sendable {
  /// Bytes from the start of the archive to the record concerned.
  package let offset: Int64
  /// The entry's name, empty where none is known.
  package let name: [UInt8]
  package let fault: Fault

  package init(offset: Int64, name: [UInt8] = [], fault: Fault) {
    (self.offset, self.name, self.fault) = (offset, name, fault)
  }

  /// What is wrong.
  package enum Fault: Equatable, Sendable {
    /// Nothing ends the archive.
    case noEnd
    /// Two records that each can end the archive.
    case severalEnds
    /// So many bytes that are no part of the archive stand behind its end, or before its first entry.
    case behindEnd(Int64)
    case beforeStart(Int64)
    /// A part of an archive in several.
    case volume
    /// The archive ends inside this record, or another one stands here.
    case noRecord(String)
    /// The end record and that of zip64 give two numbers.
    case endConflict(field: String, short: UInt64, long: UInt64)
    /// The directory ends elsewhere than where what follows it begins.
    case directoryEnd(found: UInt64, wanted: Int64)
    case count(found: Int64, told: UInt64)
    case encrypted
    case flags(UInt16)
    case method(UInt16)
    /// An extra field that does not fit, or is not whole.
    case extra(identifier: UInt16)
    /// A number stands in an extra field that is not there.
    case noZip64(field: String)
    /// What the directory says and what stands before the contents.
    case conflict(field: String, directory: String, local: String)
    /// The entry begins before the one before it ends.
    case overlap
    /// So many bytes between this entry and the next are of none.
    case gap(Int64)
    case descriptor
    case nameWithNUL
    case notUTF8
    case secondName([UInt8])
    case repeatedName
    case namedAsDirectory(TarEntryKind)
    case directoryWithoutSlash
    case sizeWithoutContents(TarEntryKind, Int64)
    /// The target of a symlink that is longer than any is.
    case longLink(Int64)
    case storedSize(packed: Int64, plain: Int64)
    /// The bytes are not what deflate gives; zlib's own text.
    case damaged(String)
    /// The contents are over before all of the stored bytes, or the reverse.
    case contentsSize(found: Int64, wanted: Int64)
    case checksum(found: UInt32, computed: UInt32)
    /// More bytes than the caller allows.
    case overLimit(Int64)
  }
}

extension ZipError: CustomStringConvertible {
  package var description: String {
    switch fault {
    case .noEnd, .severalEnds, .volume, .overLimit: return fault.description
    default: return "\(name.isEmpty ? "record" : escapedName(name)) at byte \(offset): \(fault)"
    }
  }
}

extension ZipError.Fault: CustomStringConvertible {
  package var description: String {
    switch self {
    case .noEnd: "a zip without its end: it is cut, or other bytes follow it"
    case .severalEnds: "two records may end the archive: readers differ on which one does"
    case .behindEnd(let count): "\(count) bytes that are no part of the archive stand behind its end"
    case .beforeStart(let count): "\(count) bytes that are no part of the archive stand before its first entry"
    case .volume: "a part of an archive in several parts"
    case .noRecord(let what): "expected \(what)"
    case .endConflict(let field, let short, let long): "\(field): \(short), and \(long) in the record of zip64"
    case .directoryEnd(let found, let wanted):
      "the directory ends at byte \(found), and what follows it begins at byte \(wanted)"
    case .count(let found, let told): "\(told) entries are told, and the directory has \(found)"
    case .encrypted: "is encrypted"
    case .flags(let flags): "flags of contents that are not read here: 0x\(String(flags, radix: 16))"
    case .method(let method): "compressed with \(Self.methods[method] ?? "method \(method)"), which is not read here"
    case .extra(let identifier): "an extra field (0x\(String(identifier, radix: 16))) that is not whole"
    case .noZip64(let field): "\(field): stands in an extra field of zip64 that is not there"
    case .conflict(let field, let directory, let local):
      "\(field): \(directory) in the directory, \(local) before the contents"
    case .overlap: "begins before the end of another entry"
    case .gap(let count): "\(count) bytes of no entry follow: some readers look for entries there"
    case .descriptor: "what follows the contents does not repeat their sizes and checksum"
    case .nameWithNUL: "a name with a NUL, where some readers end it"
    case .notUTF8: "a name that is marked as UTF-8 and is not"
    case .secondName(let name): "a second name, \(escapedName(name)), which some readers take"
    case .repeatedName: "a second entry of this name: readers differ on which one they take"
    case .namedAsDirectory(let kind):
      "a \(kind.rawValue) with a name that ends in '/': readers differ on whether it is a directory"
    case .directoryWithoutSlash:
      "a directory with a name that does not end in '/': readers differ on whether it is a file"
    case .sizeWithoutContents(let kind, let size): "a \(kind.rawValue) that claims \(size) bytes"
    case .longLink(let size): "a symlink with a target of \(size) bytes"
    case .storedSize(let packed, let plain): "\(packed) bytes are stored of contents of \(plain) bytes"
    case .damaged(let reason): "damaged: \(reason)"
    case .contentsSize(let found, let wanted): "the contents have \(found) bytes or more, expected \(wanted)"
    case .checksum(let found, let computed):
      "the checksum is \(String(found, radix: 16)), that of the contents \(String(computed, radix: 16))"
    case .overLimit(let limit): "the archive unpacks to more than the limit of \(limit) bytes"
    }
  }

  /// The names of methods that other programs write (APPNOTE.TXT 4.4.5).
  private static let methods: [UInt16: String] = [
    1: "Shrink", 6: "Implode", 9: "Deflate64", 12: "bzip2", 14: "LZMA", 20: "zstd", 93: "zstd", 95: "xz", 98: "PPMd",
    99: "AES",
  ]
}
