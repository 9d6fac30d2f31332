// The entries of one tarball while its rules are gone through: what goes where, by which rule, and what stands in
// another's way.

import Archive
import Basics
import Image
import Layout

/// Collects the entries of one tarball.
struct EntryCollector {
  /// The origin of a folder that no rule names.
  static let implied = UInt32.max

  private struct Folder {
    var mode: FileMode
    var owner: Owner
    /// The rule that names the folder, or `implied`.
    var rule: UInt32
    /// The rule that needed it first.
    var neededBy: UInt32
    /// Whether the rule spells out the mode.
    var isExplicit = false
  }

  /// What the archive says before all entries.
  var comment: [UInt8]? {
    get { entries.comment }
    set { entries.comment = newValue }
  }

  /// What all stored names begin with: "NAME/", "./" or nothing.
  let prefix: [UInt8]
  private let impliedOwner: Owner
  private var entries: TarEntryList
  /// By path below the root; the root itself is the empty path.
  private var folders: [[UInt8]: Folder] = [:]
  private(set) var tooLong: [[UInt8]] = []
  /// What an image's layer stands on: its links are followed, and its folders keep their modes and owners.
  private let base: FileTable?

  /// `root` is the archive's root folder, "." or nothing.
  init(root: String, impliedOwner: Owner, mtime: Int64, base: FileTable? = nil) {
    self.base = base
    prefix = root.isEmpty ? [] : Array("\(root)/".utf8)
    self.impliedOwner = impliedOwner
    entries = TarEntryList(mtime: mtime)
    // A named root is an entry even when nothing is below it; "." is none of its own.
    if !root.isEmpty && root != "." {
      folders[[]] = Folder(mode: .folder, owner: impliedOwner, rule: Self.implied, neededBy: Self.implied)
    }
  }

  /// Adds a folder for `TarEntryBody.file`.
  mutating func add(sourceFolder path: [UInt8]) -> UInt32 { entries.add(folder: path) }

  /// Adds the folder at `path`, which a rule names; of those whose mode is spelled out, `isExplicit`, the first gives
  /// its mode, and where there is none the first of all.
  ///
  /// A folder of the base keeps its own mode and owner, unless the mode is spelled out.
  mutating func add(folder path: [UInt8], mode: FileMode, owner: Owner, rule: UInt32, isExplicit: Bool = false) {
    // A folder that takes a link's place would hide what the link leads to.
    let path = base.flatMap { $0.resolve(path) } ?? path
    // Only a link leads to the root, which is there.
    if path.isEmpty { return }
    addParents(of: path, neededBy: rule)
    let neededBy = folders[path]?.neededBy ?? rule
    if let known = folders[path], known.rule != Self.implied, known.isExplicit || !isExplicit { return }
    var folder = Folder(mode: mode, owner: owner, rule: rule, neededBy: neededBy, isExplicit: isExplicit)
    if !isExplicit { keepBase(of: path, &folder) }
    folders[path] = folder
  }

  /// Adds the folder at `path`, where nothing stands, and those above it that are missing too, for `owner`, because
  /// `rule` needs them there; `isNamed` when they are to count as named by it.
  mutating func add(missingFolder path: [UInt8], owner: Owner, neededBy rule: UInt32, isNamed: Bool) {
    var rest = path[...]
    while !rest.isEmpty, folders[Array(rest)] == nil {
      var folder = Folder(mode: .folder, owner: owner, rule: isNamed ? rule : Self.implied, neededBy: rule)
      if base?[Array(rest)] != nil {
        folder.rule = Self.implied
        keepBase(of: Array(rest), &folder)
      }
      folders[Array(rest)] = folder
      rest = rest[..<(rest.lastIndex(of: UInt8(ascii: "/")) ?? rest.startIndex)]
    }
  }

  /// Adds a file or a symlink at `path`; the name that it is stored under.
  @discardableResult
  mutating func add(
    _ kind: TarEntryKind, at path: [UInt8], mode: FileMode, owner: Owner, linkname: [UInt8] = [],
    body: TarEntryBody = .none, rule: UInt32
  ) -> [UInt8] {
    let stored = behindLinks(path)
    let name = prefix + stored
    let body = stored == path ? body : entries.body(body, of: prefix + path, renamed: name)
    addParents(of: stored, neededBy: rule)
    let isAdded = entries.append(
      name: name, kind: kind, mode: mode.bits, owner: owner, linkname: linkname, body: body, origin: rule)
    if !isAdded { tooLong.append(stored) }
    return name
  }

  private mutating func addParents(of path: [UInt8], neededBy rule: UInt32) {
    var rest = path[...]
    while let slash = rest.lastIndex(of: UInt8(ascii: "/")) {
      rest = rest[..<slash]
      // A folder that is there has its parents already.
      if !addImplied(Array(rest), rule) { return }
    }
  }

