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
}

extension Resolver {
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
