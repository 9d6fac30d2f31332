// "text": a file whose contents the layout spells out.

import Layout

/// A file with a text of the layout's.
struct TextVerb: Verb {
  let text: Template

  var templates: [Template] { [text] }

  func add(to draft: inout Draft, at place: RulePlace, in context: DraftContext) throws {
    guard let to = try place.to() else { return }
    draft.addGenerated(.bytes(Array(try place.fill(text).utf8)), at: to, place)
  }
}
