// The facts about one entry of an archive that was read, planned or written. Every listing, specification and report of
// entries is made from them.

package import Basics

/// One entry and the facts about it.
package struct EntryRecord: Equatable, Sendable {
  package let entry: TarEntry
  /// Bytes of contents, holes counted; 0 unless the entry is a file; nil when not known yet.
  package let size: Int64?
  /// Digest of the contents; nil unless the entry is a file whose contents were read.
  package let digest: Digest?
  /// The rule that added it, "FILE:LINE", or "implied" for a folder without a rule; nil in an archive that was read.
  package let rule: String?
  /// Where its contents come from, for people; nil for none, and in an archive that was read.
  package let source: String?

  package init(
    _ entry: TarEntry, size: Int64?, digest: Digest? = nil, rule: String? = nil, source: String? = nil
  ) {
    self.entry = entry
    self.size = size
    self.digest = digest
    self.rule = rule
    self.source = source
  }

  /// The escaped name, without the slashes after a directory's; a leading "./" is kept, and the root is "." or "/".
  package var path: String {
    guard entry.kind == .directory else { return escapedName(entry.name) }
    let bare = entry.name.reversed().drop { $0 == UInt8(ascii: "/") }.reversed()
    return bare.isEmpty ? "/" : escapedName(bare)
  }

  /// "file", "dir", "symlink" and so on.
  package var type: String { entry.kind.rawValue }
  /// Four octal digits.
  package var mode: String { octalMode(entry.mode) }
  /// The escaped target, empty unless the entry is a link.
  package var link: String { escapedName(entry.linkname) }
  /// Seconds since 1970, floored.
  package var mtime: Int64 { entry.mtime }
  /// 64 hexadecimal digits, empty where there is no digest.
  package var sha256: String { digest?.description ?? "" }
}
