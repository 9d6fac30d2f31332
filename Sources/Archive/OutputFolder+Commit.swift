// The end of a run: all outputs get their names, or everything is as it was before.

private import Glibc
private import Synchronization

extension OutputFolder {
  /// Gives all outputs their names and makes that durable; `last`, an output that tells of the others, gets its name
  /// when theirs are durable.
  ///
  /// An older output keeps a second name until the end, so that a rename that fails later can be taken back; a power
  /// cut in this moment can leave some names new and some old, each file whole. Throws `SystemError`, and
  /// `SourceChanged` when a file changes while it is copied in place of a link, with all as it was before.
  package func commit(last: String? = nil) throws {
    do {
      // Before the lock, for the disk can be slow and a run that waits for it can still be abandoned.
      try unsynced.sync()
    } catch {
      abandon()
      throw error
    }
    try state.withLock { state in
      if state.isClosed { throw SystemError.ended(in: folders.first) }
      state.isClosed = true
      var placing = Placing()
      do {
        // All that takes time or room comes before the first rename.
        for (number, output) in state.outputs.enumerated() { try output.makeLink(number) }
        let made = folders.flatMap(\.made)
        let outputs = Array(state.outputs.enumerated())
        for (number, output) in outputs where output.name != last { try placing.place(output, number) }
        try placing.sync(with: made)
        for (number, output) in outputs where output.name == last {
          try placing.place(output, number)
          try placing.sync(with: made)
        }
      } catch {
        let kept = placing.takeBack()
        removeTemporaries(state.outputs, but: kept)
        removeMade(folders)
        throw error
      }
      removeTemporaries(state.outputs)
    }
  }

  /// Removes everything this run made and calls `end`, before any other thread can go on. False, and nothing is done,
  /// when there is nothing to take back: the outputs are committed.
  @discardableResult
  package func abandon(andThen end: () -> Void = {}) -> Bool {
    state.withLock { state in
      guard !state.isClosed else { return false }
      state.isClosed = true
      removeTemporaries(state.outputs)
      removeMade(folders)
      end()
      return true
    }
  }

  /// What stands under the names of our own: outputs without a place, and older ones that were replaced, `but` those
  /// that could not be put back.
  private func removeTemporaries(_ outputs: [Output], but kept: Set<[UInt8]> = []) {
    for (number, output) in outputs.enumerated() {
      removeIfThere(output.folder.temporary(number))
      let backup = output.folder.backup(number)
      if !kept.contains(Array(backup.utf8)) { removeIfThere(backup) }
    }
  }
}

extension OutputFolder.Output {
  /// Makes the temporary of an output that is a link, or a copy where links are not to be had.
  fileprivate func makeLink(_ number: Int) throws {
    guard case .link(let linked) = kind else { return }
    let temporary = Array(folder.temporary(number).utf8)
    let (old, new) = (cString(linked.path), cString(temporary))
    do throws(SystemError) {
      try systemCall("link", temporary) { link(old, new) }
    } catch {
      guard [EXDEV, EPERM, EMLINK, EOPNOTSUPP, ENOSYS].contains(error.errno) else { throw error }
      // As it is now: another link to it may have been made, which changes its times.
      let status = try FileHandle(opening: linked.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).status()
      let copy = try FileHandle(opening: temporary, O_RDWR | O_CREAT | O_EXCL, mode: 0o666)
      let source = SourceFile(path: linked.path, identity: FileIdentity(status))
      try source.copy(into: copy, mode: UInt16(status.st_mode & 0o7777))
      try copy.sync()
      try copy.close()
    }
  }
}

/// Outputs that got their names, and older ones that lost them, in order.
private struct Placing {
  /// An output that got its name or went, and where the older one is.
  private struct Placement {
    let final: String
    /// The name that the older output has now; nil when there was none.
    let older: String?

    /// Puts the older output back; where there was none, removes the new one. The name that the older one still has
    /// where that fails.
    func takeBack() -> String? {
      guard let older else {
        removeIfThere(final)
        return nil
      }
      return rename(older, final) == 0 ? nil : older
    }
  }

  private var placements: [Placement] = []
  /// Folders that were made for the names, in order.
  private var made: [String] = []

  /// Gives `output` its name, in folders that are made where they are missing, or takes away what has the name.
  ///
  /// Throws `SystemError`.
  mutating func place(_ output: OutputFolder.Output, _ number: Int) throws(SystemError) {
    let final = output.folder.final(output.name)
    let backup = output.folder.backup(number)
    if case .removal = output.kind {
      if let placement = try Self.remove(final, backup: backup) { placements.append(placement) }
      return
    }
    made += try makeFolders(parentFolder(of: final))
    let temporary = output.folder.temporary(number)
    try move(temporary, to: final, backup: backup)
  }

  /// Makes the names durable, and those of `others`, folders that were made before. Throws `SystemError`.
  func sync(with others: [String]) throws(SystemError) {
    // By bytes: two names that are equal as text can be two folders.
    let touched = Set((placements.map(\.final) + made + others).map { Array(parentFolder(of: $0).utf8) })
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

  /// Takes a file away; nil when there is none, for a folder is no output.
  private static func remove(_ final: String, backup: String) throws(SystemError) -> Placement? {
    if try isFolder(final) { return nil }
    if rename(final, backup) == 0 { return Placement(final: final, older: backup) }
    if errno == ENOENT || errno == ENOTDIR { return nil }
    throw SystemError(operation: "remove", path: final, errno: errno)
  }

  private mutating func move(_ temporary: String, to final: String, backup: String) throws(SystemError) {
    // It would be moved away where links are not to be had.
    if try isFolder(final) { throw SystemError(operation: "rename", path: final, errno: EISDIR) }
    let older = try Self.keepOlder(final, as: backup) ? backup : nil
    if older != nil { placements.append(Placement(final: final, older: older)) }
    guard rename(temporary, final) == 0 else { throw SystemError(operation: "rename", path: final, errno: errno) }
    if older == nil { placements.append(Placement(final: final, older: nil)) }
  }

  /// Gives an older output the second name `backup`, so that its own always leads to a whole file; where links are not
  /// to be had, it has only that name for a moment. False when there is none.
  ///
  /// Not by an exchange of names (renameat2): some kernels, file systems and seccomp profiles refuse that, each in
  /// another way, and some file systems take the flag for nothing, which loses the older output.
  private static func keepOlder(_ final: String, as backup: String) throws(SystemError) -> Bool {
    if link(final, backup) == 0 || errno != ENOENT && rename(final, backup) == 0 { return true }
    if errno == ENOENT { return false }
    throw SystemError(operation: "rename", path: final, errno: errno)
  }
}
