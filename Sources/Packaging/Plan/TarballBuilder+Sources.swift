// The rules whose contents come from the source tree, the folder of binaries and the stage folder.

import Archive
import JSON

extension TarballBuilder {
  /// Built binaries, from BIN/OS/ARCH.
  func addBinaries(_ list: NameList, _ place: RulePlace) throws {
    guard let platform = place.platform else { return }
    for name in try place.names(list, of: resolver.layouts.release.binaries) {
      let file = name + platform.executableSuffix
      let source = "\(resolver.options.locations.bin)/\(platform.os)/\(platform.arch)/\(file)"
      try addSource(Array(source.utf8), at: try place.below(file), place, fault: .system)
    }
  }

  /// Images as they stand in the stage folder, each with the file that holds its tag.
  func addImages(_ list: NameList, _ place: RulePlace) throws {
    guard let platform = place.platform else { return }
    let groups = resolver.layouts.images?.groups ?? [:]
    let images: [ImageRule] =
      switch list {
      case .list(let name): try groups[name]?.filter { try resolver.facts.holds($0.condition) } ?? []
      case .names(let names):
        try names.map { try place.fill($0) }.flatMap { name in groups.values.joined().filter { $0.name == name }.prefix(1) }
      }
    let folder = "\(resolver.options.locations.stage)/\(layout.name)/\(platform.os)-\(platform.arch)/\(root)"
    for image in images {
      for file in [image.fileName, image.tagFileName] {
        let path = try place.below(file)
        try addSource(Array("\(folder)/\(path.text)".utf8), at: path, place, fault: .data)
      }
      countStagedImage()
    }
  }

  /// One file, a symlink followed as long as it stays in the source tree.
  func addFile(_ template: Template, _ place: RulePlace) throws {
    guard let to = try place.to() else { return }
    let source = try sourcePath(template, place)
    try addSource(source, at: to, place, fault: .system, within: try FilePath.resolved(rootBytes))
  }

  /// Adds the file that `source` leads to; what is missing is the fault of `fault`.
  private func addSource(
    _ source: [UInt8], at path: ArchivePath, _ place: RulePlace, fault: Fault, within tree: [UInt8]? = nil
  ) throws {
    let resolved: [UInt8]
    let status: FileStatus
    do throws(SystemError) {
      resolved = try FilePath.resolved(source)
      status = try FileStatus.of(resolved)
    } catch {
      if place.rule.isOptional && error.errno == 2 /* ENOENT */ { return }
      resolver.refuse(missing(path, source, place, fault, error))
      return
    }
    let shown = "\(place.rule.origin): \(path.text): \(escapedName(source))"
    if let tree, tree != [UInt8(ascii: "/")], !resolved.starts(with: tree + [UInt8(ascii: "/")]) {
      resolver.refuse(Diagnostic(.system, "\(shown): leads out of the source tree to \(escapedName(resolved))"))
    } else if !status.isFile {
      resolver.refuse(Diagnostic(fault, "\(shown): expected a file, found \(status.typeName)"))
    } else if resolver.own.contains(status) {
      resolver.refuse(Diagnostic(.usage, "\(shown): is an output of this run"))
    } else if !isCruft(path.bytes) {
      addFile(SourceFile(path: resolved, identity: status.identity), status, at: path.bytes, place)
    }
  }

  private func missing(
    _ path: ArchivePath, _ source: [UInt8], _ place: RulePlace, _ fault: Fault, _ error: SystemError
  ) -> Diagnostic {
    let reason = SystemError(operation: "find", path: source, errno: error.errno)
    guard case .images = place.rule.verb else {
      return Diagnostic(fault, "\(place.rule.origin): \(path.text): source \(reason)")
    }
    let bases = escapedName(resolver.options.locations.bases.utf8)
    return Diagnostic(
      fault, "\(place.rule.origin): \(path.text): staged image \(reason), and \(bases) holds no bases to make it from")
  }

