// The entries of one tarball while its rules are gone through: which rule puts what where, and which entries conflict.

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
    /// The first rule that needed it.
    var neededBy: UInt32
    /// Whether a rule spells out the mode, and the owner.
    var isExplicit = false
    var isOwned = false
  }

  /// The comment at the head of the archive.
  var comment: [UInt8]? {
    get { entries.comment }
    set { entries.comment = newValue }
  }

  /// The prefix of all stored names: "NAME/", "./" or empty.
  let prefix: [UInt8]
  private let impliedOwner: Owner
  private var entries: TarEntryList
  /// By path below the root; the root itself is the empty path.
  private var folders: [[UInt8]: Folder] = [:]
  private(set) var tooLong: [[UInt8]] = []
  /// The files of an image's base: its links are followed, and its folders keep their modes and owners.
  private let base: FileTable?

  /// `root` is the archive's root folder: a name, "." or empty.
  init(root: String, impliedOwner: Owner, mtime: Int64, base: FileTable? = nil) {
    self.base = base
    prefix = root.isEmpty ? [] : Array("\(root)/".utf8)
    self.impliedOwner = impliedOwner
    entries = TarEntryList(mtime: mtime)
    // A named root is an entry even when it is empty; "." is not an entry.
    if !root.isEmpty && root != "." {
      folders[[]] = Folder(mode: .folder, owner: impliedOwner, rule: Self.implied, neededBy: Self.implied)
    }
  }

  /// Adds a folder for `TarEntryBody.file`.
  mutating func add(sourceFolder path: [UInt8]) -> UInt32 { entries.add(folder: path) }

  /// Adds the folder at `path`, which a rule names. The first mode that is spelled out (`isExplicit`) counts; without
  /// one, the first mode of all. So does the first owner (`isOwned`).
  ///
  /// A folder of the base keeps its own mode and owner, unless the mode is spelled out; and its mode when the owner is.
  mutating func add(
    folder path: [UInt8], mode: FileMode, owner: Owner, rule: UInt32, isExplicit: Bool = false, isOwned: Bool = false
  ) {
    // A folder that takes a link's place would hide what the link leads to.
    let path = base.flatMap { $0.resolve(path) } ?? path
    // Only a link leads to the root, and the root is there already.
    if path.isEmpty { return }
    addParents(of: path, neededBy: rule)
    let neededBy = folders[path]?.neededBy ?? rule
    var folder = Folder(
      mode: mode, owner: owner, rule: rule, neededBy: neededBy, isExplicit: isExplicit, isOwned: isOwned)
    if !isExplicit { keepBase(of: path, &folder) }
    if let known = folders[path], known.rule != Self.implied {
      if known.isExplicit || !isExplicit { folder = known }
      if known.isOwned { (folder.owner, folder.isOwned) = (known.owner, true) }
      if !known.isOwned && isOwned { (folder.owner, folder.isOwned) = (owner, true) }
    } else if isOwned {
      folder.owner = owner
    }
    folders[path] = folder
  }

  /// Adds the missing folders on `path`, for `owner`, because `rule` needs them; `path` itself must be missing. With
  /// `isNamed` they count as named by the rule.
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

  /// Adds a file or a symlink at `path`; returns its stored name.
  @discardableResult
  mutating func add(
    _ kind: TarEntryKind, at path: [UInt8], mode: FileMode, owner: Owner, linkname: [UInt8] = [],
    capabilities: [UInt8] = [], body: TarEntryBody = .none, rule: UInt32
  ) -> [UInt8] {
    let stored = behindLinks(path)
    let name = prefix + stored
    let body = stored == path ? body : entries.body(body, of: prefix + path, renamed: name)
    addParents(of: stored, neededBy: rule)
    let isAdded = entries.append(
      name: name, kind: kind, mode: mode.bits, owner: owner, linkname: linkname,
      capabilities: capabilities, body: body, origin: rule)
    if !isAdded { tooLong.append(stored) }
    return name
  }

  private mutating func addParents(of path: [UInt8], neededBy rule: UInt32) {
    var rest = path[...]
    while let slash = rest.lastIndex(of: UInt8(ascii: "/")) {
      rest = rest[..<slash]
      // A folder that is known has its parents already.
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

  /// Gives a folder that is in the base its mode and owner from there.
  private func keepBase(of path: [UInt8], _ folder: inout Folder) {
    guard let known = base?[path], known.kind == .directory else { return }
    folder.mode = FileMode(bits: known.mode)
    folder.owner = Owner(uid: UInt32(clamping: known.uid), gid: UInt32(clamping: known.gid))
  }

  /// The path after links of the base in its parents were followed.
  private func behindLinks(_ path: [UInt8]) -> [UInt8] {
    guard let base, let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return path }
    guard let parent = base.resolve(Array(path[..<slash])) else { return path }
    return parent.isEmpty ? Array(path[(slash + 1)...]) : parent + path[slash...]
  }
}

// Ending
extension EntryCollector {
  /// The entries in order, and the conflicts between them. `isOverlay` says whether a rule may replace entries,
  /// `isSame` whether two sources are one. The collector is empty afterwards.
  mutating func finish(
    isOverlay: (UInt32) -> Bool, isSame: (SourceID, SourceID) -> Bool
  ) -> (entries: TarEntryList, conflicts: [EntryConflict]) {
    entries.sort()
    var conflicts = removeReplaced(isOverlay, isSame)
    conflicts += filesInPlaceOfFolders()
    for (path, folder) in folders {
      let name = path.isEmpty ? prefix : prefix + path + [UInt8(ascii: "/")]
      // Not too long: the path of the entry that needed it is not shorter, and was added.
      _ = entries.append(
        name: name, kind: .directory, mode: folder.mode.bits, owner: folder.owner, origin: folder.rule)
    }
    entries.sort()
    folders = [:]
    // Moved out, not copied: the caller gives the entries other numbers, and there may be a million.
    let finished = entries
    entries = TarEntryList(mtime: finished.mtime)
    return (finished, conflicts)
  }

  /// Keeps one entry of each name, that of the last overlay; returns the conflicts.
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
      // One rule may bring the same file twice, as `paths` with a folder and a file in it; that is one file.
      if first == second && areEqual(winner, index, isSame) { continue }
      let name = Array(entries.name(at: index))
      conflicts.append(EntryConflict(name: name, first: first, second: second, isAboutKind: false))
    }
    entries.remove(at: replaced.sorted())
    return conflicts
  }

  /// Whether two entries of one name have the same kind, metadata and contents.
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
  /// Whether only one of the two is a folder.
  let isAboutKind: Bool

  /// The mistake, and how to mend it.
  func reason(_ origin: (UInt32) -> RuleOrigin) -> String {
    if isAboutKind { return "is a folder for one rule and a file for another: \(origin(first)) and \(origin(second))" }
    if first == second { return "comes twice from \(origin(first)); {os} and {arch} in \"to\" tell platforms apart" }
    return "comes from two rules: \(origin(first)) and \(origin(second)); "
      + "the later may say \"overlay\": true to replace it"
  }
}
