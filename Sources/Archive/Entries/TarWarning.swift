// What is readable in an archive, but sloppy or unsafe to unpack.

import Basics

/// A remark on an archive that is read all the same.
package enum TarWarning: Equatable, Sendable {
  /// The archive ends after `zeroBlocks`, 0 or 1, of the two blocks of zeros that should end it.
  case endMarkMissing(zeroBlocks: Int)
  /// The archive ends after `found` of the `wanted` zeros that fill the last block of the contents.
  case paddingCut(name: [UInt8], found: Int64, wanted: Int64)
  /// Bytes that are not zero follow the end mark, from the block at `offset` on; they are no entries.
  case bytesBehindEnd(offset: Int64)
  /// A hard link states a size; no contents were looked for.
  case sizeIgnored(name: [UInt8], size: Int64)
  /// A sparse file has more holes than are read for its digest.
  case notHashed(name: [UInt8], size: Int64)
  case emptyName
  case absoluteName(name: [UInt8])
  case parentReference(name: [UInt8])
  /// `parent`, a leading part of `name`, is an earlier entry that is no directory.
  case belowNonDirectory(name: [UInt8], parent: [UInt8], kind: TarEntryKind)
  case hardlink(name: [UInt8], target: [UInt8], HardlinkFault)
  /// A symlink to an absolute path, or to one above the archive's root.
  case symlinkLeaves(name: [UInt8], target: [UInt8])
  case special(name: [UInt8], kind: TarEntryKind)
  /// A mode with setuid or setgid.
  case privileged(name: [UInt8], mode: UInt16)
  /// A file with capabilities, as the value of its attribute.
  case capabilities(name: [UInt8], value: [UInt8])
  /// A second entry of this name, "./" and doubled slashes aside.
  case repeatedName(name: [UInt8])
  /// A name in a zip that is not ASCII and not marked as UTF-8.
  case unmarkedName(name: [UInt8])
  /// A name in a zip with a backslash or a drive.
  case windowsName(name: [UInt8])

  /// What is wrong with the target of a hard link.
  package enum HardlinkFault: String, Sendable {
    case missing = "which is no earlier entry"
    case notAFile = "which is no file"
    case outside = "which is outside the archive"
    case itself = "which is itself"
  }
}

extension TarWarning: CustomStringConvertible {
  package var description: String {
    switch self {
    case .endMarkMissing(let found): "the archive ends with \(found) of the 2 blocks of zeros that should end it"
    case .paddingCut(let name, let found, let wanted):
      "\(escapedName(name)): the archive ends after \(found) of \(wanted) bytes that pad the contents"
    case .bytesBehindEnd(let offset): "other bytes than zeros behind the end mark, from byte \(offset) on"
    case .sizeIgnored(let name, let size): "\(escapedName(name)): a hard link that claims \(size) bytes"
    case .notHashed(let name, let size):
      "\(escapedName(name)): a sparse file of \(size) bytes, too many of them holes to tell its digest"
    case .emptyName: "an entry with an empty name"
    case .absoluteName(let name): "\(escapedName(name)): an absolute name"
    case .parentReference(let name): "\(escapedName(name)): a name with '..'"
    case .belowNonDirectory(let name, let parent, let kind):
      "\(escapedName(name)): below \(escapedName(parent)), which is a \(kind.rawValue)"
    case .hardlink(let name, let target, let fault):
      "\(escapedName(name)): a hard link to \(escapedName(target)), \(fault.rawValue)"
    case .symlinkLeaves(let name, let target):
      "\(escapedName(name)): a symlink out of the archive, to \(escapedName(target))"
    case .special(let name, let kind): "\(escapedName(name)): a special file (\(kind.rawValue))"
    case .privileged(let name, let mode): "\(escapedName(name)): setuid or setgid, mode \(FileMode(bits: mode).octal)"
    case .capabilities(let name, let value):
      "\(escapedName(name)): capabilities, \(Capabilities(bytes: value)?.text ?? "in an unknown form")"
    case .repeatedName(let name): "\(escapedName(name)): a second entry of this name"
    case .unmarkedName(let name):
      "\(escapedName(name)): a name that is not marked as UTF-8: readers differ on what its bytes stand for"
    case .windowsName(let name): "\(escapedName(name)): a name that is another path on Windows"
    }
  }
}
