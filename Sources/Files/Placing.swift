// The moment of a commit: outputs get their names one after another, and all can be taken back until the last one has
// its own.

import Basics
private import Glibc

/// Outputs that got their names, and older ones that lost them, in order.
struct Placing {
  /// An output that got its name or went, and where the older one is.
  private enum Placement {
    /// A file; `older` is the name that the older output has now, nil when there was none.
    case file(final: String, older: String?)
    case folder(FolderSwap)

    var final: String {
      switch self {
      case .file(let final, _): final
      case .folder(let swap): swap.final
      }
    }

    /// Puts the older output back; where there was none, removes the new one. The name that the older one still has
    /// where that fails.
    func takeBack() -> String? {
      switch self {
      case .file(let final, let older?): return rename(older, final) == 0 ? nil : older
      case .file(let final, nil):
        removeIfThere(final)
        return nil
      case .folder(let swap): return swap.takeBack()
      }
    }
  }

  private var placements: [Placement] = []
  /// Folders that were made for the names, in order.
  private var made: [String] = []

  /// Gives `output` its name, in folders that are made where they are missing, or takes away what has the name.
  mutating func place(_ output: OutputFolder.Output, _ number: Int) throws(SystemError) {
    let final = output.folder.final(output.name)
    let backup = output.folder.backup(number)
    let temporary = output.folder.temporary(number)
    switch output.kind {
    case .folderRemoval:
      let (path, backup) = (Array(final.utf8), backup)
      try systemCall("remove", path) { rename(final, backup) }
      placements.append(.file(final: final, older: backup))
    case .removal:
      if let placement = try Self.remove(final, backup: backup) { placements.append(placement) }
    case .written, .link:
      made += try makeFolders(Paths.parent(of: final))
      try move(temporary, to: final, backup: backup)
    case .folder:
      made += try makeFolders(Paths.parent(of: final))
      var swap = FolderSwap(temporary, to: final, backup: backup)
      // Noted even where it fails half way.
      defer { placements.append(.folder(swap)) }
      try swap.perform()
    case .scratch: break
    }
  }

  /// Makes the names durable, and those of `others`, folders that were made before.
  func sync(with others: [String]) throws(SystemError) {
    // By bytes: two names that are equal as text can be two folders.
    let touched = Set((placements.map(\.final) + made + others).map { Array(Paths.parent(of: $0).utf8) })
    for folder in touched.sorted(by: bytesPrecede) { try Self.sync(folder) }
  }

  private static func sync(_ folder: [UInt8]) throws(SystemError) {
    let handle: FileHandle
    do throws(SystemError) {
      handle = try FileHandle(opening: folder, O_RDONLY | O_DIRECTORY)
    } catch {
      // One that may be written into and not read cannot be synced.
      if error.errno == EACCES { return }
      throw error
    }
    try handle.sync()
  }

  /// Takes all back; the names that older outputs still have where that fails.
  func takeBack() -> Set<[UInt8]> {
    let kept = placements.reversed().compactMap { $0.takeBack() }
    removeFolders(made)
    return Set(kept.map { Array($0.utf8) })
  }

  /// Takes a file away; nil when there is none, or a folder, which is no output.
  private static func remove(_ final: String, backup: String) throws(SystemError) -> Placement? {
    if try isFolder(final) { return nil }
    if rename(final, backup) == 0 { return .file(final: final, older: backup) }
    if errno == ENOENT || errno == ENOTDIR { return nil }
    throw SystemError(operation: "remove", path: final, errno: errno)
  }

  private mutating func move(_ temporary: String, to final: String, backup: String) throws(SystemError) {
    // A folder would be moved away where the file system has no links.
    if try isFolder(final) { throw SystemError(operation: "rename", path: final, errno: EISDIR) }
    let older = try Self.keepOlder(final, as: backup) ? backup : nil
    if rename(temporary, final) == 0 { return placements.append(.file(final: final, older: older)) }
    let error = SystemError(operation: "rename", path: final, errno: errno)
    // The older one is in its place where it only got a second name, which goes with the temporaries.
    if older != nil, try FileStatus.ifThere(Array(final.utf8)) == nil {
      placements.append(.file(final: final, older: older))
    }
    throw error
  }

  /// Gives an older output the second name `backup`, so that its own always leads to a whole file; where the file
  /// system has no links, it has only that name for a moment. False when there is none.
  ///
  /// Not by an exchange of names (renameat2): some kernels, file systems and seccomp profiles refuse that, each in
  /// another way, and some file systems take the flag for nothing, which loses the older output.
  private static func keepOlder(_ final: String, as backup: String) throws(SystemError) -> Bool {
    if link(final, backup) == 0 || errno != ENOENT && rename(final, backup) == 0 { return true }
    if errno == ENOENT { return false }
    throw SystemError(operation: "rename", path: final, errno: errno)
  }
}

/// Whether a folder itself, not a link to one, stands at `path`.
func isFolder(_ path: String) throws(SystemError) -> Bool {
  try FileStatus.ifThere(Array(path.utf8))?.isFolder == true
}
