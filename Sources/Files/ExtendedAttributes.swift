// Extended attributes of files (xattr(7)). Of these, archives hold capabilities at most.

import CSystem
private import Glibc

/// Reads which extended attributes a file has.
package enum ExtendedAttributes {
  /// XATTR_LIST_MAX of linux/limits.h: the kernel gives no longer list.
  private static let longestList = 65_536

  /// The names of the attributes of `path` itself, a link not followed, that its owner gave it: capabilities, access
  /// lists, attributes of users. What systems put on every file is left out. Sorted by their bytes.
  ///
  /// Empty for a file system that has no attributes or does not list them.
  package static func given(to path: [UInt8]) throws(SystemError) -> [[UInt8]] {
    let list: ArraySlice<CChar>
    do throws(SystemError) {
      list = try read(path, atMost: 1024)
    } catch {
      switch error.errno {
      case ERANGE: list = try read(path, atMost: longestList)
      case ENOTSUP, ENOSYS, EPERM: return []
      default: throw error
      }
    }
    let names = list.split(separator: 0).map { $0.map { UInt8(bitPattern: $0) } }
    return names.filter { !isOfSystem($0) }.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// The value of the attribute `name` of `path` itself, a link not followed; nil when it has none.
  ///
  /// A value of more than 1024 bytes is an error: this is for attributes of a few bytes.
  package static func value(of name: String, at path: [UInt8]) throws(SystemError) -> [UInt8]? {
    let (path, terminated) = (path, cString(path))
    var value = [UInt8](repeating: 0, count: 1024)
    do throws(SystemError) {
      let count = try systemCall("read an attribute of", path) { lgetxattr(terminated, name, &value, value.count) }
      return Array(value[..<count])
    } catch {
      if [ENODATA, ENOTSUP, ENOSYS].contains(error.errno) { return nil }
      throw error
    }
  }

  /// The list of names, a NUL behind each.
  private static func read(_ path: [UInt8], atMost limit: Int) throws(SystemError) -> ArraySlice<CChar> {
    let terminated = cString(path)
    var list = [CChar](repeating: 0, count: limit)
    let count = try systemCall("list the attributes of", path) { llistxattr(terminated, &list, limit) }
    return list[..<count]
  }

  /// Whether systems give files an attribute of this name by themselves.
  private static func isOfSystem(_ name: [UInt8]) -> Bool {
    if ofSystems.contains(where: { name.elementsEqual($0.utf8) }) { return true }
    if givenByOwners.contains(where: { name.starts(with: $0.utf8) }) {
      return startsOfSystems.contains { name.starts(with: $0.utf8) }
    }
    // trusted.*, and namespaces of file systems such as btrfs.*; of system.*, the access lists of NFS and CIFS.
    return true
  }

  /// What the names of attributes begin with that the owner gave the file; an access list that says no more than the
  /// mode is not kept as one (acl(5)).
  private static let givenByOwners = ["security.", "system.posix_acl_access", "user."]
  /// Labels and checksums of security modules (Documentation/admin-guide/LSM of Linux).
  private static let ofSystems = ["security.selinux", "security.ima", "security.evm", "security.apparmor"]
  /// Smack's, and what containers' storage and Samba keep of files whose real state the disk cannot hold.
  private static let startsOfSystems = [
    "security.SMACK64", "user.overlay.", "user.fuseoverlayfs.", "user.containers.", "user.DOSATTRIB", "user.SAMBA_PAI",
  ]
}
