// The rules that take whole trees of the source tree, and paths under their own names.

import Archive
import Basics
import Files
import Glibc
import Layout

extension TarballBuilder {
  /// A tree's contents below `to`.
  func addTree(_ template: Template, _ place: RulePlace) throws {
    let source = template.text == "." ? rootBytes : try sourcePath(template, place)
    let to = try place.to()?.bytes
    let status: FileStatus
    do throws(SystemError) {
      status = try FileStatus.following(source)
    } catch {
      if place.rule.isOptional && error.isAboutMissingFile { return }
      throw error
    }
    guard status.isFolder else {
      throw Diagnostic(.system, "\(escapedName(source)): expected a folder, found \(status.typeName)")
    }
    let resolved = try Paths.resolved(source)
    try checkInside(resolved, source)
    try checkNotOutput(resolved, source)
    if let to, place.rule.include.isEmpty {
      // Where a checkout stands may well be private: nothing of the tree is meant by that.
      let mode = mode(FileMode(bits: status.mode), isFolder: true)
      collector.add(folder: to, mode: mode, owner: owner(status), rule: place.number)
    }
    let below = to.map { $0 + [UInt8(ascii: "/")] } ?? []
    let purpose = FilePurpose(.tree, of: template, place)
    let taken = try addWalk(of: source, to: below, patternPrefix: [], .open, for: purpose, place)
    try checkSelection(taken, place)
  }

  /// Files, trees and symlinks, each under its own relative path below `to`.
  func addPaths(_ templates: [Template], _ place: RulePlace) throws {
    var taken = 0
    for template in templates {
      do {
        taken += try addPath(template, place)
      } catch {
        refuse(error, of: place.rule)
      }
    }
    try checkSelection(taken, place)
  }

  /// How many files and symlinks one of several paths brings.
  private func addPath(_ template: Template, _ place: RulePlace) throws -> Int {
    let path = try place.archivePath(template)
    let source = below(rootBytes, path)
    let to = try place.below(path.text).bytes
    let status: FileStatus
    do throws(SystemError) {
      status = try FileStatus.of(source)
    } catch {
      if place.rule.isOptional && error.isAboutMissingFile { return 0 }
      let cause = SharedCause(kind: .source(source), subject: "")
      throw Diagnostic(.system, "\(escapedName(to)): source \(error)", cause: error.isAboutMissingFile ? cause : nil)
    }
    // The last part may be a link, and is stored as one; those above it must not lead away.
    try checkInside(try Paths.resolved(Self.folder(above: path, in: source)), source)
    let filter = filter(of: place.rule)
    let above = filter.state(at: path.bytes)
    guard status.isFolder else {
      guard filter.takes(file: path.bytes, above) else { return 0 }
      try addSingle(source, status, to, for: FilePurpose(.path, of: template, place), place)
      return 1
    }
    try checkNotOutput(try Paths.resolved(source), source)
    let state = filter.state(below: path.bytes, above)
    if state == .out { return 0 }
    if place.rule.include.isEmpty {
      collector.add(folder: to, mode: mode(of: status, at: to), owner: owner(status), rule: place.number)
    }
    let slash = [UInt8(ascii: "/")]
    let purpose = FilePurpose(.tree, of: template, place)
    return try addWalk(of: source, to: to + slash, patternPrefix: path.bytes + slash, state, for: purpose, place)
  }

  private func addSingle(
    _ source: [UInt8], _ status: FileStatus, _ to: [UInt8], for purpose: FilePurpose, _ place: RulePlace
  ) throws {
    guard status.isFile || status.isSymlink else {
      throw Diagnostic(.system, "\(escapedName(source)): \(status.typeName); \(FileStatus.wantedTypes)")
    }
    let target = status.isSymlink ? try Paths.target(of: source, in: AT_FDCWD, path: source) : []
    if let fault = NameFault.of(target) {
      throw Diagnostic(.system, "\(escapedName(source)): its target \(escapedName(target)) \(fault)")
    }
    let folder = collector.add(sourceFolder: source)
    let item = WalkedItem(path: [], status: status, target: target)
    add(item, at: to, folder: folder, nameDropped: to.count, source: source, for: purpose, place)
  }

  func filter(of rule: EntryRule) -> TreeFilter {
    TreeFilter(include: rule.include, exclude: rule.exclude, cruft: layout.settings.exclude)
  }

