// Folders that an option names: a run that looks into one must not go on as if it were empty when it is not there.

import Basics
import Files
private import Glibc

/// A folder that the command line names for a run to look into.
package enum NamedFolder: String, Sendable {
  case root, bin, bases

  /// Throws `NamedFolderError` when `path`, which the option gives, leads to no folder.
  package func check(_ path: String) throws(NamedFolderError) { try Self.check(path, from: "--\(rawValue)") }

  /// Throws `NamedFolderError` when `path`, which the option or variable `name` gives, leads to no folder.
  package static func check(_ path: String, from name: String) throws(NamedFolderError) {
    let status: FileStatus
    do throws(SystemError) {
      status = try FileStatus.following(Array(path.utf8))
    } catch {
      if error.errno == ELOOP { throw NamedFolderError(name: name, path: path, found: "a loop of links") }
      // Whoever looks into it is told any other reason.
      if !error.isAboutMissingFile { return }
      throw NamedFolderError(name: name, path: path, found: "nothing")
    }
    if !status.isFolder { throw NamedFolderError(name: name, path: path, found: status.typeName) }
  }
}

/// An option that names no folder, or one that is not what the option is for.
package struct NamedFolderError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The option, or the variable of the environment.
  let name: String
  let path: String
  /// What was wanted of it.
  var wanted = "a folder"
  /// What is there instead.
  let found: String

  package var description: String { "\(name): \(escapedName(path.utf8)): expected \(wanted), found \(found)" }
}
