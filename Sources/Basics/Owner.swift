// Who owns a file: numbers of a user and a group, or their names.

/// The owner of an entry. Without names given, they follow from the numbers alone, never from the machine's user database.
package struct Owner: Equatable, Sendable {
  package var uid: UInt32
  package var gid: UInt32

  /// Names that are given in place of numbers, which are then 0.
  package var names: Names?

  /// The names of a user and a group.
  package struct Names: Equatable, Sendable {
    package let user, group: [UInt8]
  }

  package init(uid: UInt32, gid: UInt32) {
    self.uid = uid
    self.gid = gid
  }

  /// The owner that "USER:GROUP" spells, two names (useradd(8), "CAVEATS": small letters, digits, "_" and "-", at most 32
  /// bytes).
  package init?(named text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Array($0.utf8) }
    guard parts.count == 2, parts.allSatisfy(Self.isName) else { return nil }
    self.init(uid: 0, gid: 0)
    names = Names(user: parts[0], group: parts[1])
  }

  private static func isName(_ name: [UInt8]) -> Bool {
    let small = UInt8(ascii: "a")...UInt8(ascii: "z")
    guard let first = name.first, small.contains(first) || first == UInt8(ascii: "_"), name.count <= 32 else {
      return false
    }
    return name.allSatisfy { small.contains($0) || $0.isDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
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

  /// The user's name: the one that is given, else "root" for 0, else empty.
  package var uname: [UInt8] { names?.user ?? (uid == 0 ? Array("root".utf8) : []) }
  /// The group's name, likewise.
  package var gname: [UInt8] { names?.group ?? (gid == 0 ? Array("root".utf8) : []) }
}
