// The digests of source files by what the file system says of them, so that a file that did not change since an
// earlier run is not read to be known.

package import Basics
package import Files
private import Glibc
private import Synchronization

/// The SHA-256 of files by their device, inode, size and both times.
///
/// A digest is only noted of a file whose times are well before the hashing: a write in the same tick of the kernel's
/// clock, of the same length, would leave no trace in them (git's "racy" rule, git's
/// Documentation/technical/racy-git.txt). `FileSystems` says where no process can set the time of the
/// last change of the inode; files elsewhere do not belong in here. Nor do files that a process has open for writing or
/// maps, as far as that is known: a write through a mapping to a page that is dirty already moves no time.
package final class FileDigestIndex: Sendable {
  /// The most entries that are kept, 16 MB of memory, and the days after which an unused one is not.
  static let usualLimit = 200_000
  private static let daysKept: UInt32 = 90
  /// New entries are gathered and merged at once; fewer only as long as there are few.
  private static let leastGathered = 4096

  private struct State {
    var known: IndexEntries
    /// What was noted since the last merge.
    var fresh: [FileKey: IndexEntry] = [:]
    /// When the inodes of files last changed that were noted anew, as the file of the index had it.
    var replaced: [FileKey: Int64] = [:]
    /// Whether there is anything to save.
    var isChanged = false

    mutating func note(_ entry: IndexEntry) {
      if let position = known.position(of: entry.file), replaced[entry.file] == nil {
        replaced[entry.file] = known.entries[position].changed
      }
      fresh[entry.file] = entry
      isChanged = true
    }

    mutating func mergeFresh(_ limit: Int) {
      known.merge(fresh.values.sorted { IndexEntry.precedes($0.file, $1.file) })
      known.drop(before: 0, over: limit)
      fresh = [:]
    }

    /// Whether another process noted a file that is not known here, or a later state of one.
    func isNews(_ entry: IndexEntry) -> Bool {
      guard let position = known.position(of: entry.file) else { return true }
      // What was there before this run is old, whatever its time says: clocks are set back, too.
      return entry.changed > known.entries[position].changed && entry.changed != replaced[entry.file]
    }
  }

  private let folder: CacheFolder
  private let limit: Int
  private let state: Mutex<State>

  /// The index in `folder`, of at most `limit` entries; an empty one where it cannot be read.
  init(in folder: CacheFolder, limit: Int = usualLimit) {
    self.folder = folder
    self.limit = limit
    state = Mutex(State(known: IndexEntries(inOrder: Self.entries(in: folder, atMost: limit))))
  }

  /// The digest of the file that has this state now; nil when it is not known.
  package func digest(of identity: FileIdentity) -> Digest? {
    state.withLock { state in
      if let entry = state.fresh[identity.key] { return entry.identity == identity ? entry.digest : nil }
      guard let position = state.known.position(of: identity) else { return nil }
      if state.known.use(position, on: Self.today()) { state.isChanged = true }
      return state.known.entries[position].digest
    }
  }

  /// Whether a file of this state was ever hashed.
  package func has(_ identity: FileIdentity) -> Bool {
    state.withLock { state in
      state.fresh[identity.key]?.identity == identity || state.known.position(of: identity) != nil
    }
  }

  /// Notes the digest of a file that had this state before and after it was hashed; `hashedAt` is the time before, in
  /// nanoseconds since 1970. Of a file that changed shortly before it is only noted that it was hashed.
  package func note(_ digest: Digest, of identity: FileIdentity, hashedAt: Int64) {
    add(IndexEntry(identity, FileTimes.isSettled(identity, at: hashedAt) ? digest : nil, used: Self.today()))
  }

  /// Notes the digest of a file that this process wrote alone, under a name of its own until `time`, in nanoseconds
  /// since 1970; `written` is its state after the last write.
  ///
  /// A write by another process shows in the time of modification if the clock has ticked since the last write of this
  /// one. Where it had not when the file got its name, nothing is noted.
  func note(_ digest: Digest, of identity: FileIdentity, writtenAs written: FileIdentity, until time: Int64) {
    guard identity.key == written.key, (identity.size, identity.modified) == (written.size, written.modified),
      written.modified <= time, FileTimes.timeToSettle(since: written.modified, at: time) <= 0
    else { return }
    add(IndexEntry(identity, digest, used: Self.today()))
  }

  /// Keeps what is known of a file to which this process made links, or took links of away, since it had the state `old`;
  /// `new` is its state now.
  ///
  /// Any write meanwhile shows in the time of modification if the clock has ticked since the last one; where it has not,
  /// nothing is kept.
  func keep(_ old: FileIdentity, linked new: FileIdentity) {
    guard old.isSame(asLinked: new), old != new, has(old),
      FileTimes.timeToSettle(since: new.modified, at: new.changed) <= 0
    else { return }
    add(IndexEntry(new, digest(of: old), used: Self.today()))
  }

  /// Takes back what was noted of a file that turned out to have other contents.
  package func forget(_ identity: FileIdentity) { add(IndexEntry(identity, nil, used: Self.today())) }

  private func add(_ entry: IndexEntry) {
    state.withLock { state in
      state.note(entry)
      if state.fresh.count >= max(Self.leastGathered, state.known.entries.count / 4) { state.mergeFresh(limit) }
    }
  }

  /// Writes what was noted and used, together with what other processes wrote since; drops what is not used any more.
  func save() {
    do throws(SystemError) {
      try state.withLock { state throws(SystemError) in
        guard state.isChanged, let file = folder.begin(folder.index) else { return }
        // A second: another process writes its index in less, and if not, this run's entries are lost.
        try folder.locked(tries: 50) { () throws(SystemError) in
          state.mergeFresh(limit)
          let news = Self.entries(in: folder, atMost: limit) { state.isNews($0) }
          state.known.merge(news)
          let today = Self.today()
          state.known.drop(before: today - min(today, Self.daysKept), over: limit)
          try IndexFile.write(state.known.entries, to: file)
          try file.finish()
          state.isChanged = false
        }
      }
    } catch {
      if error.errno != EWOULDBLOCK { folder.close(for: error) }
    }
  }

  private static func entries(
    in folder: CacheFolder, atMost limit: Int, where isWanted: (IndexEntry) -> Bool = { _ in true }
  ) -> [IndexEntry] {
    do throws(ObjectFault) {
      return try IndexFile.read(folder.index, atMost: limit, where: isWanted)
    } catch {
      switch error {
      case .missing, .foreign: break
      case .damaged: folder.tell(.index, "\(escapedName(folder.index)): damaged, the files are hashed anew")
      case .unreadable(let error): folder.tell(.reading, "\(error); what the cache holds there is made anew")
      }
      return []
    }
  }

  private static func today() -> UInt32 {
    UInt32(clamping: nanosecondsNow() / (24 * 3600 * 1_000_000_000))
  }
}
