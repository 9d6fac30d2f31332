// An entry of a listing as JSON, the same in every command that lists.

import Archive
import JSON

extension ListingRow {
  /// The entry with all its keys.
  var json: JSONLiteral {
    .object([
      ("path", .string(path)), ("type", .string(type)), ("mode", .string(mode)), ("uid", .integer(uid)),
      ("gid", .integer(gid)), ("size", .integer(size)), ("link", .string(link)), ("mtime", .integer(mtime)),
      ("sha256", .string(sha256)),
    ])
  }
}
