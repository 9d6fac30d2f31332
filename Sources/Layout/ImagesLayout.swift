// images.json: the container images of a release, their bases and their names.

import Basics

/// The content of images.json.
package struct ImagesLayout: Sendable {
  package let origin: RuleOrigin
  /// The registry of the images, {registry} in templates; nil when it is not set.
  package private(set) var registry: Template?
  package private(set) var bases: [String: BaseRule] = [:]
  /// The name in a registry of images that do not set one.
  package private(set) var repository = Template(parts: [.variable(.registry), .text("/"), .variable(.name)])
  /// The tag of images that do not set one, {tag} in templates.
  package private(set) var tag = Template(parts: [.variable(.version)])
  /// Whether runs that write images write an OCI image layout of them too.
  package private(set) var oci = false
  package private(set) var groups: [String: [ImageRule]] = [:]

  static let keys = ["$schema", "registry", "bases", "repository", "tag", "oci", "defaults", "groups"]

  /// Reads the file; `names` are those that release.json declares.
  init(_ field: LayoutField, names: LayoutNames) {
    origin = field.origin
    guard let object = field.object(Self.keys) else { return }
    func template(_ place: TemplatePlace) -> TemplateDecoder {
      TemplateDecoder(names: names, hasPlatform: true, place: place)
    }
    if let registry = object["registry"].flatMap(template(.registry).text) { self.registry = registry }
    if let oci = object["oci"]?.bool { self.oci = oci }
    if let tag = object["tag"].flatMap(template(.tag).someText) { self.tag = tag }
    if let repository = object["repository"].flatMap(template(.image).someText) { self.repository = repository }
    let baseFields = object["bases"]?.namedMembers ?? []
    var names = names
    names.bases = Set(baseFields.map(\.key))
    let decoder = ImageRuleDecoder(names: names, bases: Set(baseFields.map(\.key)))
    for (name, field) in baseFields {
      field.notes.declare("base", name, at: field)
      bases[name] = decoder.base(name, field)
    }
    let defaults = object["defaults"].flatMap(decoder.defaults) ?? ImageDefaults()
    for (name, field) in object.required("groups")?.namedMembers ?? [] { groups[name] = decoder.group(field, defaults) }
  }
}
