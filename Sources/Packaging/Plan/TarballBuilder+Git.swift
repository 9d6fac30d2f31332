// The rule that takes the tracked files of a commit.

import Archive
import JSON

extension TarballBuilder {
  /// The tracked files of a commit below `to`.
  func addGit(_ template: Template, _ place: RulePlace) throws {
    let number = try resolver.gitArchive(try place.fill(template))
    let filter = filter(of: place.rule)
    let to = try place.to().map { $0.bytes + [UInt8(ascii: "/")] } ?? []
    var taken = 0
    for (item, content) in zip(resolver.plan.gitArchives[number].items, resolver.gitContents[number]) {
      let path = item.entry.kind == .directory ? Array(item.entry.name.dropLast()) : item.entry.name
      let above = filter.state(at: path)
      if let fault = NameFault.of(path) ?? NameFault.of(item.entry.linkname) {
        throw Diagnostic(.system, "\(escapedName(path)): the name \(fault)")
      }
      if item.entry.kind == .directory {
        guard !filter.isSelective, filter.state(below: path, above) != .out else { continue }
        let mode = mode(FileMode(bits: item.entry.mode), isFolder: true)
        collector.add(folder: to + path, mode: mode, owner: generatedOwner, rule: place.number)
      } else if filter.takes(file: path, above) {
        taken += 1
        add(item, content, at: to + path, place)
      }
    }
    try checkSelection(taken, place)
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
    let root = options.locations.root
    guard let repository = try GitRepository(root: root, environment: options.environment) else {
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
