// The rule that takes the tracked files of a commit.

import Archive
import Basics
import Layout

extension TarballBuilder {
  /// The tracked files of a commit below `to`.
  func addGit(_ template: Template, _ place: RulePlace) throws {
    let number = try resolver.gitArchive(try place.fill(template))
    let archive = resolver.plan.gitArchives[number]
    let filter = filter(of: place.rule)
    let to = try place.to().map { $0.bytes + [UInt8(ascii: "/")] } ?? []
    if place.rule.bringsCommitID { try add(commitID: archive.object) }
    var taken = 0
    var pointers: [[UInt8]] = []
    for (item, content) in zip(archive.items, resolver.gitContents[number]) {
      let path = item.entry.kind == .directory ? Array(item.entry.name.dropLast()) : item.entry.name
      let above = filter.state(at: path)
      if let fault = NameFault.of(path) ?? NameFault.of(item.entry.linkname) {
        throw Diagnostic(.system, "\(escapedName(path)): the name \(fault)")
      }
      if item.entry.kind == .directory {
        let below = filter.state(below: path, above)
        if archive.submodules.contains(path), below == .inside || (below == .open && !filter.isSelective) {
          let place = "\(layoutPlace): git \(escapedName(archive.commit.utf8)): \(escapedName(path))"
          resolver.warn("\(place) is a submodule, and stays empty: its files are those of another repository")
        }
        guard !filter.isSelective, below != .out else { continue }
        let mode = mode(FileMode(bits: item.entry.mode), isFolder: true)
        collector.add(folder: to + path, mode: mode, owner: generatedOwner, rule: place.number)
      } else if filter.takes(file: path, above) {
        taken += 1
        if item.isPointer { pointers.append(path) }
        add(item, content, at: to + path, place)
      }
    }
    if !pointers.isEmpty { resolver.warn(warning(of: pointers, in: archive)) }
    try checkSelection(taken, place)
  }

  private var layoutPlace: String { "\(layout.name).json" }

  /// That files of Git LFS are not there.
  private func warning(of pointers: [[UInt8]], in archive: GitArchive) -> String {
    "\(layoutPlace): git \(escapedName(archive.commit.utf8)): \(NameSample(pointers)): "
      + "a pointer of Git LFS is packed, not the file that it stands for"
  }

  /// Has the archive begin with the name of a commit, which can be only one.
  private func add(commitID: String) throws {
    let bytes = Array(commitID.utf8)
    if let comment = collector.comment, comment != bytes {
      let other = escapedName(comment)
      throw Diagnostic(.usage, "commitId: the archive has the name of \(other) already, and \(commitID) here")
    }
    collector.comment = bytes
  }

  private func add(_ item: GitArchive.Item, _ content: ContentID?, at path: [UInt8], _ place: RulePlace) {
    let mode = place.rule.mode ?? mode(FileMode(bits: item.entry.mode), isFolder: false)
    if let content {
      collector.add(
        .file, at: path, mode: mode, owner: generatedOwner, body: .content(content), rule: place.number)
    } else {
      collector.add(
        .symlink, at: path, mode: .symlink, owner: generatedOwner, linkname: item.entry.linkname, rule: place.number)
    }
  }
}

extension Resolver {
  /// The number of the archive of `commit`, which git is asked for once.
  func gitArchive(_ commit: String) throws -> Int {
    if let known = commits[commit] { return known }
    guard let repository = try facts.repository() else {
      let root = options.locations.root
      throw Diagnostic(.system, "\(escapedName(root.utf8)): no git repository to take \(quoted(commit)) from")
    }
    let archive = try GitArchive(commit, of: repository, near: options.locations.out)
    let number = plan.gitArchives.count
    plan.gitArchives.append(archive)
    gitContents.append(
      archive.items.map { item in
        guard item.entry.kind == .file else { return nil }
        return plan.contents.add(.extent(spool: number, offset: item.offset, count: item.entry.size))
      })
    commits[commit] = number
    return number
  }
}
