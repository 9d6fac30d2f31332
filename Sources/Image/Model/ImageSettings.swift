// What a container is started with, the `config` object of an image's config (OCI image-spec, config.md), and what an
// image changes in that of its base.

import JSON

/// The settings that a container starts with.
package struct ImageSettings: Equatable, Sendable {
  /// "NAME=VALUE" each.
  package var environment: [String] = []
  package var command: [String]?
  package var entrypoint: [String]?
  package var workingDirectory: String?
  package var user: String?
  package var labels: [Label] = []
  /// Ports, "8080/tcp" each, and folders that are added to those of the base.
  package var addedPorts: [String] = []
  package var addedVolumes: [String] = []
  /// The signal that stops the command; nil for the base's.
  package var stopSignal: String?
  /// Whether the image wants instructions to be run for each image that is built on it (moby, image-spec v1.2,
  /// "OnBuild").
  package private(set) var hasTriggers = false

  /// One label.
  package struct Label: Equatable, Sendable {
    package let key: String
    package let value: String

    package init(_ key: String, _ value: String) {
      self.key = key
      self.value = value
    }
  }

  /// The PATH that images are customarily given (moby, oci/defaults).
  package static let usualPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

  package init() {}

  /// The settings that `field` spells.
  init(_ field: DocumentField) throws(ImageError) {
    environment = try Self.strings(try field.member("Env")) ?? []
    command = try Self.strings(try field.member("Cmd"))
    entrypoint = try Self.strings(try field.member("Entrypoint"))
    workingDirectory = try field.member("WorkingDir")?.string()
    user = try field.member("User")?.string()
    hasTriggers = try field.member("OnBuild")?.elements().isEmpty == false
    for (key, value) in try field.member("Labels")?.members() ?? [] { labels.append(Label(key, try value.string())) }
  }

  private static func strings(_ field: DocumentField?) throws(ImageError) -> [String]? {
    guard let field else { return nil }
    var strings: [String] = []
    for element in try field.presentElements() { strings.append(try element.string()) }
    return strings
  }

  /// Sets the variable, in its place when it is there.
  package mutating func set(variable name: String, to value: String) {
    let index = environment.firstIndex { $0.utf8.starts(with: "\(name)=".utf8) }
    if let index { environment[index] = "\(name)=\(value)" } else { environment.append("\(name)=\(value)") }
  }

  /// Sets the label, in its place when it is there.
  package mutating func set(label key: String, to value: String) {
    let index = labels.firstIndex { $0.key.utf8.elementsEqual(key.utf8) }
    if let index { labels[index] = Label(key, value) } else { labels.append(Label(key, value)) }
  }

  /// The members of the object, with those of `others` that are not known here.
  func members(over others: [(String, JSONLiteral)]) -> [(String, JSONLiteral)] {
    let list = { (strings: [String]) in JSONLiteral.array(strings.map { .string($0) }) }
    var members = others.setting("Env", environment.isEmpty ? nil : list(environment))
    members = members.setting("Cmd", command.map(list))
    members = members.setting("Entrypoint", entrypoint.map(list))
    members = members.setting("WorkingDir", workingDirectory.map(JSONLiteral.string))
    members = members.setting("User", user.map(JSONLiteral.string))
    members = members.adding(addedPorts, to: "ExposedPorts").adding(addedVolumes, to: "Volumes")
    if let stopSignal { members = members.setting("StopSignal", .string(stopSignal)) }
    let labels = labels.map { ($0.key, JSONLiteral.string($0.value)) }
    return members.setting("Labels", labels.isEmpty ? nil : .object(labels))
  }
}

extension [(String, JSONLiteral)] {
  /// The members with more members without values in the object at `key`, each name once.
  fileprivate func adding(_ names: [String], to key: String) -> Self {
    var members: [(String, JSONLiteral)] = []
    if case .object(let known)? = first(where: { $0.0 == key })?.1 { members = known }
    for name in names where !members.contains(where: { $0.0.utf8.elementsEqual(name.utf8) }) {
      members.append((name, .object([])))
    }
    return names.isEmpty ? self : setting(key, .object(members))
  }
}

/// What an image sets beyond its base.
package struct SettingChanges: Sendable {
  package var environment: [(name: String, value: String)] = []
  package var labels: [(key: String, value: String)] = []
  package var workingDirectory: String?
  package var user: String?
  package var entrypoint: [String]?
  package var command: [String]?
  /// "8080/tcp" each.
  package var exposedPorts: [String] = []
  package var volumes: [String] = []
  package var stopSignal: String?

  package init() {}

  /// The settings of the base with these changes. As in `docker build`, a new entrypoint drops the command of the base.
  package func applied(to base: ImageSettings) -> ImageSettings {
    var settings = base
    for (name, value) in environment { settings.set(variable: name, to: value) }
    for (key, value) in labels { settings.set(label: key, to: value) }
    if let workingDirectory { settings.workingDirectory = workingDirectory }
    if let user { settings.user = user }
    if let entrypoint { (settings.entrypoint, settings.command) = (entrypoint, nil) }
    if let command { settings.command = command }
    settings.addedPorts += exposedPorts
    settings.addedVolumes += volumes
    if let stopSignal { settings.stopSignal = stopSignal }
    return settings
  }
}
