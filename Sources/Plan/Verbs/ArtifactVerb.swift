// "artifact": another tarball of the release, as a file.

import Layout

/// A tarball of the release.
struct ArtifactVerb: Verb {
  /// The name of its layout.
  let layout: String

  static let key = "artifact"
  static let guide = VerbGuide(argument: "LAYOUT", brings: "another tarball of the release")
  static let options = ["to", "mode"]
  static let needsTo = true
  static let isOfTarballs = true

  init?(_ entry: VerbEntry) {
    guard let name = entry.field.string else { return nil }
    entry.names.check("layout", name, in: entry.names.layouts, at: entry.field)
    layout = name
  }

  var templates: [Template] { [] }
  var tarball: String? { layout }

  func add(to draft: inout Draft, at place: RulePlace, in context: DraftContext) throws {
    guard let to = try place.to() else { return }
    for tarball in place.held.tarballs { draft.addGenerated(.tarball(tarball), at: to, place) }
  }
}
