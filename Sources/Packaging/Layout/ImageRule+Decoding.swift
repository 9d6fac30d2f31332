// The bases and images of images.json into rules.

import JSON

/// Reads the bases and images of images.json.
struct ImageRuleDecoder {
  let names: LayoutNames
  /// The names of all bases.
  let bases: Set<String>

  static let baseKeys = ["ref", "entries"]
  static let imageKeys = [
    "binary", "name", "to", "base", "repository", "tag", "file", "outputs", "entries", "env", "cmd", "entrypoint",
    "workdir", "user", "labels", "platforms", "when",
  ]

  var template: TemplateDecoder { TemplateDecoder(names: names, hasPlatform: true, place: .image) }

  /// A base: its reference, or an object that tells of its entries too.
  func base(_ name: String, _ field: LayoutField) -> BaseRule? {
    guard field.isObject(withAnyOf: Self.baseKeys) else {
      return ByArchitecture(field, template).map { reference in
        BaseRule(name: name, reference: reference, entries: [], origin: field.origin)
      }
    }
    guard let object = field.object(Self.baseKeys) else { return nil }
    let entries = entries(object["entries"])
    guard let reference = object.required("ref").flatMap({ ByArchitecture($0, template) }) else { return nil }
    return BaseRule(name: name, reference: reference, entries: entries, origin: field.origin)
  }

  /// The images of a group, no two of one name.
  func group(_ field: LayoutField) -> [ImageRule] {
    var images: [ImageRule] = []
    for field in field.elements ?? [] {
      guard let image = image(field) else { continue }
      if images.contains(where: { $0.name == image.name }) {
        field.refuse("another image of this group is named \(quoted(image.name))")
      }
      images.append(image)
    }
    return images
  }

  private func image(_ field: LayoutField) -> ImageRule? {
    guard let object = field.object(Self.imageKeys) else { return nil }
    let base = object.required("base").flatMap(base)
    if object["binary"] == nil && object["name"] == nil { field.refuse("expected \"binary\" or \"name\"") }
    if object["binary"] == nil { object["to"]?.refuse("is the folder of a \"binary\", and there is none") }
    let binary = object["binary"]?.onePart
    let name = object["name"].map(\.onePart) ?? binary
    let rule = ImageRule(
      name: name ?? "",
      binary: binary,
      to: object["to"].flatMap(template.folder) ?? ImageRule.defaultFolder,
      base: base ?? "",
      repository: object["repository"].flatMap { ByArchitecture($0, template) },
      tag: object["tag"].flatMap(TemplateDecoder(names: names, hasPlatform: true, place: .tag).someText),
      file: object["file"].flatMap(file),
      outputs: object["outputs"].map(outputs) ?? ImageOutput.allCases,
      entries: entries(object["entries"]),
      env: object["env"].map(environment) ?? [],
      cmd: object["cmd"].flatMap(arguments),
      entrypoint: object["entrypoint"].flatMap(arguments),
      workdir: object["workdir"].flatMap(workdir),
      user: object["user"].flatMap(user),
      labels: object["labels"].map(labels) ?? [],
      condition: object["when"].flatMap { condition($0, names) },
      platforms: object["platforms"].flatMap { $0.platformSelector(names) },
      origin: field.origin)
    // Not before all keys were looked at: all mistakes are told at once.
    return name == nil ? nil : rule
  }

  /// The name of the base that an image stands on.
  private func base(_ field: LayoutField) -> String? {
    guard let name = field.string else { return nil }
    names.check("base", name, in: bases, at: field)
    return name
  }

  private func entries(_ field: LayoutField?) -> [EntryRule] {
    let decoder = EntryRuleDecoder(names: names, hasPlatform: true, place: .image)
    return field?.elements?.compactMap(decoder.decode) ?? []
  }
}
