// The rules that take whole trees of the source tree, and paths under their own names.

import Archive
import JSON

extension TarballBuilder {
  /// A tree's contents below `to`.
  func addTree(_ template: Template, _ place: RulePlace) throws {
    let source = template.text == "." ? rootBytes : try sourcePath(template, place)
    let to = try place.to()?.bytes
    let status: FileStatus
    do throws(SystemError) {
      status = try FileStatus.following(source)
    } catch {
      if place.rule.isOptional && error.errno == 2 /* ENOENT */ { return }
      throw error
    }
    let tree = try FilePath.resolved(rootBytes)
    let resolved = try FilePath.resolved(source)
    guard status.isFolder else {
      throw Diagnostic(.system, "\(escapedName(source)): expected a folder, found \(status.typeName)")
    }
    if resolved != tree && tree != [UInt8(ascii: "/")] && !resolved.starts(with: tree + [UInt8(ascii: "/")]) {
      throw Diagnostic(.system, "\(escapedName(source)): leads out of the source tree to \(escapedName(resolved))")
    }
    if let to, place.rule.include.isEmpty {
      collector.add(folder: to, mode: kept(FileMode(bits: status.mode)), owner: owner(status), rule: place.number)
    }
    try addWalk(of: source, to: to.map { $0 + [UInt8(ascii: "/")] } ?? [], patternPrefix: [], place)
  }

  /// Files, trees and symlinks, each under its own relative path below `to`.
  func addPaths(_ templates: [Template], _ place: RulePlace) throws {
    for template in templates {
      let path = try place.archivePath(template)
      let source = rootBytes + [UInt8(ascii: "/")] + path.bytes
      let to = try place.below(path.text).bytes
      let status: FileStatus
      do throws(SystemError) {
        status = try FileStatus.of(source)
      } catch {
        if place.rule.isOptional && error.errno == 2 /* ENOENT */ { continue }
        throw Diagnostic(.system, "\(place.rule.origin): \(escapedName(to)): source \(error)")
      }
      if status.isFolder {
        if place.rule.include.isEmpty {
          collector.add(folder: to, mode: kept(FileMode(bits: status.mode)), owner: owner(status), rule: place.number)
        }
        try addWalk(of: source, to: to + [UInt8(ascii: "/")], patternPrefix: path.bytes + [UInt8(ascii: "/")], place)
      } else {
        try addSingle(source, status, path.bytes, to, place)
      }
    }
  }

  private func addSingle(
    _ source: [UInt8], _ status: FileStatus, _ path: [UInt8], _ to: [UInt8], _ place: RulePlace
  ) throws {
    guard filter(of: place.rule).takes(file: path, isInside: false) else { return }
    guard status.isFile || status.isSymlink else {
      throw Diagnostic(
        .system, "\(escapedName(source)): \(status.typeName); \(FileStatus.wantedTypes)")
    }
    let target = status.isSymlink ? try FilePath.target(of: source, in: FilePath.currentFolder, path: source) : []
    let item = WalkedItem(path: [], status: status, target: target)
    let folder = collector.add(sourceFolder: source)
    add(item, at: to, folder: folder, nameDropped: to.count, source: source, place)
  }

  func filter(of rule: EntryRule) -> TreeFilter {
    TreeFilter(include: rule.include, exclude: rule.exclude, cruft: layout.settings.exclude)
  }

  /// Adds all that a walk of `source` takes, each at `to` and its path.
  private func addWalk(of source: [UInt8], to: [UInt8], patternPrefix: [UInt8], _ place: RulePlace) throws {
    let start = source + [UInt8(ascii: "/")]
    let folder = collector.add(sourceFolder: start)
    var taken = 0
    let walker = TreeWalker(
      root: source, filter: filter(of: place.rule), own: resolver.own, patternPrefix: patternPrefix,
      take: { [self] item in
        taken += item.status.isFolder ? 0 : 1
        add(item, at: to + item.path, folder: folder, nameDropped: to.count, source: start + item.path, place)
      },
      refuse: { [self] diagnostic in
        resolver.refuse(Diagnostic(diagnostic.fault, "\(place.rule.origin): \(diagnostic.message)"))
      })
    walker.walk()
    try checkSelection(taken, place)
  }

  /// An `include` that selects nothing is a mistake, unless the rule is optional.
  func checkSelection(_ taken: Int, _ place: RulePlace) throws {
    guard taken == 0, !place.rule.include.isEmpty, !place.rule.isOptional else { return }
    let patterns = place.rule.include.map { quoted($0.text) }.joined(separator: ", ")
    throw Diagnostic(.usage, "\(place.rule.origin): include: \(patterns) selects nothing")
  }

  private func add(
    _ item: WalkedItem, at path: [UInt8], folder: UInt32, nameDropped: Int, source: [UInt8], _ place: RulePlace
  ) {
    let status = item.status
    let mode = kept(FileMode(bits: status.mode))
    if status.isFolder {
      collector.add(folder: path, mode: mode, owner: owner(status), rule: place.number)
    } else if status.isSymlink {
      collector.add(.symlink, at: path, mode: .symlink, owner: owner(status), linkname: item.target, rule: place.number)
    } else if status.identity.size >= Rope.contentThreshold {
      addFile(SourceFile(path: source, identity: status.identity), status, at: path, place)
    } else {
      let dropped = UInt16(clamping: collector.prefix.count + nameDropped)
      collector.add(
        .file, at: path, mode: place.rule.mode ?? mode, owner: owner(status),
        body: .file(folder: folder, dropping: dropped, status.identity), rule: place.number)
    }
  }

  var rootBytes: [UInt8] { Array(resolver.options.locations.root.utf8) }

  func sourcePath(_ template: Template, _ place: RulePlace) throws -> [UInt8] {
    rootBytes + [UInt8(ascii: "/")] + (try place.archivePath(template)).bytes
  }
}
