// "directory": an empty folder, or the mode of one that other rules fill.

import Basics
import Layout

/// A folder.
struct DirectoryVerb: Verb {
  let path: Template

  static let key = "directory"
  static let guide = VerbGuide(argument: "PATH", brings: "an empty folder")
  static let options = ["mode", "owner"]
  static let needsTo = false

  init?(_ entry: VerbEntry) {
    guard let path = entry.templates.path(entry.field) else { return nil }
    self.path = entry.folder?.appending(path) ?? path
  }

  var templates: [Template] { [path] }

  func add(to draft: inout Draft, at place: RulePlace, in context: DraftContext) throws {
    _ = try place.to()
    let folder = try place.archivePath(path)
    draft.collector.add(
      folder: folder.bytes, mode: place.options.mode ?? .folder, owner: draft.generatedOwner(place), rule: place.number,
      isExplicit: place.options.mode != nil, isOwned: place.options.owner != nil)
  }
}
