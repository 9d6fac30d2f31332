// The Dockerfile that makes the same image with `docker build` (Dockerfile reference, docs.docker.com): what people who
// look for the recipe of an image expect beside it.

import JSON

/// Writes Dockerfiles.
package struct Dockerfile: Sendable {
  /// What FROM names.
  package let base: String
  /// The name of the executable in the folder of the Dockerfile, and the folder that it goes into; nil for none.
  package let executable: (name: String, folder: String)?
  /// The archive in the folder of the Dockerfile that holds what else the layer has; nil for none.
  package let archive: String?
  /// What is set beyond the base.
  package let changes: SettingChanges

  package init(base: String, executable: (name: String, folder: String)?, archive: String?, changes: SettingChanges) {
    self.base = base
    self.executable = executable
    self.archive = archive
    self.changes = changes
  }

  /// The text: an instruction a line.
  package var text: String {
    var lines = ["FROM \(base)"]
    if let archive { lines.append("ADD \(array([archive, "/"]))") }
    if let executable { lines.append(add(executable.name, to: executable.folder)) }
    lines += changes.environment.map { "ENV \($0.name)=\(word($0.value))" }
    lines += changes.labels.map { "LABEL \(word($0.key))=\(word($0.value))" }
    if let directory = changes.workingDirectory { lines.append("WORKDIR \(escaped(directory, "'", "\""))") }
    if let user = changes.user { lines.append("USER \(escaped(user, "'", "\""))") }
    if let entrypoint = changes.entrypoint { lines.append("ENTRYPOINT \(array(entrypoint))") }
    if let command = changes.command { lines.append("CMD \(array(command))") }
    return lines.joined(separator: "\n") + "\n"
  }

  private func add(_ name: String, to folder: String) -> String {
    let isPlain = "\(name)\(folder)".utf8.allSatisfy {
      $0 > 0x20 && $0 < 0x7F && !Array("\"'\\$#[*?".utf8).contains($0)
    }
    return isPlain ? "ADD \(name) \(folder)" : "ADD \(array([name, folder]))"
  }

  private func array(_ words: [String]) -> String { JSONLiteral.array(words.map { .string($0) }).text }

  /// The text in quotes, with what the builder would put variables in for escaped.
  private func word(_ text: String) -> String { "\"\(escaped(text, "\""))\"" }

  /// By scalars: a sign and a combining mark after it are one Character, and two to the builder.
  private func escaped(_ text: String, _ more: Unicode.Scalar...) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      if scalar == "\\" || scalar == "$" || more.contains(scalar) { result += "\\" }
      result.unicodeScalars.append(scalar)
    }
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

  package init() {}

  /// The settings of the base with these changes, as a builder makes them: an entrypoint of its own ends the base's
  /// command.
  package func applied(to base: ImageSettings) -> ImageSettings {
    var settings = base
    for (name, value) in environment { settings.set(variable: name, to: value) }
    for (key, value) in labels { settings.set(label: key, to: value) }
    if let workingDirectory { settings.workingDirectory = workingDirectory }
    if let user { settings.user = user }
    if let entrypoint { (settings.entrypoint, settings.command) = (entrypoint, nil) }
    if let command { settings.command = command }
    return settings
  }
}
