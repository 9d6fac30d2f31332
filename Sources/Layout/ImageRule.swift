// The rules of images.json for one image and for one base image.

import Basics

/// A base image; images refer to it by its name.
package struct BaseRule: Sendable {
  package let name: String
  /// The base's reference.
  package let reference: Template
  /// The entries that every image on this base gets before its own.
  package let entries: [LayoutEntry]
  package let origin: RuleOrigin
}

/// A folder where an image's files go.
package enum ImageOutput: String, CaseIterable, Sendable {
  /// The stage folder: tarballs take their images from there.
  case stage
  /// The folder of images.
  case images
}

/// One image of a group.
package struct ImageRule: Sendable {
  /// The image's name, {name} in its templates: its `name`, else that of its binary.
  package let name: String
  /// The built binary that the image holds, if any.
  package let binary: String?
  /// The folder of the binary, relative to the root of the file system; "." is the root itself.
  package let to: Template
  /// The value of security.capability of the binary, empty for none; nil for its own.
  package let capabilities: [UInt8]?
  /// The name of its base in `bases`.
  package let base: String
  /// Its name in a registry; nil for the name that images.json sets for all images.
  package let repository: Template?
  /// Its tag; nil for the tag that images.json sets for all images.
  package let tag: Template?
  /// The name of the file that it is saved as, which ends in ".tar"; nil for "{name}.tar".
  package let file: Template?
  /// The folders where its files go: at least one, each once.
  package let outputs: [ImageOutput]
  package let entries: [LayoutEntry]
  /// Environment variables in the order they were given, each name once.
  package let env: [(name: String, value: Template)]
  /// The default arguments; nil for the base's.
  package let cmd: [Template]?
  /// The command that gets the arguments; nil for the base's.
  package let entrypoint: [Template]?
  /// The absolute path of the folder that the command starts in; nil for the base's.
  package let workdir: Template?
  /// The user that the command runs as; nil for the base's.
  package let user: Template?
  /// Labels in the order they were given, each name once.
  package let labels: [(name: String, value: Template)]
  package let condition: Condition?
  /// The platforms that it is made for; nil for those of the tarballs that hold it.
  package let platforms: PlatformSelector?
  package let origin: RuleOrigin

  /// The folder of the binary when `to` is not set.
  static let defaultFolder = Template(literal: "usr/local/bin")
  /// The end of the name of an image's file.
  package static let fileSuffix = ".tar"

  /// The name of the file that holds the tag of an image saved as `file`: ".docker_tag" in place of ".tar".
  package static func tagFileName(of file: String) -> String {
    String(decoding: Array(file.utf8.dropLast(fileSuffix.utf8.count)), as: UTF8.self) + ".docker_tag"
  }
}

// Turns the bases and images of images.json into rules.

/// Reads the bases and images of images.json.
struct ImageRuleDecoder {
  let names: LayoutNames
  /// The names of all bases.
  let bases: Set<String>

  static let baseKeys = ["ref", "entries"]
  static let imageKeys = [
    "binary", "name", "to", "capabilities", "base", "repository", "tag", "file", "outputs", "entries", "env", "cmd",
    "entrypoint",
    "workdir", "user", "labels", "platforms", "when",
  ]

  var template: TemplateDecoder { TemplateDecoder(names: names, hasPlatform: true, place: .image) }

  /// A base: its reference alone, or an object with its reference and entries.
  func base(_ name: String, _ field: LayoutField) -> BaseRule? {
    guard field.isObject(withAnyOf: Self.baseKeys) else {
      return template.someText(field).map { reference in
        BaseRule(name: name, reference: reference, entries: [], origin: field.origin)
      }
    }
    guard let object = field.object(Self.baseKeys) else { return nil }
    let entries = entries(object["entries"])
    guard let reference = object.required("ref").flatMap(template.someText) else { return nil }
    return BaseRule(name: name, reference: reference, entries: entries, origin: field.origin)
  }

  /// The images of a group; two of one name are a mistake.
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
    if object["binary"] == nil { object["capabilities"]?.refuse("is of a \"binary\", and there is none") }
    let binary = object["binary"]?.onePart
    let name = object["name"].map(\.onePart) ?? binary
    let rule = ImageRule(
      name: name ?? "",
      binary: binary,
      to: object["to"].flatMap(template.folder) ?? ImageRule.defaultFolder,
      capabilities: object["capabilities"].flatMap(\.capabilities),
      base: base ?? "",
      repository: object["repository"].flatMap(template.someText),
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
    // Returns only now: all keys must be read first, so that all mistakes are reported at once.
    return name == nil ? nil : rule
  }

  /// The name of an image's base.
  private func base(_ field: LayoutField) -> String? {
    guard let name = field.string else { return nil }
    names.check("base", name, in: bases, at: field)
    return name
  }

  private func entries(_ field: LayoutField?) -> [LayoutEntry] {
    field?.elements?.compactMap { LayoutEntry($0, names, hasPlatform: true, in: .image) } ?? []
  }
}

// The settings of an image in images.json: its file, its outputs, and the config that a container runtime reads.

extension ImageRuleDecoder {
  /// The name of the file that an image is saved as.
  func file(_ field: LayoutField) -> Template? { template.value(field, oneFile) }

  private func oneFile(_ field: LayoutField) -> Template? {
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

  /// The folders where an image's files go.
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
      // By bytes: "=" and a combining mark after it are one Character.
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

  /// Whether `name` can name a variable: in the ENV of a Dockerfile, quotes, blanks and "$" have another meaning.
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
  func user(_ field: LayoutField) -> Template? {
    template.value(field) { field in template.someText(field).flatMap { withoutControls($0, field) } }
  }

  /// The absolute path of a folder.
  func workdir(_ field: LayoutField) -> Template? {
    template.value(field) { field in template.absolutePath(field).flatMap { withoutControls($0, field) } }
  }

  /// A string that becomes an argument of a process.
  private func argument(_ field: LayoutField) -> Template? {
    template.value(field) { field in
      guard let text = template.text(field) else { return nil }
      // A NUL would end the C string of the argument early.
      if !text.text.utf8.contains(0) { return text }
      field.refuse("expected a string without NUL, found \(field.found)")
      return nil
    }
  }

  /// A string that becomes part of a line of a Dockerfile.
  private func lineText(_ field: LayoutField) -> Template? {
    template.value(field) { field in template.text(field).flatMap { withoutControls($0, field) } }
  }

  private func withoutControls(_ template: Template, _ field: LayoutField) -> Template? {
    if !hasControls(template.text) { return template }
    field.refuse("expected a string without line breaks and other control characters, found \(field.found)")
    return nil
  }

  private func hasControls(_ text: String) -> Bool { text.utf8.contains { $0 < 0x20 && $0 != 9 || $0 == 0x7F } }
}
