// The Dockerfile that makes the same image with `docker build` (Dockerfile reference, docs.docker.com): what people who
// look for the recipe of an image expect beside it.

package import Basics
import JSON

/// Writes Dockerfiles.
package struct Dockerfile: Sendable {
  /// The name of the archive beside a Dockerfile that holds what the layer has beside the executable.
  package static let archiveName = "layer.tar"

  /// What FROM names.
  package let base: String
  /// The platform that FROM asks for, where its name alone does not tell; nil where it does.
  package let platform: Platform?
  /// The name of the executable in the folder of the Dockerfile, and the folder that it goes into; nil for none.
  package let executable: (name: String, folder: String)?
  /// Whether the archive with what else the layer has stands in the folder of the Dockerfile.
  package let hasArchive: Bool
  /// What is set beyond the base.
  package let changes: SettingChanges

  package init(
    base: String, platform: Platform? = nil, executable: (name: String, folder: String)?, hasArchive: Bool,
    changes: SettingChanges
  ) {
    self.base = base
    self.platform = platform
    self.executable = executable
    self.hasArchive = hasArchive
    self.changes = changes
  }

  /// The text: an instruction a line.
  package var text: String {
    var lines = [platform.map { "FROM --platform=\($0) \(base)" } ?? "FROM \(base)"]
    if hasArchive { lines.append("ADD \(Self.archiveName) /") }
    if let executable { lines.append("ADD \(executable.name) \(executable.folder)") }
    lines += changes.environment.map { "ENV \($0.name)=\(word($0.value))" }
    lines += changes.labels.map { "LABEL \(word($0.key))=\(word($0.value))" }
    if let directory = changes.workingDirectory { lines.append("WORKDIR \(bareWord(directory))") }
    if let user = changes.user { lines.append("USER \(bareWord(user))") }
    if let entrypoint = changes.entrypoint { lines.append("ENTRYPOINT \(array(entrypoint))") }
    if let command = changes.command { lines.append("CMD \(array(command))") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Whether ADD can bring a file `name` into `folder`: builders read patterns, variables, quotes and flags in both, in
  /// every form of the instruction, and some of them cannot be escaped. Names that the builder's folder has already, or
  /// that builders look for in it, begin with a dot or are taken.
  package static func canAdd(_ name: String, to folder: String) -> Bool {
    let isFree = !["Dockerfile", "Dockerfile.dockerignore", archiveName].contains(name)
    return isFree && isPlain(name) && isPlain(folder.drop { $0 == "/" })
  }

  /// Whether nobody reads more in `text` than its letters.
  private static func isPlain(_ text: some StringProtocol) -> Bool {
    guard let first = text.utf8.first else { return true }
    return first.isLetterOrDigit && text.utf8.allSatisfy { $0.isLetterOrDigit || "._-+@%:,/".utf8.contains($0) }
  }

  /// The text as it is where it is a plain word, in quotes where it is not.
  private func bareWord(_ text: String) -> String {
    Self.isPlain(text.drop { $0 == "/" }) && !text.isEmpty ? text : word(text)
  }

  private func array(_ words: [String]) -> String { JSONLiteral.array(words.map { .string($0) }).text }

  /// The text in quotes, with what the builder would put variables in for escaped.
  private func word(_ text: String) -> String {
    // By scalars: a sign and a combining mark after it are one Character, and two to the builder.
    let escaped = text.unicodeScalars.reduce(into: "") { result, scalar in
      if ["\\", "$", "\""].contains(scalar) { result += "\\" }
      result.unicodeScalars.append(scalar)
    }
    return "\"\(escaped)\""
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
