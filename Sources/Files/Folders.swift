// The making and removing of folders and files.

private import Glibc

/// Makes a folder and the parents that are missing; those it made, outermost first.
@discardableResult
package func makeFolders(_ path: String) throws(SystemError) -> [String] {
  var made: [String] = []
  var missing: [String] = []
  var next = path
  // Any other error of access(2) comes again from mkdir(2).
  while !next.isEmpty && access(next, F_OK) != 0 && errno == ENOENT {
    missing.append(next)
    let parent = Paths.parent(of: next)
    if parent == next { break }
    next = parent
  }
  for folder in missing.reversed() {
    if mkdir(folder, 0o777) == 0 {
      made.append(folder)
    } else if errno != EEXIST {
      let error = SystemError(operation: "make the folder", path: folder, errno: errno)
      removeFolders(made)
      throw error
    }
  }
  return made
}

/// Removes the folders that `makeFolders` made, as far as they are empty.
func removeFolders(_ made: [String]) {
  // One that is not empty holds files of others, and stays.
  for folder in made.reversed() { _ = rmdir(folder) }
}

/// Removes a file.
package func removeFile(_ path: [UInt8]) throws(SystemError) {
  let terminated = cString(path)
  try systemCall("remove", path) { unlink(terminated) }
}

/// Removes a file if it is there; tries again once, as a failure cannot be reported any more.
func removeIfThere(_ path: String) {
  if unlink(path) != 0 && errno != ENOENT { _ = unlink(path) }
}
