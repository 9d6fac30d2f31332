// What images.json says of one image, and of one base that images stand on.

import Basics

/// A base image by the name that images know it under.
package struct BaseRule: Sendable {
  package let name: String
  /// The base's reference.
  package let reference: ByArchitecture
  /// What every image on it gets, before its own entries.
  package let entries: [LayoutEntry]
  package let origin: RuleOrigin
}

/// A place where an image's files go.
package enum ImageOutput: String, CaseIterable, Sendable {
  /// The stage folder, which tarballs take images from.
  case stage
  /// The folder of images.
  case images
}

/// One image of a group.
package struct ImageRule: Sendable {
  /// The image's name, {name} in its templates: its `name`, or that of its binary.
  package let name: String
  /// The built binary that it wraps, if any.
  package let binary: String?
  /// The folder of the binary, relative to the root of the file system; "." is the root itself.
  package let to: Template
  /// The name of its base in `bases`.
  package let base: String
  /// Its name in a registry; nil for that of all images.
  package let repository: ByArchitecture?
  /// Its tag; nil for that of all images.
  package let tag: Template?
  /// The name of the file that it is saved as, ".tar" at its end; nil for "{name}.tar".
  package let file: Template?
  /// Where its files go: each at most once, at least one.
  package let outputs: [ImageOutput]
  package let entries: [LayoutEntry]
  /// Environment variables in the order they were given, each name once.
  package let env: [(name: String, value: Template)]
  /// The default arguments; nil for the base's.
  package let cmd: [Template]?
  /// The command that the arguments go to; nil for the base's.
  package let entrypoint: [Template]?
  /// The absolute path that the command starts in; nil for the base's.
  package let workdir: Template?
  /// The user that the command runs as; nil for the base's.
  package let user: Template?
  /// Labels in the order they were given, each name once.
  package let labels: [(name: String, value: Template)]
  package let condition: Condition?
  /// The platforms that it is made for; nil for those of the tarballs that hold it.
  package let platforms: PlatformSelector?
  package let origin: RuleOrigin

  /// The folder of the binary where `to` is not said.
  static let defaultFolder = Template(literal: "usr/local/bin")
  /// What the name of an image's file ends in.
  package static let fileSuffix = ".tar"

  /// The file that holds the tag of an image saved as `file`: ".docker_tag" in the place of ".tar".
  package static func tagFileName(of file: String) -> String {
    String(decoding: Array(file.utf8.dropLast(fileSuffix.utf8.count)), as: UTF8.self) + ".docker_tag"
  }
}

// The bases and images of images.json into rules.

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
      condition: object["when"].flatMap { Condition($0, names) },
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

  private func entries(_ field: LayoutField?) -> [LayoutEntry] {
    field?.elements?.compactMap { LayoutEntry($0, names, hasPlatform: true, in: .image) } ?? []
  }
}

// The settings of an image in images.json: its file, its outputs, and what its config says to those who run it.

extension ImageRuleDecoder {
  /// The name of the file that an image is saved as.
  func file(_ field: LayoutField) -> Template? {
    guard let file = template.path(field) else { return nil }
    if file.text == ImageRule.fileSuffix {
      field.refuse("expected a name before \"\(ImageRule.fileSuffix)\", found nothing")
      return nil
    }
    let isOnePart = !file.text.utf8.contains(UInt8(ascii: "/"))
    if isOnePart && file.text.utf8.reversed().starts(with: ImageRule.fileSuffix.utf8.reversed()) { return file }
    field.refuse("expected a file name that ends in \"\(ImageRule.fileSuffix)\", without '/', found \(field.found)")
    return nil
  }

