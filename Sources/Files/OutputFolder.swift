// All or nothing: the outputs of a command are written under temporary names in the folders where they will stand,
// and appear together when the last one is whole. Whatever goes wrong before, the older outputs stay as they were.

import Basics
private import Glibc
import Synchronization

/// The folders that a command writes its outputs into, locked against a second command.
///
/// All other names that it makes there begin with `temporaryPrefix`; those that a killed run left are removed by the next.
/// After a method has thrown, the run can only be abandoned.
package final class OutputFolder: Sendable {
  /// What every name begins with that is not an output.
  package static let temporaryPrefix = ".kpack-"

  /// An output that was begun.
  struct Output {
    let folder: LockedFolder
    /// Its final name in the folder, where a slash leads into folders below.
    let name: String
    let kind: Kind

    var isFolder: Bool {
      switch kind {
      case .folder, .folderRemoval: true
      case .written, .link, .removal, .scratch: false
      }
    }

    /// How an output comes to be.
    enum Kind {
      /// It is written by this run.
      case written
      /// A hard link to this file.
      case link(SourceFile)
      /// It does not: a file of an earlier run is removed.
      case removal
      /// It does not: a folder of an earlier run is removed with all that is in it.
      case folderRemoval
      /// A folder that is filled under its temporary name.
      case folder
      /// A file that others link to, and that gets no name of its own.
      case scratch
    }
  }

  private struct State {
    /// The folders, each one once.
    var folders: [LockedFolder]
    /// The folder that each path of the initializer leads to, then each that joined.
    var reached: [LockedFolder]
    /// The folders that joined, which other runs may wait for.
    var joined: [LockedFolder] = []
    /// In the order in which they were begun; the index is the number in the temporary name.
    var outputs: [Output] = []
    /// Where they will stand: of two outputs for one place, one would be lost.
    var places: Set<[UInt8]> = []
    /// What is still to be done in an output that is a folder, by its number.
    var contents: [Int: UnfinishedFolder] = [:]
    /// How many outputs are prepared.
    var prepared = 0
    /// The linked sources in which nothing changed but their links, from the plan until the outputs got their names.
    var steady: Set<FileKey> = []
    /// The older folders that others take the place of, locked.
    var replaced: [LockedFolder] = []
    /// Older folders that could not be removed, by the names that they have now.
    var remaining: [[UInt8]] = []
    var isClosed = false
  }

  /// What is still to be done in a folder among the outputs.
  private struct UnfinishedFolder {
    var links: [FolderLink] = []
    /// The folders in it, each after the one that it is in.
    var folders: [[UInt8]] = []
    /// Folders that nothing can be put into once they have their modes, outermost first.
    var modes: [(place: [UInt8], mode: UInt16)] = []
    /// Links that became copies.
    var copied = 0
    /// The sources that were just as planned when the first link to them was made, each with its state after the last.
    var steady: [FileKey: FileIdentity] = [:]
  }

  private let state: Mutex<State>
  /// What must be durable before the outputs get their names.
  private let unsynced = UnsyncedFiles()

  /// Opens `paths`, makes them and their parents where they are missing, locks them and removes what killed runs left.
  ///
  /// Outputs name their folder by its index in `paths`, where two may lead to the same one. Throws
  /// `OutputError.inUse` when another command holds one of them; after any error none is made.
  package init(_ paths: [String]) throws {
    var state = State(folders: [], reached: [])
    do {
      for path in paths { try Self.open(path, &state) }
    } catch {
      removeMade(state.folders)
      throw error
    }
    self.state = Mutex(state)
  }

  /// The same for one folder.
  package convenience init(_ path: String) throws { try self.init([path]) }

  /// Opens one more folder, as the initializer opens its own; its index. Where another command holds it, tries again
  /// `tries` times, 20 ms apart.
  package func join(_ path: String, tries: Int = 0) throws -> Int {
    var rest = tries
    while true {
      do {
        // Under the lock, so that `abandon` on another thread sees what was made or comes before it; for one try at a
        // time, so that it does not have to wait.
        return try state.withLock { state in
          if state.isClosed { throw SystemError.ended(in: state.folders.first) }
          let count = state.folders.count
          let index = try Self.open(path, &state)
          state.joined += state.folders.dropFirst(count)
          return index
        }
      } catch let error as OutputError {
        if rest == 0 { throw error }
      }
      rest -= 1
      usleep(20_000)
    }
  }

  /// Opens a folder that is none of `state` yet; its index.
  @discardableResult
  private static func open(_ path: String, _ state: inout State) throws -> Int {
    if let known = try state.folders.first(where: { try $0.isReached(by: path) }) {
      state.reached.append(known)
    } else {
      let folder = try LockedFolder(path)
      state.folders.append(folder)
      state.reached.append(folder)
    }
    return state.reached.count - 1
  }

  /// The folder with this index.
  private func folder(_ index: Int) -> LockedFolder { state.withLock { $0.reached[index] } }

  /// Throws `OutputError` when a folder stands where the output `name` would, or anything else where a folder above it
  /// would.
  package func checkPlace(of name: String, in folder: Int = 0) throws {
    let place = self.folder(folder)
    let final = place.final(name)
    if try isFolder(final) { throw OutputError.isFolder(path: final) }
    for slash in name.utf8.indices where name.utf8[slash] == UInt8(ascii: "/") {
      let above = place.final(String(name[..<slash]))
      guard try FileStatus.followingIfThere(Array(above.utf8))?.isFolder ?? true else {
        throw OutputError.isNoFolder(path: above)
      }
    }
  }

  /// Throws `OutputError` when the folder `name`, where outputs will be written, is a symlink to somewhere else.
  package func checkFolder(_ name: String, in folder: Int = 0) throws {
    let path = self.folder(folder).final(name)
    if try FileStatus.ifThere(Array(path.utf8))?.isSymlink == true { throw OutputError.isLink(path: path) }
  }

  /// Where the output `name` will stand.
  package func path(of name: String, in folder: Int = 0) -> String { self.folder(folder).final(name) }

  /// Begins the output `name`, which must be the first of this name; folders that it names are made at the commit.
  package func create(_ name: String, in folder: Int = 0) throws(SystemError) -> OutputFile {
    OutputFile(writing: try begin(name, in: folder), then: unsynced)
  }

  /// Adds the output `name` with these bytes.
  package func write(_ bytes: [UInt8], as name: String, in folder: Int = 0) throws(SystemError) {
    var file = try create(name, in: folder)
    try file.write(bytes)
    _ = try file.finish()
  }

  /// Adds the output `name`: a copy of `source` with the permission bits `mode`, whatever the umask; its state.
  ///
  /// Throws `SourceChanged` when the source is not what was planned.
  @discardableResult
  package func copy(_ source: SourceFile, as name: String, in folder: Int, mode: UInt16) throws -> FileIdentity {
    let file = try begin(name, in: folder)
    let identity: FileIdentity
    do {
      try source.copy(into: file, mode: mode)
      identity = FileIdentity(try file.status())
    } catch {
      // The commit fails for a file that is not there; a part of it would go through.
      removeIfThere(String(decoding: file.path, as: UTF8.self))
      throw error
    }
    file.startWriteback(of: 0..<source.identity.size)
    try unsynced.add(file)
    return identity
  }

  /// Adds the output `name`: a hard link to `written`, a finished output of this run that still has its temporary name.
  ///
  /// The link is made at the commit, as it changes a time of the file by which readers know it. Where the file system
  /// has no such link, it is a copy.
  package func link(_ written: SourceFile, as name: String, in folder: Int) throws(SystemError) {
    _ = try state.withLock { state throws(SystemError) in
      try add(name, .link(written), in: state.reached[folder], to: &state)
    }
  }

  /// Begins a file without a name of its own, for outputs that link to it; `name` is that of one of these.
  package func createScratch(_ name: String, in folder: Int) throws(SystemError) -> OutputFile {
    OutputFile(writing: try begin(name, .scratch, in: folder), then: unsynced)
  }

  /// Begins the output `name`, a folder, which takes the place of an older one with all that is in it.
  ///
  /// Throws `OutputError` when another run holds the older folder, or something else has the name.
  package func createFolder(_ name: String, in folder: Int) throws -> NewFolder {
    let parent = self.folder(folder)
    let final = parent.final(name)
    let status = try FileStatus.ifThere(Array(final.utf8))
    if status?.isSymlink == true { throw OutputError.isLink(path: final) }
    if status?.isFolder == false { throw OutputError.isNoFolder(path: final) }
    let older = try status == nil ? nil : lockedApart(final)
    return try state.withLock { state throws(SystemError) in
      if let older { state.replaced.append(older) }
      let number = try add(name, .folder, in: parent, to: &state)
      let temporary = parent.temporary(number)
      try systemCall("make the folder", Array(temporary.utf8)) { mkdir(temporary, 0o777) }
      state.contents[number] = UnfinishedFolder()
      return NewFolder(self, number: number, path: temporary)
    }
  }

  /// Runs `body` before any `abandon`, or throws.
  @discardableResult
  func whileOpen<Value: ~Copyable>(_ body: () throws(SystemError) -> Value) throws(SystemError) -> Value {
    try state.withLock { state throws(SystemError) in
      if state.isClosed { throw .ended(in: state.folders.first) }
      return try body()
    }
  }

  func add(link: FolderLink, to number: Int) { state.withLock { $0.contents[number]?.links.append(link) } }

  func add(folder place: [UInt8], to number: Int) { state.withLock { $0.contents[number]?.folders.append(place) } }

  func add(mode: UInt16, of place: [UInt8], to number: Int) {
    state.withLock { $0.contents[number]?.modes.append((place, mode)) }
  }

  func addUnsynced(_ file: consuming FileHandle) throws(SystemError) { try unsynced.add(file) }

  func copiedLinks(of number: Int) -> Int { state.withLock { $0.contents[number]?.copied ?? 0 } }

  func isSteady(_ file: FileKey) -> Bool { state.withLock { $0.steady.contains(file) } }

  /// The folder at `path`, locked; nil when it is one of this run's, which are.
  private func lockedApart(_ path: String) throws -> LockedFolder? {
    let known = state.withLock { $0.folders }
    return try known.contains { try $0.isReached(by: path) } ? nil : LockedFolder(path)
  }

  /// Removes the folder `name` of an earlier run at the commit, with all that is in it, if it is there. From now on no other
  /// run writes into it.
  ///
  /// Throws `OutputError` when another run holds it.
  package func removeFolder(_ name: String, in folder: Int) throws {
    let final = self.folder(folder).final(name)
    guard try FileStatus.ifThere(Array(final.utf8)) != nil else { return }
    let older = try lockedApart(final)
    _ = try state.withLock { state throws(SystemError) in
      if let older { state.replaced.append(older) }
      return try add(name, .folderRemoval, in: state.reached[folder], to: &state)
    }
  }

  /// Removes the file `name` of an earlier run at the commit, if it is there.
  package func remove(_ name: String, in folder: Int = 0) throws(SystemError) {
    _ = try state.withLock { state throws(SystemError) in
      try add(name, .removal, in: state.reached[folder], to: &state)
    }
  }

  /// Makes the links among the outputs and waits until all is durable, so that `commit`, which else does this first, has
  /// only names to change. A run can be abandoned meanwhile.
  ///
  /// `SourceChanged` is of a source that is no longer what was planned.
  package func prepare() throws {
    do {
      let outputs = state.withLock { state in
        defer { state.prepared = state.outputs.count }
        return Array(state.outputs.enumerated().dropFirst(state.prepared))
      }
      for (number, output) in outputs {
        guard case .link(let file) = output.kind else { continue }
        _ = try linkOrCopy(file, to: Array(output.folder.temporary(number).utf8))
      }
      var known: [FileKey: Bool] = [:]
      for (number, output) in outputs {
        guard case .folder = output.kind else { continue }
        try fill(number, Array(output.folder.temporary(number).utf8), &known)
      }
      try unsynced.sync()
    } catch {
      abandon()
      throw error
    }
  }

  /// Makes the links in the folder `path`, output `number`, and its names durable. `known` are the files that were linked
  /// before, and whether they were just as planned then: the first link changes a time of the file.
  private func fill(_ number: Int, _ path: [UInt8], _ known: inout [FileKey: Bool]) throws {
    let contents = state.withLock { $0.contents[number] } ?? UnfinishedFolder()
    for link in contents.links {
      let key = link.source.identity.key
      let isSteady = try link.isOwn ? false : known[key] ?? link.check()
      known[key] = isSteady
      let isLink = try linkOrCopy(link.source, to: path + [UInt8(ascii: "/")] + link.place)
      let identity = try FileStatus.of(link.source.path).identity
      state.withLock { state in
        if isSteady { state.contents[number]?.steady[key] = identity }
        if !isLink { state.contents[number]?.copied += 1 }
      }
    }
    for place in contents.folders.reversed() + [[]] {
      try FileHandle(opening: place.isEmpty ? path : path + [UInt8(ascii: "/")] + place, O_RDONLY | O_DIRECTORY).sync()
    }
  }

  /// Makes a hard link to `file`, or a copy of it where the file system has no such link; false for a copy.
  ///
  /// Links to the file may have come or gone; throws `SourceChanged` when anything else of it is not as planned.
  private func linkOrCopy(_ file: SourceFile, to path: [UInt8]) throws -> Bool {
    let (old, new) = (cString(file.path), cString(path))
    let isLink = try whileOpen { () throws(SystemError) in
      do throws(SystemError) {
        try systemCall("link", path) { Glibc.link(old, new) }
        return true
      } catch {
        guard [EXDEV, EPERM, EMLINK, EOPNOTSUPP, ENOSYS].contains(error.errno) else { throw error }
        return false
      }
    }
    let status = try FileStatus.of(isLink ? path : file.path)
    guard status.isFile, file.identity.isSame(asLinked: status.identity) else { throw file.changed(status) }
    if isLink { return true }
    let copy = try whileOpen { () throws(SystemError) in
      try FileHandle(opening: path, O_RDWR | O_CREAT | O_EXCL, mode: 0o666)
    }
    // As it is now: another link to it may have been made, which changes its times.
    try SourceFile(path: file.path, identity: status.identity).copy(into: copy, mode: status.mode)
    try unsynced.add(copy)
    return false
  }

  /// Gives all outputs their names and makes that durable; `last`, an output that lists the others, gets its name
  /// when the names of those are durable.
  ///
  /// An older output keeps a second name until the end, so that a rename that fails later can be taken back; a power
  /// cut in this moment can leave some names new and some old, each file whole. After an error all is as it was before.
  package func commit(last: String? = nil) throws {
    try prepare()
    try state.withLock { state in
      if state.isClosed { throw SystemError.ended(in: state.folders.first) }
      state.isClosed = true
      var placing = Placing()
      do {
        try Self.setModes(state)
        let made = state.folders.flatMap(\.made)
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
        removeMade(state.folders)
        throw error
      }
      state.steady = Self.steadySources(state)
      // Other runs may wait for folders that joined; to remove an older stage takes longer.
      removeTemporaries(state.outputs) { output in state.joined.contains { $0 === output.folder } }
      for folder in state.joined { folder.unlock() }
      removeTemporaries(state.outputs) { output in !state.joined.contains { $0 === output.folder } }
      for (number, output) in state.outputs.enumerated() where output.isFolder {
        for path in [output.folder.temporary(number), output.folder.backup(number)].map({ Array($0.utf8) }) {
          if (try? FileStatus.ifThere(path)) != nil { state.remaining.append(path) }
        }
      }
      for folder in state.folders + state.replaced { folder.unlock() }
    }
  }

  /// Folders that were replaced and could not be removed after the commit, by the names that they have now.
  package var remaining: [[UInt8]] { state.withLock { $0.remaining } }

  /// The linked sources that are as the last link left them: to remove an older folder changes a time of theirs again.
  private static func steadySources(_ state: State) -> Set<FileKey> {
    var last: [FileKey: (path: [UInt8], identity: FileIdentity)] = [:]
    for (number, contents) in state.contents.sorted(by: { $0.key < $1.key }) {
      let folder = Array(state.outputs[number].folder.final(state.outputs[number].name).utf8)
      for link in contents.links {
        guard let identity = contents.steady[link.source.identity.key] else { continue }
        last[identity.key] = (folder + [UInt8(ascii: "/")] + link.place, identity)
      }
    }
    return Set(last.filter { _, last in (try? FileStatus.of(last.path))?.identity == last.identity }.keys)
  }

  /// Sets the modes that had to wait until all was in the folders.
  private static func setModes(_ state: State) throws {
    for (number, contents) in state.contents {
      let folder = Array(state.outputs[number].folder.temporary(number).utf8)
      for (place, mode) in contents.modes.reversed() {
        let path = folder + [UInt8(ascii: "/")] + place
        let terminated = cString(path)
        try systemCall("set the mode of", path) { chmod(terminated, mode_t(mode)) }
      }
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
      removeMade(state.folders)
      end()
      return true
    }
  }

  /// Removes outputs that have their temporary names still, and older ones that were replaced, `but` those that could
  /// not be put back.
  private func removeTemporaries(
    _ outputs: [Output], but kept: Set<[UInt8]> = [], where isWanted: (Output) -> Bool = { _ in true }
  ) {
    for (number, output) in outputs.enumerated() where isWanted(output) {
      for path in [output.folder.temporary(number), output.folder.backup(number)].map({ Array($0.utf8) }) {
        if !kept.contains(path) { removeTree(path) }
      }
    }
  }

  private func begin(
    _ name: String, _ kind: Output.Kind = .written, in folder: Int
  ) throws(SystemError) -> FileHandle {
    // Made under the lock, so that `abandon` on another thread sees the file or comes before it.
    try state.withLock { state throws(SystemError) in
      let number = try add(name, kind, in: state.reached[folder], to: &state)
      let temporary = Array(state.reached[folder].temporary(number).utf8)
      Self.giveBackMemory(of: Array(state.reached[folder].final(name).utf8))
      return try FileHandle(opening: temporary, O_RDWR | O_CREAT | O_EXCL, mode: 0o666)
    }
  }

  /// Gives back the memory that holds the file at `path`, which will be replaced, so that what replaces it is put there:
  /// a virtual machine may have to ask its host for other memory, which takes longer than to write the file.
  private static func giveBackMemory(of path: [UInt8]) {
    // Where that cannot be done, the file only stays in memory.
    guard let status = try? FileStatus.of(path), status.isFile,
      let file = try? FileHandle(opening: path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    else { return }
    file.giveBackMemory()
  }

  /// Notes an output; its number.
  private func add(
    _ name: String, _ kind: Output.Kind, in folder: LockedFolder, to state: inout State
  ) throws(SystemError) -> Int {
    if state.isClosed { throw .ended(in: folder) }
    let leadsUp = name.utf8.split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual("..".utf8) }
    if leadsUp { throw SystemError(operation: "write", path: folder.final(name), errno: EINVAL) }
    let final = folder.final(name)
    guard state.places.insert(Array(final.utf8)).inserted else {
      throw SystemError(operation: "write twice", path: final, errno: EEXIST)
    }
    state.outputs.append(Output(folder: folder, name: name, kind: kind))
    return state.outputs.count - 1
  }
}

/// A place for outputs that cannot be used.
package enum OutputError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Another process holds the folder; nil when it is not known which.
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

extension SystemError {
  /// For a run that goes on after its end.
  fileprivate static func ended(in folder: LockedFolder?) -> SystemError {
    SystemError(operation: "write into", path: folder?.path ?? "", errno: ECANCELED)
  }
}

/// Removes the folders that were made for `folders`, as far as they are empty.
private func removeMade(_ folders: [LockedFolder]) {
  for folder in folders.reversed() { removeFolders(folder.made) }
}
