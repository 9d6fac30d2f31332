// An entry as JSON, the same in every command that prints entries.

import Archive
import JSON

extension EntryRecord {
  /// The entry with the nine keys of a listing.
  var json: JSONLiteral { .object(members) }

  /// The nine keys of a listing.
  var members: [(String, JSONLiteral)] {
    [
      ("path", .string(path)), ("type", .string(type)), ("mode", .string(mode)), ("uid", .integer(entry.uid)),
      ("gid", .integer(entry.gid)), ("size", sizeMember), ("link", .string(link)), ("mtime", .integer(mtime)),
      ("sha256", .string(sha256)),
    ]
  }

  /// The keys of an entry in a plan.
  var plannedMembers: [(String, JSONLiteral)] {
    [
      ("path", .string(path)), ("type", .string(type)), ("mode", .string(mode)), ("size", sizeMember),
      ("link", .string(link)),
    ] + originMembers
  }

  /// The keys for the entry's origin.
  var originMembers: [(String, JSONLiteral)] {
    [("rule", rule.map(JSONLiteral.string) ?? .null), ("source", source.map(JSONLiteral.string) ?? .null)]
  }

  private var sizeMember: JSONLiteral { size.map(JSONLiteral.integer) ?? .null }
}