  /// A file that stands in one archive flows with its headers; a big one is a distinct content, shared by all.
  private func addFile(_ file: SourceFile, _ status: FileStatus, at path: [UInt8], _ place: RulePlace) {
    let mode = place.rule.mode ?? kept(FileMode(bits: status.mode))
    let body: TarEntryBody
    if file.identity.size >= Rope.contentThreshold {
      body = .content(resolver.content(of: file, status))
    } else {
      // The whole path stands in the folder; nothing of the name follows.
      let folder = collector.add(sourceFolder: file.path)
      body = .file(folder: folder, dropping: UInt16(clamping: collector.prefix.count + path.count), file.identity)
    }
    collector.add(.file, at: path, mode: mode, owner: owner(status), body: body, rule: place.number)
  }

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
      throw Diagnostic(.system, "\(escapedName(source)): \(status.typeName); a release holds files, folders and symlinks")
    }
    let target = status.isSymlink ? try FilePath.target(of: source, in: FilePath.currentFolder, path: source) : []
    let item = WalkedItem(path: [], status: status, target: target)
    let folder = collector.add(sourceFolder: source)
    add(item, at: to, folder: folder, nameDropped: to.count, source: source, place)
  }

  private func filter(of rule: EntryRule) -> TreeFilter {
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

  /// The tracked files of a commit below `to`.
  func addGit(_ template: Template, _ place: RulePlace) throws {
    let number = try resolver.gitArchive(try place.fill(template))
    let filter = filter(of: place.rule)
    let to = try place.to().map { $0.bytes + [UInt8(ascii: "/")] } ?? []
    var taken = 0
    for item in resolver.plan.gitArchives[number].items {
      let path = item.entry.kind == .directory ? Array(item.entry.name.dropLast()) : item.entry.name
      let isInside = GitPath.folders(above: path).contains { filter.includes(folder: $0) }
      if GitPath.folders(above: path).contains(where: { filter.leavesOut(folder: $0) }) { continue }
      if let fault = NameFault.of(path) ?? NameFault.of(item.entry.linkname) {
        throw Diagnostic(.system, "\(place.rule.origin): \(escapedName(path)): the name \(fault)")
      }
      if item.entry.kind == .directory {
        guard !filter.isSelective, !filter.leavesOut(folder: path) else { continue }
        let mode = kept(FileMode(bits: item.entry.mode))
        collector.add(folder: to + path, mode: mode, owner: generatedOwner, rule: place.number)
      } else if filter.takes(file: path, isInside: isInside) {
        taken += 1
        add(item, of: number, at: to + path, place)
      }
    }
    try checkSelection(taken, place)
  }

  private func add(_ item: GitArchive.Item, of spool: Int, at path: [UInt8], _ place: RulePlace) {
    if item.entry.kind == .symlink {
      collector.add(
        .symlink, at: path, mode: .symlink, owner: generatedOwner, linkname: item.entry.linkname, rule: place.number)
      return
    }
    let content = resolver.plan.contents.add(
      .extent(spool: spool, offset: item.offset, count: item.entry.size))
    collector.add(
      .file, at: path, mode: place.rule.mode ?? kept(FileMode(bits: item.entry.mode)), owner: generatedOwner,
      body: .content(content), rule: place.number)
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

  private func sourcePath(_ template: Template, _ place: RulePlace) throws -> [UInt8] {
    rootBytes + [UInt8(ascii: "/")] + (try place.archivePath(template)).bytes
  }
}

extension Resolver {
  /// The content that a source file is, one for all its places.
  func content(of file: SourceFile, _ status: FileStatus) -> ContentID {
    if let known = sourceContents[status.key] { return known }
    let id = plan.contents.add(.file(file))
    sourceContents[status.key] = id
    return id
  }

  /// The number of the archive of `commit`, which git is asked for once.
  func gitArchive(_ commit: String) throws -> Int {
    if let known = commits[commit] { return known }
    let root = options.locations.root
    guard let repository = try GitRepository(root: root, environment: options.environment) else {
      throw Diagnostic(.system, "\(escapedName(root.utf8)): no git repository to take \(quoted(commit)) from")
    }
    plan.gitArchives.append(try GitArchive(commit, of: repository, near: options.locations.out))
    commits[commit] = plan.gitArchives.count - 1
    return plan.gitArchives.count - 1
  }
}

/// Paths inside git's archives.
private enum GitPath {
  /// The folders above `path`, outermost first.
  static func folders(above path: [UInt8]) -> [[UInt8]] {
    path.indices.filter { path[$0] == UInt8(ascii: "/") }.map { Array(path[..<$0]) }
  }
}