  /// Adds all that a walk of `source` takes, each at `to` and its path; how many files and symlinks they are.
  private func addWalk(
    of source: [UInt8], to: [UInt8], patternPrefix: [UInt8], _ state: TreeFilter.State, for purpose: FilePurpose,
    _ place: RulePlace
  ) throws -> Int {
    let start = source + [UInt8(ascii: "/")]
    let folder = collector.add(sourceFolder: start)
    var taken = 0
    let walker = TreeWalker(
      root: source, filter: filter(of: place.rule), own: resolver.own, patternPrefix: patternPrefix)
    try walker.walk(
      state, jobs: resolver.options.jobs,
      take: { [self] item in
        taken += item.status.isFolder ? 0 : 1
        let source = start + item.path
        add(item, at: to + item.path, folder: folder, nameDropped: to.count, source: source, for: purpose, place)
      }, refuse: { [self] in refuse($0, of: place.rule) })
    return taken
  }

  /// An `include` that selects nothing is a mistake, unless the rule is optional.
  func checkSelection(_ taken: Int, _ place: RulePlace) throws {
    guard taken == 0, !place.rule.include.isEmpty, !place.rule.isOptional else { return }
    let patterns = place.rule.include.map { quoted($0.text) }.joined(separator: ", ")
    throw Diagnostic(.usage, "include: \(patterns) selects nothing")
  }

  private func add(
    _ item: WalkedItem, at path: [UInt8], folder: UInt32, nameDropped: Int, source: [UInt8], for purpose: FilePurpose,
    _ place: RulePlace
  ) {
    let status = item.status
    if status.isFolder {
      collector.add(folder: path, mode: mode(of: status, at: path), owner: owner(status), rule: place.number)
    } else if status.isSymlink {
      collector.add(.symlink, at: path, mode: .symlink, owner: owner(status), linkname: item.target, rule: place.number)
    } else if status.identity.size >= Rope.contentThreshold {
      addFile(SourceFile(path: source, identity: status.identity), status, at: path, place, for: purpose)
    } else {
      let mode = place.rule.mode ?? mode(of: status, at: path)
      let dropped = UInt16(clamping: collector.prefix.count + nameDropped)
      let name = collector.add(
        .file, at: path, mode: mode, owner: owner(status),
        body: .file(folder: folder, dropping: dropped, status.identity), rule: place.number)
      let file = SourceFile(path: source, identity: status.identity)
      look(at: PackedFile(file: file, status: status, path: path, mode: mode, name: name), for: purpose, place)
    }
  }
}

// Places in the source tree
extension TarballBuilder {
  var rootBytes: [UInt8] { Array(resolver.options.locations.root.utf8) }

  func sourcePath(_ template: Template, _ place: RulePlace) throws -> [UInt8] {
    below(rootBytes, try place.archivePath(template))
  }

  /// The folder that the last part of `path` stands in; `source` is the path below the source tree's root.
  private static func folder(above path: ArchivePath, in source: [UInt8]) -> [UInt8] {
    let folder = Array(source.dropLast(path.name.count))
    return folder.isEmpty ? Array(".".utf8) : folder
  }

  /// `path` below the source tree's root, without "./" before it.
  func below(_ root: [UInt8], _ path: ArchivePath) -> [UInt8] {
    root == Array(".".utf8) ? path.bytes : root + [UInt8(ascii: "/")] + path.bytes
  }

  /// Why `resolved`, which a path of the source tree leads to, cannot be packed; nil when it is in the tree.
  func reasonAgainst(_ resolved: [UInt8]) throws -> String? {
    let tree = try Paths.resolved(rootBytes)
    if resolved == tree || tree == [UInt8(ascii: "/")] || resolved.starts(with: tree + [UInt8(ascii: "/")]) {
      return nil
    }
    return "leads out of the source tree to \(escapedName(resolved))"
  }

  private func checkInside(_ resolved: [UInt8], _ source: [UInt8]) throws {
    guard let reason = try reasonAgainst(resolved) else { return }
    throw Diagnostic(.system, "\(escapedName(source)): \(reason)")
  }

  /// Throws `Diagnostic` when `resolved`, which `source` leads to, is a folder that the run writes into.
  private func checkNotOutput(_ resolved: [UInt8], _ source: [UInt8]) throws {
    guard try resolver.own.isInOutput(resolved, below: try Paths.resolved(rootBytes)) else { return }
    throw Diagnostic(.usage, "\(escapedName(source)): the run writes into this folder; it cannot be packed")
  }
}
