// images.json: the container images of a release, as far as a tarball that holds them needs to know.

/// One image of a group.
package struct ImageRule: Sendable {
  /// The image's name: its `name`, or that of its binary.
  package let name: String
  package let condition: Condition?

  /// The file that the image is saved as.
  package var fileName: String { "\(name).tar" }
  /// The file beside it that holds its tag.
  package var tagFileName: String { "\(name).docker_tag" }
}

/// What images.json says.
package struct ImagesLayout: Sendable {
  package private(set) var registry = Template.empty
  /// The tag of every image.
  package private(set) var tag = Template.empty
  package private(set) var groups: [String: [ImageRule]] = [:]

  private static let keys = ["$schema", "registry", "bases", "repository", "tag", "groups"]
  private static let imageKeys = ["binary", "name", "base", "when"]

  /// Reads the file; `flags` are those of release.json.
  init(_ field: LayoutField, release: ReleaseLayout) {
    guard let object = field.object(Self.keys) else { return }
    if let registry = object["registry"].flatMap({ Self.template($0, allowing: Self.ofRelease) }) {
      self.registry = registry
    }
    if let tag = object["tag"].flatMap({ Self.template($0, allowing: Self.ofRelease + [.os, .arch, .registry]) }) {
      self.tag = tag
    }
    let names = LayoutNames(release: release, images: nil, layouts: [])
    if let repository = object["repository"] { Self.checkByArchitecture(repository) }
    let baseFields = object.required("bases")?.members ?? []
    for (_, field) in baseFields { Self.checkByArchitecture(field) }
    let bases = Set(baseFields.map(\.key))
    for (group, field) in object.required("groups")?.namedMembers ?? [] {
      groups[group] = field.elements?.compactMap { Self.image($0, bases: bases, names) }
    }
  }

  /// What is known of a release without its images.
  private static let ofRelease: [Variable] = [.name, .version, .releaseRegistry, .releaseTag]

  private static func template(_ field: LayoutField, allowing known: [Variable]) -> Template? {
    guard let template = field.taking({ try Template($0) }) else { return nil }
    for variable in template.variables where !known.contains(variable) {
      field.refuse("{\(variable.rawValue)} cannot stand here")
    }
    return template
  }

  /// Checks that the field is a template, or templates by architecture; nothing reads them yet.
  private static func checkByArchitecture(_ field: LayoutField) {
    if field.isString {
      _ = field.taking { try Template($0) }
    } else {
      for (_, field) in field.members ?? [] { _ = field.taking { try Template($0) } }
    }
  }

  private static func image(_ field: LayoutField, bases: Set<String>, _ names: LayoutNames) -> ImageRule? {
    guard let object = field.object(imageKeys) else { return nil }
    if let field = object.required("base"), let base = field.string {
      names.check("base", base, in: bases, at: field)
    }
    guard let nameField = object["name"] ?? object.required("binary"),
      let name = nameField.onePart
    else { return nil }
    return ImageRule(name: name, condition: object["when"].flatMap { condition($0, names) })
  }
}
