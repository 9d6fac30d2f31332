// The source tree for verbs that take its files and folders: which paths are in it, and the entries of a walk through a
// folder.

import Archive
import Basics
import Files
import Layout

/// The source tree of a run.
struct SourceTree {
  /// The tree's root, as the command line gives it.
  let root: [UInt8]
  private let context: DraftContext

  init(_ context: DraftContext) {
    root = Array(context.locations.root.utf8)
    self.context = context
  }

  /// The end of a message about a source that is not there and looks like a pattern.
  static func hint(ofPattern source: String) -> String {
    source.utf8.contains { "*?[".utf8.contains($0) } ? "; `paths` takes patterns, and so does `include`" : ""
  }

  /// The path below the root that `template` gives when it is filled in.
  func path(_ template: Template, at place: RulePlace) throws -> [UInt8] { path(try place.archivePath(template)) }

  /// `path` below the root, without "./" before it.
  func path(_ path: ArchivePath) -> [UInt8] { self.path(below: path.bytes) }

  /// The same for a path that was found there.
  func path(below path: [UInt8]) -> [UInt8] {
    root == Array(".".utf8) ? path : root + [UInt8(ascii: "/")] + path
  }

  /// Why `resolved`, the end of a path of the source tree, cannot be packed; nil when it is in the tree.
  func reasonAgainst(_ resolved: [UInt8]) throws -> String? {
    let tree = try Paths.resolved(root)
    if resolved == tree || tree == [UInt8(ascii: "/")] || resolved.starts(with: tree + [UInt8(ascii: "/")]) {
      return nil
    }
    return "leads out of the source tree to \(escapedName(resolved))"
  }

  /// Throws `Diagnostic` when `resolved`, the end of `source`, is not in the tree.
  func checkInside(_ resolved: [UInt8], _ source: [UInt8]) throws {
    guard let reason = try reasonAgainst(resolved) else { return }
    throw Diagnostic(.system, "\(escapedName(source)): \(reason)")
  }

  /// Throws `Diagnostic` when `resolved`, the end of `source`, is in a folder that the run writes into.
  func checkNotOutput(_ resolved: [UInt8], _ source: [UInt8]) throws {
    guard try context.own.isInOutput(resolved, below: try Paths.resolved(root)) else { return }
    throw Diagnostic(.usage, "\(escapedName(source)): the run writes into this folder; it cannot be packed")
  }

  /// One folder of the tree, and how its contents are added.
  struct Walk {
    let source: [UInt8]
    /// The beginning of the entries' names.
    let to: [UInt8]
    /// The text before a path below `source` when patterns are matched.
    var patternPrefix: [UInt8] = []
    /// The state of its contents, from the folders above it.
    var state = TreeFilter.State.open
    let filter: TreeFilter
    /// Whether all files go to `to` itself.
    var isFlat = false
    let purpose: FilePurpose
  }

  /// Adds everything that a walk takes; returns the number of files and symlinks.
  func add(_ walk: Walk, to draft: inout Draft, at place: RulePlace) throws -> Int {
    let start = walk.source + [UInt8(ascii: "/")]
    let path = Draft.PathStart(folder: draft.collector.add(sourceFolder: start), dropping: walk.to.count)
    var taken = 0
    let walker = TreeWalker(
      root: walk.source, filter: walk.filter, own: context.own, patternPrefix: walk.patternPrefix)
    var flat = FlatNames()
    var marks = try walker.walk(walk.state, jobs: context.options.jobs) { found in
      switch found {
      case .item(let item):
        taken += item.status.isFolder ? 0 : 1
        if walk.isFlat {
          if !item.status.isFolder { flat.add(item, of: walk, to: &draft, at: place) }
          return
        }
        draft.add(item, at: walk.to + item.path, from: path, source: start + item.path, for: walk.purpose, place)
      case .refused(let mistake): draft.said.refuse(mistake, at: place.origin)
      }
    }
    if let folder = walk.patternPrefix.last.map({ _ in Array(walk.patternPrefix.dropLast()) }) {
      walk.filter.mark(allOf: folder, isFolder: true, in: &marks)
    }
    draft.said.patterns.add(marks, of: place.options)
    return taken
  }
}

/// The names that a flat tree has put into its one folder.
private struct FlatNames {
  /// Each name with the path of its file below the tree.
  private var paths: [[UInt8]: [UInt8]] = [:]
  private var folders: [[UInt8]: Draft.PathStart] = [:]

  /// Adds a file or symlink under its name alone; a second one of the name is a mistake.
  mutating func add(_ item: WalkedItem, of walk: SourceTree.Walk, to draft: inout Draft, at place: RulePlace) {
    let slash = UInt8(ascii: "/")
    let end = item.path.lastIndex(of: slash).map { $0 + 1 } ?? 0
    let (name, folder) = (Array(item.path[end...]), walk.source + [slash] + item.path[..<end])
    if let other = paths.updateValue(item.path, forKey: name) {
      let both = [other, item.path].sorted(by: bytesPrecede).map { escapedName($0) }.joined(separator: " and ")
      return draft.said.refuse(
        Diagnostic(.usage, "flatten: \(both) have one name, \(escapedName(name))"), at: place.origin)
    }
    let start =
      folders[folder]
      ?? Draft.PathStart(folder: draft.collector.add(sourceFolder: folder), dropping: walk.to.count)
    folders[folder] = start
    draft.add(item, at: walk.to + name, from: start, source: folder + name, for: walk.purpose, place)
  }
}

extension Draft {
  /// Adds the items that a walk found at `source`; the paths of small files begin at `start`.
  mutating func add(
    _ item: WalkedItem, at path: [UInt8], from start: PathStart, source: [UInt8], for purpose: FilePurpose,
    _ place: RulePlace
  ) {
    let status = item.status
    if status.isFolder {
      collector.add(
        folder: path, mode: mode(of: status, at: path), owner: owner(of: status, place), rule: place.number)
    } else if status.isSymlink {
      collector.add(
        .symlink, at: path, mode: .symlink, owner: owner(of: status, place), linkname: item.target, rule: place.number)
    } else {
      let file = SourceFile(path: source, identity: status.identity)
      addFile(file, status, at: path, from: start, place, for: purpose)
    }
  }
}

extension RulePlace {
  /// The filter of the rule for an artifact of this style.
  func filter(_ style: EntryStyle) -> TreeFilter {
    TreeFilter(include: options.include, exclude: options.exclude, cruft: style.exclude)
  }

  /// An `include` that selects nothing is a mistake, unless the rule is optional. Throws `Diagnostic`.
  func checkSelection(_ taken: Int) throws {
    guard taken == 0, !options.include.isEmpty, !options.isOptional else { return }
    let patterns = options.include.map { quoted($0.text) }.joined(separator: ", ")
    throw Diagnostic(.usage, "include: \(patterns) selects nothing")
  }
}
