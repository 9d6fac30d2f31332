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

  /// The name of the base without files that is always there.
  package static let scratch = "scratch"
}

/// A folder where an image's files go.
package enum ImageOutput: String, CaseIterable, Sendable {
  /// The stage folder: tarballs take their images from there.
  case stage
  /// The folder of images.
  case images
}

/// What images say of themselves, or what a group or the file says for all of its images. Nil where nothing is said.
package struct ImageDefaults: Sendable {
  fileprivate(set) var to: Template?
  fileprivate(set) var base: String?
  fileprivate(set) var repository: Template?
  fileprivate(set) var tag: Template?
  fileprivate(set) var names: [Template]?
  fileprivate(set) var file: Template?
  fileprivate(set) var outputs: [ImageOutput]?
  fileprivate(set) var entries: [LayoutEntry] = []
  fileprivate(set) var env: [(name: String, value: Template)] = []
  fileprivate(set) var cmd: [Template]?
  fileprivate(set) var entrypoint: [Template]?
  fileprivate(set) var workdir: Template?
  fileprivate(set) var user: Template?
  fileprivate(set) var expose: [String]?
  fileprivate(set) var volumes: [Template]?
  fileprivate(set) var stopSignal: String?
  fileprivate(set) var labels: [(name: String, value: Template)] = []
  fileprivate(set) var annotations: [(name: String, value: Template)] = []
  fileprivate(set) var condition: Condition?
  fileprivate(set) var platforms: PlatformSelector?

  /// Nothing is said.
  init() {}

  /// What these say, and `others` where these say nothing. Entries come after those of the others; variables, labels and
  /// annotations are joined by their names.
  fileprivate func over(_ others: ImageDefaults) -> ImageDefaults {
    var joined = self
    joined.to = to ?? others.to
    joined.base = base ?? others.base
    joined.repository = repository ?? others.repository
    joined.tag = tag ?? others.tag
    joined.names = names ?? others.names
    joined.file = file ?? others.file
    joined.outputs = outputs ?? others.outputs
    joined.entries = others.entries + entries
    joined.env = Self.joined(others.env, env)
    // As in a Dockerfile, an entrypoint drops the arguments that were set for another one.
    joined.cmd = cmd ?? (entrypoint == nil ? others.cmd : nil)
    joined.entrypoint = entrypoint ?? others.entrypoint
    joined.workdir = workdir ?? others.workdir
    joined.user = user ?? others.user
    joined.expose = expose ?? others.expose
    joined.volumes = volumes ?? others.volumes
    joined.stopSignal = stopSignal ?? others.stopSignal
    joined.labels = Self.joined(others.labels, labels)
    joined.annotations = Self.joined(others.annotations, annotations)
    joined.condition = condition ?? others.condition
    joined.platforms = platforms ?? others.platforms
    return joined
  }

  private static func joined(
    _ first: [(name: String, value: Template)], _ second: [(name: String, value: Template)]
  ) -> [(name: String, value: Template)] {
    // By bytes: two names of one text in different Unicode forms are two.
    func isSame(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }
    return first.map { item in second.first { isSame($0.name, item.name) } ?? item }
      + second.filter { item in !first.contains { isSame($0.name, item.name) } }
  }
}

