// "file": one file of the source tree, a symlink followed as long as it stays there.

import Layout

/// One file.
struct FileVerb: Verb {
  let source: Template
  let base: String?

  static let key = "file"
  static let guide = VerbGuide(argument: "PATH", brings: "a symlink within ROOT is followed")
  static let options = ["to", "from", "optional", "mode", "owner", "capabilities", "unchecked"]
  static let needsTo = true

  init?(_ entry: VerbEntry) {
    guard let source = entry.templates.path(entry.field) else { return nil }
    self.source = source
    base = entry.base
  }

  var templates: [Template] { [source] }
  var sourcePaths: [Template] { base == nil ? [source] : [] }

  func add(to draft: inout Draft, at place: RulePlace, in context: DraftContext) throws {
    guard let to = try place.to() else { return }
    let path = try place.archivePath(source)
    if let base {
      return try BaseFiles(base, at: place, in: context).add(file: path, to: to, &draft, at: place)
    }
    let request = SingleFile(
      source: SourceTree(context).path(path), path: to, fault: .system, pathInTree: path.text)
    guard let found = try request.find(for: &draft, at: place, in: context) else { return }
    draft.addFile(found.file, found.status, at: to.bytes, place, for: FilePurpose(.file, of: source, place))
  }

  func addNames(to draft: inout Draft, at place: RulePlace, in context: DraftContext) throws {
    let to = try place.to()
    let source = try place.archivePath(source)
    if let to { draft.addName(to, of: source.text, place) }
  }
}
