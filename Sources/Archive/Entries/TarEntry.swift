// One entry of a tar archive as a plain value: what a header says, whatever format it was written in.

/// What an entry is.
package enum TarEntryKind: String, Equatable, Sendable {
  case file, directory = "dir", symlink, hardlink, char, block, fifo
}

/// One entry of a tar archive.
package struct TarEntry: Equatable, Sendable {
  /// The stored name as raw bytes; a directory's ends in "/".
  package var name: [UInt8]
  package var kind: TarEntryKind
  /// Permission bits, 0 to 0o7777.
  package var mode: UInt16
  package var uid: Int64
  package var gid: Int64
  package var uname: [UInt8]
  package var gname: [UInt8]
  /// Bytes of contents: 0 unless `kind` is `.file`.
  package var size: Int64
  /// Whole seconds since 1970, floored.
  package var mtime: Int64
  /// The target of a symlink or hard link, raw bytes; empty for all else.
  package var linkname: [UInt8]
  /// The value of a file's attribute security.capability; empty for a file without it and for all else.
  package var capabilities: [UInt8]

  package init(
    name: [UInt8], kind: TarEntryKind, mode: UInt16, size: Int64 = 0, mtime: Int64 = 0, linkname: [UInt8] = [],
    uid: Int64 = 0, gid: Int64 = 0, uname: [UInt8] = [], gname: [UInt8] = [], capabilities: [UInt8] = []
  ) {
    self.name = name
    self.kind = kind
    self.mode = mode
    self.uid = uid
    self.gid = gid
    self.uname = uname
    self.gname = gname
    self.size = size
    self.mtime = mtime
    self.linkname = linkname
    self.capabilities = capabilities
  }
}

/// `mode` as four octal digits.
func octalMode(_ mode: UInt16) -> String {
  let digits = String(mode, radix: 8)
  return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
}