  /// Where an image's files go.
  func outputs(_ field: LayoutField) -> [ImageOutput] {
    guard let elements = field.elements else { return [] }
    if elements.isEmpty { field.refuse("expected \"stage\", \"images\" or both") }
    var outputs: [ImageOutput] = []
    for element in elements {
      guard let name = element.string else { continue }
      guard let output = ImageOutput(rawValue: name) else {
        element.refuse("expected \"stage\" or \"images\", found \(element.found)")
        continue
      }
      if outputs.contains(output) { element.refuse("\(quoted(name)) stands here twice") }
      outputs.append(output)
    }
    return outputs
  }

  /// Environment variables: an object of values by name, or an array of "NAME=value".
  func environment(_ field: LayoutField) -> [(name: String, value: Template)] {
    if field.isArray { return assignments(field) }
    if field.isString {
      field.refuse("expected an object, or an array of \"NAME=value\", found \(field.found)")
      return []
    }
    return (field.members ?? []).compactMap { name, field in
      guard isVariable(name, at: field), let value = lineText(field) else { return nil }
      return (name, value)
    }
  }

  private func assignments(_ field: LayoutField) -> [(name: String, value: Template)] {
    var variables: [(name: String, value: Template)] = []
    for element in field.elements ?? [] {
      guard let text = element.string else { continue }
      // By bytes: a sign and a combining mark after it are one Character.
      guard let sign = text.utf8.firstIndex(of: UInt8(ascii: "=")) else {
        element.refuse("expected \"NAME=value\", found \(element.found)")
        continue
      }
      let name = String(decoding: Array(text.utf8[..<sign]), as: UTF8.self)
      let value = String(decoding: Array(text.utf8[sign...].dropFirst()), as: UTF8.self)
      guard isVariable(name, at: element), let value = lineText(element.holding(value)) else { continue }
      if variables.contains(where: { $0.name == name }) { element.refuse("\(quoted(name)) is set twice") }
      variables.append((name, value))
    }
    return variables
  }

  /// Whether `name` can be a variable's: the ENV of a Dockerfile takes quotes, blanks and "$" for something else.
  private func isVariable(_ name: String, at field: LayoutField) -> Bool {
    if !name.isEmpty && name.utf8.allSatisfy({ $0.isLetterOrDigit || "_.-".utf8.contains($0) }) { return true }
    field.refuse("expected the name of a variable, of letters, digits, '_', '.' and '-', found \(quoted(name))")
    return false
  }

  /// Labels: an object of values by name.
  func labels(_ field: LayoutField) -> [(name: String, value: Template)] {
    (field.members ?? []).compactMap { name, field in
      if name.isEmpty || hasControls(name) {
        field.refuse("expected the name of a label, without line breaks, found \(quoted(name))")
      }
      return lineText(field).map { (name, $0) }
    }
  }

  /// A command and its arguments.
  func arguments(_ field: LayoutField) -> [Template]? {
    field.elements?.compactMap(argument)
  }

  /// A user, as the config of an image names one.
  func user(_ field: LayoutField) -> Template? { template.someText(field).flatMap { withoutControls($0, field) } }

  /// The absolute path of a folder.
  func workdir(_ field: LayoutField) -> Template? {
    template.absolutePath(field).flatMap { withoutControls($0, field) }
  }

  /// A string that a process is given.
  private func argument(_ field: LayoutField) -> Template? {
    template.text(field).flatMap { text in
      // The C string that it becomes would end early.
      if !text.text.utf8.contains(0) { return text }
      field.refuse("expected a string without NUL, found \(field.found)")
      return nil
    }
  }

  /// A string that stands in a line of a Dockerfile.
  private func lineText(_ field: LayoutField) -> Template? {
    template.text(field).flatMap { withoutControls($0, field) }
  }

  private func withoutControls(_ template: Template, _ field: LayoutField) -> Template? {
    if !hasControls(template.text) { return template }
    field.refuse("expected a string without line breaks and other control characters, found \(field.found)")
    return nil
  }

  private func hasControls(_ text: String) -> Bool { text.utf8.contains { $0 < 0x20 && $0 != 9 || $0 == 0x7F } }
}
