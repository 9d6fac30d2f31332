// "tree": all contents of a folder of the source tree.

import Basics
import Files
import Layout

/// A folder's contents.
struct TreeVerb: Verb {
  let source: Template
  let base: String?
  /// Whether its files all go into one folder.
  let isFlat: Bool

  static let key = "tree"
  static let guide = VerbGuide(argument: "PATH", brings: "symlinks stay symlinks, empty folders are kept")
  static let options = [
    "to", "from", "flatten", "include", "exclude", "optional", "mode", "owner", "capabilities", "unchecked",
  ]
  static let needsTo = false

  init?(_ entry: VerbEntry) {
    isFlat = entry.object["flatten"]?.bool ?? false
    if entry.object["from"] != nil {
      entry.object["flatten"]?.refuse("is for the source tree; a base keeps its folders")
    }
    guard let source = entry.templates.folder(entry.field) else { return nil }
    self.source = source
    base = entry.base
  }

  var templates: [Template] { [source] }
  var sourcePaths: [Template] { base == nil ? [source] : [] }

  func add(to draft: inout Draft, at place: RulePlace, in context: DraftContext) throws {
    if let base {
      let path = try place.fill(self.source)
      return try BaseFiles(base, at: place, in: context).add(tree: path, &draft, at: place)
    }
    let tree = SourceTree(context)
    let template = try place.choice(self.source)
    let source = template.text == "." ? tree.root : try tree.path(template, at: place)
    let to = try place.to()?.bytes
    let status: FileStatus
    do throws(SystemError) {
      status = try FileStatus.following(source)
    } catch {
      if !error.isAboutMissingFile { throw error }
      if place.options.isOptional { return }
      let cause = SharedCause(kind: .source(error.path), subject: "")
      throw Diagnostic(.system, "\(error)\(SourceTree.hint(ofPattern: template.text))", cause: cause)
    }
    guard status.isFolder else {
      throw Diagnostic(.system, "\(escapedName(source)): expected a folder, found \(status.typeName)")
    }
    let resolved = try Paths.resolved(source)
    try tree.checkInside(resolved, source)
    try tree.checkNotOutput(resolved, source)
    if let to, place.options.include.isEmpty {
      // Not `mode(of:at:)`, which warns: the folder of a checkout may well be private.
      let mode = draft.style.mode(FileMode(bits: status.mode), isFolder: true)
      draft.collector.add(folder: to, mode: mode, owner: draft.owner(of: status, place), rule: place.number)
    }
    let below = to.map { $0 + [UInt8(ascii: "/")] } ?? []
    let walk = SourceTree.Walk(
      source: source, to: below, filter: place.filter(draft.style), isFlat: isFlat,
      purpose: FilePurpose(.tree, of: self.source, place))
    try place.checkSelection(try tree.add(walk, to: &draft, at: place))
  }

  func addNames(to draft: inout Draft, at place: RulePlace, in context: DraftContext) throws {
    let to = try place.to()
    let source = try place.choice(self.source)
    if source.text != "." { _ = try place.archivePath(source) }
    guard let to, place.options.include.isEmpty, !place.options.isOptional else { return }
    draft.collector.add(folder: to.bytes, mode: .folder, owner: draft.generatedOwner(place), rule: place.number)
  }
}
