// Who owns a file: numbers of a user and a group.

/// The numeric owner of an entry; the names follow from it alone, never from the machine's user database.
package struct Owner: Equatable, Sendable {
  package var uid: UInt32
  package var gid: UInt32

  package init(uid: UInt32, gid: UInt32) {
    self.uid = uid
    self.gid = gid
  }

  /// The owner that "UID:GID" spells, two numbers of 32 bits.
  package init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    // UInt32 would accept a sign, also "-0".
    let isUnsigned = text.utf8.allSatisfy { $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }
    guard parts.count == 2, isUnsigned, let uid = UInt32(parts[0]), let gid = UInt32(parts[1]) else { return nil }
    self.init(uid: uid, gid: gid)
  }

  /// 0:0.
  package static let root = Owner(uid: 0, gid: 0)

  /// The user's name: "root" for 0, else empty.
  package var uname: [UInt8] { uid == 0 ? Array("root".utf8) : [] }
  /// The group's name, likewise.
  package var gname: [UInt8] { gid == 0 ? Array("root".utf8) : [] }
}
