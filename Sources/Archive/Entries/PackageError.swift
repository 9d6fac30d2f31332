// What can be wrong with a package that is read: the ar of a deb, the headers and the cpio of an rpm.

import Basics

/// A package that is refused.
package enum PackageError: Error, Equatable, Sendable {
  /// It ends at byte `offset`, within `what`.
  case cut(what: String, offset: Int64)
  /// A field of the header of ar at byte `offset` that is not what it should be.
  case arHeader(offset: Int64, field: String, found: [UInt8])
  /// Another member of a deb than the one that stands in this place.
  case member(found: [UInt8], wanted: String)
  case debVersion(found: [UInt8])
  /// The part `what` of an rpm does not begin as it should.
  case rpmMagic(what: String)
  /// A header of an rpm with more entries or bytes than any honest one.
  case rpmTooLarge(what: String, count: Int64, limit: Int64)
  /// An entry of the index of an rpm's header that leads out of the header, or overlaps its end.
  case rpmEntry(tag: UInt32)
  /// A part of an rpm that is no cpio archive of the kind that is read; what it is instead where that is known.
  case cpioMagic(offset: Int64, FileFormat?)
  case cpioField(offset: Int64, field: String, found: [UInt8])
  case cpioName(offset: Int64)
  case cpioType(name: [UInt8], mode: Int64)
  case cpioLink(name: [UInt8], size: Int64)
  /// Bytes that are not zero behind the end of the cpio archive.
  case cpioTrailing(offset: Int64)
  /// The contents of a file are not those that the header of the rpm has the digest of.
  case digest(name: [UInt8])
}

extension PackageError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .cut(let what, let offset): "the file ends at byte \(offset), inside \(what)"
    case .arHeader(let offset, let field, let found):
      "header of ar at byte \(offset), \(field): found \"\(escapedName(found))\""
    case .member(let found, let wanted): "expected the member \(wanted), found \"\(escapedName(found))\""
    case .debVersion(let found): "expected a deb of version 2, found \"\(escapedName(found.prefix(20)))\""
    case .rpmMagic(let what): "the \(what) of the rpm does not begin as one"
    case .rpmTooLarge(let what, let count, let limit):
      "the header of the rpm claims \(count) \(what), more than \(limit)"
    case .rpmEntry(let tag): "the header of the rpm: the values of tag \(tag) are not within it"
    case .cpioMagic(let offset, let format):
      "cpio, byte \(offset): expected an entry of the form \"newc\"" + (format.map { ", found \($0.name)" } ?? "")
    case .cpioField(let offset, let field, let found):
      "cpio, entry at byte \(offset), \(field): found \"\(escapedName(found))\""
    case .cpioName(let offset): "cpio, entry at byte \(offset): a name that does not end in one NUL"
    case .cpioType(let name, let mode):
      "cpio, \(escapedName(name)): mode \(String(mode, radix: 8)) is of no known type"
    case .cpioLink(let name, let size): "cpio, \(escapedName(name)): a symlink with a target of \(size) bytes"
    case .cpioTrailing(let offset): "cpio: other bytes than zeros behind the end, from byte \(offset) on"
    case .digest(let name): "\(escapedName(name)): the contents are not those that the header has the digest of"
    }
  }
}
