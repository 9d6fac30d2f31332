// Why outputs cannot be written where they are to stand.

import Basics

/// A place for outputs that cannot be used.
package enum OutputError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Another process, when it could be told, holds the folder.
  case inUse(path: String, holder: Int?)
  /// A folder stands where a file is to be written.
  case isFolder(path: String)
  /// Something else stands where a folder is needed.
  case isNoFolder(path: String)
  /// A symlink stands where a folder is needed that nothing else leads to.
  case isLink(path: String)

  package var description: String {
    switch self {
    case .inUse(let path, let holder):
      "\(escapedName(path.utf8)): in use by another run\(holder.map { " (process \($0))" } ?? "")"
    case .isFolder(let path): "\(escapedName(path.utf8)): a folder stands where the output would be written"
    case .isNoFolder(let path): "\(escapedName(path.utf8)): not a folder, but an output would be written below it"
    case .isLink(let path): "\(escapedName(path.utf8)): a symlink, but outputs would be written below it"
    }
  }
}
