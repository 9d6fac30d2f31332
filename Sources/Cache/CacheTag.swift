// The file that says that a folder is a cache of this program: without it nothing there is used, written or removed.

import Files

/// CACHEDIR.TAG, by which programs that make backups leave a folder out (bford.info/cachedir).
enum CacheTag {
  static let name = "CACHEDIR.TAG"
  /// Also says whose cache it is; the same in every version of this program.
  static let text = Array(
    """
    Signature: 8a477f597d28d172789f06886806bc55
    # This folder is a cache of kpack, see https://bford.info/cachedir/ for what that means.\n
    """.utf8)

  /// Whether `folder` has a tag of this program.
  static func isOurs(in folder: String) -> Bool {
    // A tag that is missing, cut or cannot be read is none.
    guard let file = try? FileHandle(keptAt: Array("\(folder)/\(name)".utf8)),
      let bytes = try? file.keptBytes(at: 0, count: text.count)
    else { return false }
    return bytes == text
  }
}
