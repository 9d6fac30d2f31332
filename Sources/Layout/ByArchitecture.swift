// A string of images.json that may differ from architecture to architecture.

import Basics

/// A template for all architectures, or one for each.
package struct ByArchitecture: Equatable, Sendable {
  /// Where it is said; where images.json begins when it is not.
  package let origin: RuleOrigin
  /// By GOARCH; "*" is for those that are not named.
  private let templates: [String: Template]

  private static let others = "*"

  init(_ template: Template, origin: RuleOrigin) {
    self.origin = origin
    templates = [Self.others: template]
  }

  init?(_ field: LayoutField, _ decoder: TemplateDecoder) {
    origin = field.origin
    if field.isString {
      guard let template = decoder.someText(field) else { return nil }
      templates = [Self.others: template]
      return
    }
    if field.isArray {
      field.refuse("expected a string, or an object of strings by architecture, found \(field.found)")
      return nil
    }
    guard let members = field.members else { return nil }
    if members.isEmpty { field.refuse("expected at least one architecture") }
    var templates: [String: Template] = [:]
    for (architecture, field) in members {
      if architecture != Self.others && !Platform.isPart(architecture[...].utf8) {
        field.refuse("expected an architecture such as \"amd64\", or \"*\", found \(quoted(architecture))")
      }
      templates[architecture] = decoder.someText(field)
    }
    self.templates = templates
  }

  /// The template for `architecture` in Go's words; nil when neither it nor "*" has one.
  package func template(for architecture: String) -> Template? {
    templates[architecture] ?? templates[Self.others]
  }
}