/// One image of a group.
package struct ImageRule: Sendable {
  /// The image's name, {name} in its templates: its `name`, else that of its binary.
  package let name: String
  /// The built binary that the image holds, if any.
  package let binary: String?
  /// The value of security.capability of the binary, empty for none; nil for its own.
  package let capabilities: [UInt8]?
  package let origin: RuleOrigin
  /// What it says, and its group and the file for it.
  private let settings: ImageDefaults

  fileprivate init(
    name: String, binary: String?, capabilities: [UInt8]?, _ settings: ImageDefaults, origin: RuleOrigin
  ) {
    (self.name, self.binary, self.capabilities) = (name, binary, capabilities)
    (self.settings, self.origin) = (settings, origin)
  }

  /// The folder of the binary, relative to the root of the file system; "." is the root itself.
  package var to: Template { settings.to ?? Self.defaultFolder }
  /// The name of its base in `bases`, or `BaseRule.scratch`.
  package var base: String { settings.base ?? "" }
  /// Its name in a registry; nil for the name that images.json sets for all images.
  package var repository: Template? { settings.repository }
  /// Its tag; nil for the tag that images.json sets for all images.
  package var tag: Template? { settings.tag }
  /// More whole names, behind that of `repository` and `tag`.
  package var names: [Template] { settings.names ?? [] }
  /// The name of the file that it is saved as, which ends in ".tar"; nil for "{name}.tar".
  package var file: Template? { settings.file }
  /// The folders where its files go: at least one, each once.
  package var outputs: [ImageOutput] { settings.outputs ?? ImageOutput.allCases }
  /// What the layer has beside the binary.
  package var entries: [LayoutEntry] { settings.entries }
  /// Environment variables in the order they were given, each name once.
  package var env: [(name: String, value: Template)] { settings.env }
  /// The default arguments; nil for the base's.
  package var cmd: [Template]? { settings.cmd }
  /// The command that gets the arguments; nil for the base's.
  package var entrypoint: [Template]? { settings.entrypoint }
  /// The absolute path of the folder that the command starts in; nil for the base's.
  package var workdir: Template? { settings.workdir }
  /// The user that the command runs as; nil for the base's.
  package var user: Template? { settings.user }
  /// Ports that the command listens on, "8080/tcp" each, beside those of the base.
  package var expose: [String] { settings.expose ?? [] }
  /// Absolute paths of folders whose contents outlive a container, beside those of the base.
  package var volumes: [Template] { settings.volumes ?? [] }
  /// The signal that stops the command; nil for the base's.
  package var stopSignal: String? { settings.stopSignal }
  /// Labels in the order they were given, each name once.
  package var labels: [(name: String, value: Template)] { settings.labels }
  /// Annotations of its manifest and its index, likewise.
  package var annotations: [(name: String, value: Template)] { settings.annotations }
  /// The flag that it is made for, if any.
  package var condition: Condition? { settings.condition }
  /// The platforms that it is made for; nil for those of the tarballs that hold it.
  package var platforms: PlatformSelector? { settings.platforms }

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
  static let groupKeys = ["defaults", "images"]
  /// The keys of an image that a group or the file may set for all of its images.
  static let defaultKeys = [
    "to", "base", "repository", "tag", "names", "file", "outputs", "entries", "env", "cmd", "entrypoint", "workdir",
    "user", "expose", "volumes", "stopsignal", "labels", "annotations", "platforms", "when",
  ]
  static let imageKeys = ["binary", "name", "capabilities"] + defaultKeys

  var template: TemplateDecoder { TemplateDecoder(names: names, hasPlatform: true, place: .image) }

  /// A base: its reference alone, or an object with its reference and entries.
  func base(_ name: String, _ field: LayoutField) -> BaseRule? {
    if name == BaseRule.scratch { field.refuse("\"scratch\" is the base without files, and always there") }
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

  /// The images of a group, an array or an object with what all of them say, with `defaults` where they say nothing; two
  /// of one name are a mistake.
  func group(_ field: LayoutField, _ defaults: ImageDefaults) -> [ImageRule] {
    if field.isArray { return images(field, defaults) }
    if field.isString {
      field.refuse("expected an array of images, or an object with \"images\", found \(field.found)")
      return []
    }
    guard let object = field.object(Self.groupKeys) else { return [] }
    let own = object["defaults"].flatMap(self.defaults) ?? ImageDefaults()
    return object.required("images").map { images($0, own.over(defaults)) } ?? []
  }

  /// What a group or the file says for all of its images.
  func defaults(_ field: LayoutField) -> ImageDefaults? { field.object(Self.defaultKeys).map(settings) }

  private func images(_ field: LayoutField, _ defaults: ImageDefaults) -> [ImageRule] {
    var images: [ImageRule] = []
    for field in field.elements ?? [] {
      guard let image = image(field, defaults) else { continue }
      if images.contains(where: { $0.name == image.name }) {
        field.refuse("another image of this group is named \(quoted(image.name))")
      }
      images.append(image)
    }
    return images
  }

  private func image(_ field: LayoutField, _ defaults: ImageDefaults) -> ImageRule? {
    guard let object = field.object(Self.imageKeys) else { return nil }
    if defaults.base == nil { _ = object.required("base") }
    if object["binary"] == nil && object["name"] == nil { field.refuse("expected \"binary\" or \"name\"") }
    if object["binary"] == nil {
      object["to"]?.refuse("is the folder of a \"binary\", and there is none")
      object["capabilities"]?.refuse("is of a \"binary\", and there is none")
    }
    let binary = object["binary"]?.onePart
    let name = object["name"].map(\.onePart) ?? binary
    let rule = ImageRule(
      name: name ?? "", binary: binary, capabilities: object["capabilities"].flatMap(\.capabilities),
      settings(object).over(defaults), origin: field.origin)
    // Returns only now: all keys must be read first, so that all mistakes are reported at once.
    return name == nil ? nil : rule
  }

  private func settings(_ object: LayoutObject) -> ImageDefaults {
    var settings = ImageDefaults()
    settings.to = object["to"].flatMap(template.folder)
    settings.base = object["base"].flatMap(base)
    settings.repository = object["repository"].flatMap(template.someText)
    settings.tag = object["tag"].flatMap(TemplateDecoder(names: names, hasPlatform: true, place: .tag).someText)
    settings.names = object["names"].flatMap { $0.elements?.compactMap(template.someText) }
    settings.file = object["file"].flatMap(file)
    settings.outputs = object["outputs"].map(outputs)
    settings.entries = entries(object["entries"])
    settings.env = object["env"].map(environment) ?? []
    settings.cmd = object["cmd"].flatMap(arguments)
    settings.entrypoint = object["entrypoint"].flatMap(arguments)
    settings.workdir = object["workdir"].flatMap(workdir)
    settings.user = object["user"].flatMap(user)
    settings.expose = object["expose"].flatMap(ports)
    settings.volumes = object["volumes"].flatMap { $0.elements?.compactMap(volume) }
    settings.stopSignal = object["stopsignal"].flatMap(signal)
    settings.labels = object["labels"].map(labels) ?? []
    settings.annotations = object["annotations"].map(labels) ?? []
    settings.condition = object["when"].flatMap { Condition($0, names) }
    settings.platforms = object["platforms"].flatMap { $0.platformSelector(names) }
    return settings
  }

  /// The name of an image's base.
  private func base(_ field: LayoutField) -> String? {
    guard let name = field.string else { return nil }
    if name != BaseRule.scratch { names.check("base", name, in: bases, at: field) }
    return name
  }

  private func entries(_ field: LayoutField?) -> [LayoutEntry] {
    field.map(EntryReader(names: names, hasPlatform: true, place: .image).entries) ?? []
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

  /// Ports: numbers, each with a protocol or without one for "tcp" (Dockerfile reference, EXPOSE).
  func ports(_ field: LayoutField) -> [String]? {
    field.elements?.compactMap { field in
      guard let text = field.string else { return nil }
      let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      // Digits alone, because UInt16 would accept a sign; a leading zero would make two names of one port.
      if let first = parts.first, first.utf8.allSatisfy(\.isDigit), !first.utf8.starts(with: "0".utf8),
        UInt16(first) != nil, parts.count <= 2, parts.count == 1 || Self.protocols.contains(String(parts[1]))
      {
        return parts.count == 2 ? text : "\(text)/tcp"
      }
      field.refuse("expected a port such as \"8080\" or \"53/udp\", found \(field.found)")
      return nil
    }
  }

  private static let protocols = ["tcp", "udp", "sctp"]

  /// The absolute path of a folder that is not the root, which no engine mounts a volume at.
  func volume(_ field: LayoutField) -> Template? {
    template.value(field) { field in
      guard field.isString("/") else { return workdir(field) }
      field.refuse("expected a folder below the root, found \"/\"")
      return nil
    }
  }

  /// A signal, by its name or number (signal(7); moby/sys, signal_linux.go).
  func signal(_ field: LayoutField) -> String? {
    guard let text = field.string else { return nil }
    if text.utf8.allSatisfy(\.isDigit), !text.utf8.starts(with: "0".utf8), let number = UInt8(text),
      (1...64).contains(number)
    {
      return text
    }
    // "+" and a combining mark after it are one Character: the names are compared as bytes.
    if Self.signals.contains(where: { "SIG\($0)".utf8.elementsEqual(text.utf8) }) { return text }
    field.refuse("expected a signal such as \"SIGTERM\" or \"15\", found \(field.found)")
    return nil
  }

  private static let signals =
    [
      "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
      "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO",
      "PWR", "SYS", "RTMIN", "RTMAX",
    ] + (1...15).map { "RTMIN+\($0)" } + (1...14).map { "RTMAX-\($0)" }

  /// Labels or annotations: an object of values by name.
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
