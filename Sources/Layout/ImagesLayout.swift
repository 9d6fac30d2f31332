// images.json: the container images of a release, their bases and their names.

import Basics

/// The content of images.json.
package struct ImagesLayout: Sendable {
  /// The registry of the images, {registry} in templates; empty when it is not set.
  package private(set) var registry = Template.empty
  package private(set) var bases: [String: BaseRule] = [:]
  /// The name in a registry of images that do not set one.
  package private(set) var repository: ByArchitecture
  /// The tag of images that do not set one, {tag} in templates.
  package private(set) var tag = Template(parts: [.variable(.version)])
  package private(set) var groups: [String: [ImageRule]] = [:]

  static let keys = ["$schema", "registry", "bases", "repository", "tag", "groups"]

  /// Reads the file; `names` are those that release.json declares.
  init(_ field: LayoutField, names: LayoutNames) {
    let repository = Template(parts: [.variable(.registry), .text("/"), .variable(.name)])
    self.repository = ByArchitecture(repository, origin: field.origin)
    guard let object = field.object(Self.keys) else { return }
    func template(_ place: TemplatePlace) -> TemplateDecoder {
      TemplateDecoder(names: names, hasPlatform: true, place: place)
    }
    if let registry = object["registry"].flatMap(template(.registry).text) { self.registry = registry }
    if let tag = object["tag"].flatMap(template(.tag).someText) { self.tag = tag }
    if let field = object["repository"], let repository = ByArchitecture(field, template(.image)) {
      self.repository = repository
    }
    let baseFields = object.required("bases")?.namedMembers ?? []
    let decoder = ImageRuleDecoder(names: names, bases: Set(baseFields.map(\.key)))
    for (name, field) in baseFields { bases[name] = decoder.base(name, field) }
    for (name, field) in object.required("groups")?.namedMembers ?? [] { groups[name] = decoder.group(field) }
  }
}

/// A template for all architectures, or one for each.
package struct ByArchitecture: Equatable, Sendable {
  /// The place where it is set; the start of images.json when it is not set.
  package let origin: RuleOrigin
  /// Templates by GOARCH; "*" is for all other architectures.
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

  /// The template for `architecture` (a GOARCH); nil when neither it nor "*" has one.
  package func template(for architecture: String) -> Template? {
    templates[architecture] ?? templates[Self.others]
  }
}
