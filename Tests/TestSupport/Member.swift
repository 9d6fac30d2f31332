// Plain tar archives of a few members, for tests of what is in them; TarBytes makes odd ones.

@testable import Archive

/// One member of an archive, of owner 0:0 and time 0.
struct Member {
  var name: String
  var kind = TarEntryKind.file
  var mode: UInt16 = 0o755
  var bytes: [UInt8] = []
  var link = ""

  /// The archive of `members`, in this order.
  static func tar(_ members: [Member]) -> [UInt8] {
    members.flatMap { member in
      TarHeader.encode(
        TarEntry(
          name: Array(member.name.utf8), kind: member.kind, mode: member.mode, size: Int64(member.bytes.count),
          linkname: Array(member.link.utf8))) + Tar.padded(member.bytes)
    } + Tar.end
  }
}
