// "text": a file whose contents are in the layout.

import Layout

/// A file with a text of the layout.
struct TextVerb: Verb {
  let text: Template

  static let key = "text"
  static let guide = VerbGuide(argument: "TEXT", brings: "a file with this text")
  static let options = ["to", "mode", "owner", "unchecked"]
  static let needsTo = true

  init?(_ entry: VerbEntry) {
    guard let text = entry.templates.text(entry.field) else { return nil }
    self.text = text
  }

  var templates: [Template] { [text] }

  func add(to draft: inout Draft, at place: RulePlace, in context: DraftContext) throws {
    guard let to = try place.to() else { return }
    draft.addGenerated(.bytes(Array(try place.fill(text).utf8)), at: to, place)
  }
}