  private mutating func addImplied(_ path: [UInt8], _ rule: UInt32) -> Bool {
    if folders[path] != nil { return false }
    var folder = Folder(mode: .folder, owner: impliedOwner, rule: Self.implied, neededBy: rule)
    keepBase(of: path, &folder)
    folders[path] = folder
    return true
  }

  /// Gives a folder of the base the mode and the owner that it has there.
  private func keepBase(of path: [UInt8], _ folder: inout Folder) {
    guard let known = base?[path], known.kind == .directory else { return }
    folder.mode = FileMode(bits: known.mode)
    folder.owner = Owner(uid: UInt32(clamping: known.uid), gid: UInt32(clamping: known.gid))
  }

  /// The path with the base's links in its parents followed.
  private func behindLinks(_ path: [UInt8]) -> [UInt8] {
    guard let base, let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return path }
    guard let parent = base.resolve(Array(path[..<slash])) else { return path }
    return parent.isEmpty ? Array(path[(slash + 1)...]) : parent + path[slash...]
  }
}

// Ending
extension EntryCollector {
  /// The entries in their order, and what stands in another's way. `isOverlay` tells of a rule's number whether it
  /// may replace, `isSame` of two sources whether they are one. Nothing is left to be finished again.
  mutating func finish(
    isOverlay: (UInt32) -> Bool, isSame: (SourceID, SourceID) -> Bool
  ) -> (entries: TarEntryList, conflicts: [EntryConflict]) {
    entries.sort()
    var conflicts = removeReplaced(isOverlay, isSame)
    conflicts += filesInPlaceOfFolders()
    for (path, folder) in folders {
      let name = path.isEmpty ? prefix : prefix + path + [UInt8(ascii: "/")]
      // A folder's path is no longer than that of what needed it, which was added.
      _ = entries.append(
        name: name, kind: .directory, mode: folder.mode.bits, owner: folder.owner, origin: folder.rule)
    }
    entries.sort()
    folders = [:]
    // Moved out: whoever gives the entries other numbers must not copy a million of them.
    let finished = entries
    entries = TarEntryList(mtime: finished.mtime)
    return (finished, conflicts)
  }

  /// Of the entries of one name, takes out all but the one that the last overlay brought.
  private mutating func removeReplaced(
    _ isOverlay: (UInt32) -> Bool, _ isSame: (SourceID, SourceID) -> Bool
  ) -> [EntryConflict] {
    var conflicts: [EntryConflict] = []
    var replaced: [Int] = []
    var winner = 0
    for index in 0..<entries.count where index > 0 {
      guard entries.name(at: index) == entries.name(at: winner) else {
        winner = index
        continue
      }
      let (first, second) = (entries.origin(at: winner), entries.origin(at: index))
      if first != second && isOverlay(second) {
        replaced.append(winner)
        winner = index
        continue
      }
      replaced.append(index)
      // One rule that brings the same file twice, as `paths` with a folder and a file in it, means one file.
      if first == second && areEqual(winner, index, isSame) { continue }
      let name = Array(entries.name(at: index))
      conflicts.append(EntryConflict(name: name, first: first, second: second, isAboutKind: false))
    }
    entries.remove(at: replaced.sorted())
    return conflicts
  }

  /// Whether two entries of one name are equal in all that a rule can say.
  private func areEqual(_ first: Int, _ second: Int, _ isSame: (SourceID, SourceID) -> Bool) -> Bool {
    guard entries.entry(at: first, size: 0) == entries.entry(at: second, size: 0) else { return false }
    switch (entries.body(at: first), entries.body(at: second)) {
    case (.source(let left), .source(let right)): return isSame(left, right)
    case (.file(_, _, let left), .file(_, _, let right)): return left == right
    case (let left, let right): return left == right
    }
  }

  private func filesInPlaceOfFolders() -> [EntryConflict] {
    (0..<entries.count).compactMap { index in
      let name = entries.name(at: index)
      guard let folder = folders[Array(name.dropFirst(prefix.count))] else { return nil }
      let (first, second) = (entries.origin(at: index), folder.neededBy)
      return EntryConflict(
        name: Array(name), first: min(first, second), second: max(first, second), isAboutKind: true)
    }
  }
}

/// Two entries for one place.
struct EntryConflict {
  /// The stored name, without a trailing slash.
  let name: [UInt8]
  let first: UInt32
  let second: UInt32
  /// Whether one wants a folder there and the other does not.
  let isAboutKind: Bool

  /// What is wrong, and what would mend it.
  func reason(_ origin: (UInt32) -> RuleOrigin) -> String {
    if isAboutKind { return "is a folder for one rule and a file for another: \(origin(first)) and \(origin(second))" }
    if first == second { return "comes twice from \(origin(first)); {os} and {arch} in \"to\" tell platforms apart" }
    return "comes from two rules: \(origin(first)) and \(origin(second)); "
      + "the later may say \"overlay\": true to replace it"
  }
}
