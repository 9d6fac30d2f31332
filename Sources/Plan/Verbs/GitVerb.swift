// "git": the tracked files of a commit.

import Archive
import Basics
import Git
import Layout

/// The tracked files of a commit.
struct GitVerb: Verb {
  let commit: Template
  /// Whether the archive begins with the name of the commit.
  let bringsCommitID: Bool

  static let key = "git"
  static let guide = VerbGuide(argument: "COMMIT", brings: "the tracked files, as git archive gives them")
  static let options = ["to", "include", "exclude", "mode", "owner", "unchecked", "commitId"]
  static let needsTo = false

  /// Reads the commit, which may be any name that git knows.
  init?(_ entry: VerbEntry) {
    let field = entry.field
    bringsCommitID = entry.object["commitId"].flatMap { Self.bringsCommitID($0, entry) } ?? false
    let commit = entry.templates.value(field) { field in
      guard let commit = entry.templates.text(field) else { return nil }
      // Compared as bytes: a dash with a combining mark is one Character.
      let bytes = commit.text.utf8
      if !bytes.isEmpty && bytes.first != UInt8(ascii: "-") && !bytes.contains(where: { $0 < 0x20 }) { return commit }
      field.refuse("expected a commit such as \"HEAD\", found \(field.found)")
      return nil
    }
    guard let commit else { return nil }
    self.commit = commit
  }

  private static func bringsCommitID(_ field: LayoutField, _ entry: VerbEntry) -> Bool? {
    if entry.templates.place.takesTarballs { return field.bool }
    field.refuse("stands in tarballs alone; a layer cannot hold it")
    return nil
  }

  var templates: [Template] { [commit] }
  var facts: Set<Fact> { [.repository] }

  func add(to draft: inout Draft, at place: RulePlace, in context: DraftContext) throws {
    let commit = try place.fill(self.commit)
    let archive = try archive(of: commit, in: context)
    let filter = place.filter(draft.style)
    let to = try place.to().map { $0.bytes + [UInt8(ascii: "/")] } ?? []
    if bringsCommitID { try draft.collector.add(commitID: archive.object) }
    let said = "\(draft.name).json: git \(escapedName(commit.utf8))"
    var taken = 0
    var marks = filter.noMarks
    var pointers: [[UInt8]] = []
    for (number, item) in archive.items.enumerated() {
      let path = item.entry.kind == .directory ? Array(item.entry.name.dropLast()) : item.entry.name
      filter.mark(path, isFolder: item.entry.kind == .directory, in: &marks)
      let above = filter.state(at: path)
      if let fault = NameFault.of(path) ?? NameFault.of(item.entry.linkname) {
        throw Diagnostic(.system, "\(escapedName(path)): the name \(fault)")
      }
      if item.entry.kind == .directory {
        let below = filter.state(below: path, above)
        if archive.submodules.contains(path), below == .inside || (below == .open && !filter.isSelective) {
          let reason = "is a submodule, and stays empty: its files are those of another repository"
          draft.said.warn("\(said): \(escapedName(path)) \(reason)")
        }
        guard !filter.isSelective, below != .out else { continue }
        let mode = draft.style.mode(FileMode(bits: item.entry.mode), isFolder: true)
        draft.collector.add(folder: to + path, mode: mode, owner: draft.generatedOwner(place), rule: place.number)
      } else if filter.takes(file: path, above) {
        taken += 1
        if item.isPointer { pointers.append(path) }
        let source = item.entry.kind == .file ? DraftSource.git(commit: commit, item: number) : nil
        draft.add(item.entry, source, at: to + path, place)
      }
    }
    if !pointers.isEmpty {
      let reason = "a pointer of Git LFS is packed, not the file that it stands for"
      draft.said.warn("\(said): \(NameSample(pointers)): \(reason)")
    }
    draft.said.patterns.add(marks, of: place.options)
    try place.checkSelection(taken)
  }

  func addNames(to draft: inout Draft, at place: RulePlace, in context: DraftContext) throws {
    _ = try place.to()
    _ = try place.fill(commit)
  }

  private func archive(of commit: String, in context: DraftContext) throws -> GitArchive {
    guard let repository = try context.facts.knownRepository() else {
      let root = escapedName(context.locations.root.utf8)
      throw Diagnostic(.system, "\(root): no git repository to take \(quoted(commit)) from")
    }
    return try context.git.archive(of: commit, in: repository)
  }
}

extension EntryCollector {
  /// Makes the archive begin with the name of a commit. Throws `Diagnostic` when it has the name of another one.
  fileprivate mutating func add(commitID: String) throws {
    let bytes = Array(commitID.utf8)
    if let comment, comment != bytes {
      let other = escapedName(comment)
      throw Diagnostic(.usage, "commitId: the archive has the name of \(other) already, and \(commitID) here")
    }
    comment = bytes
  }
}

extension Draft {
  /// Adds a file with its source, or a symlink without one.
  fileprivate mutating func add(_ entry: TarEntry, _ source: DraftSource?, at path: [UInt8], _ place: RulePlace) {
    let owner = generatedOwner(place)
    if let source {
      let mode = place.options.mode ?? style.mode(FileMode(bits: entry.mode), isFolder: false)
      collector.add(.file, at: path, mode: mode, owner: owner, body: .source(add(source)), rule: place.number)
    } else {
      collector.add(
        .symlink, at: path, mode: .symlink, owner: owner, linkname: entry.linkname, rule: place.number)
    }
  }
}
