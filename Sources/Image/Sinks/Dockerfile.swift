// The Dockerfile that makes the same image with `docker build` (Dockerfile reference, docs.docker.com), for people who
// look for the recipe of an image.

package import Basics
import JSON

/// The recipe of an image.
package struct Dockerfile: Sendable {
  /// The name of the archive beside a Dockerfile that holds what the layer has beside the executable.
  package static let archiveName = "layer.tar"

  /// What FROM names.
  package let base: String
  /// The platform that FROM asks for; nil where the name of the base means one platform alone.
  package let platform: Platform?
  /// The name of the executable in the folder of the Dockerfile, and the folder that it goes into; nil for none.
  package let executable: (name: String, folder: String)?
  /// Whether the folder of the Dockerfile has the archive with the rest of the layer.
  package let hasArchive: Bool
  /// What the image changes in the settings of its base.
  package let changes: SettingChanges
  /// Annotations, which no instruction sets.
  package let annotations: [Descriptor.Annotation]

  package init(
    base: String, platform: Platform? = nil, executable: (name: String, folder: String)?, hasArchive: Bool,
    changes: SettingChanges, annotations: [Descriptor.Annotation] = []
  ) {
    self.base = base
    self.platform = platform
    self.executable = executable
    self.hasArchive = hasArchive
    self.changes = changes
    self.annotations = annotations
  }

  /// The text, one instruction a line.
  package var text: String {
    var lines = [platform.map { "FROM --platform=\($0) \(base)" } ?? "FROM \(base)"]
    if hasArchive { lines.append("ADD \(Self.archiveName) /") }
    if let executable { lines.append("ADD \(executable.name) \(executable.folder)") }
    lines += changes.environment.map { "ENV \($0.name)=\(word($0.value))" }
    lines += changes.labels.map { "LABEL \(word($0.key))=\(word($0.value))" }
    if let directory = changes.workingDirectory { lines.append("WORKDIR \(bareWord(directory))") }
    if let user = changes.user { lines.append("USER \(bareWord(user))") }
    if !changes.exposedPorts.isEmpty { lines.append("EXPOSE \(changes.exposedPorts.joined(separator: " "))") }
    if !changes.volumes.isEmpty { lines.append("VOLUME \(array(changes.volumes.map(literal)))") }
    if let signal = changes.stopSignal { lines.append("STOPSIGNAL \(signal)") }
    if let entrypoint = changes.entrypoint { lines.append("ENTRYPOINT \(array(entrypoint))") }
    if let command = changes.command { lines.append("CMD \(array(command))") }
    if !annotations.isEmpty {
      let keys = annotations.map { escapedName($0.key.utf8) }.joined(separator: ", ")
      lines.append("# Not in here: annotations, which `docker buildx build --annotation` sets: \(keys)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Whether ADD can bring a file `name` into `folder`.
  ///
  /// Builders read patterns, variables, quotes and flags in both, in every form of the instruction, and some of them
  /// cannot be escaped. Nor can the name be one that the folder of the Dockerfile has, or that builders look for there.
  package static func canAdd(_ name: String, to folder: String) -> Bool {
    let isFree = !["Dockerfile", "Dockerfile.dockerignore", archiveName].contains(name)
    return isFree && isPlain(name) && isPlain(folder.drop { $0 == "/" })
  }

  /// Whether builders take every byte of `text` literally.
  private static func isPlain(_ text: some StringProtocol) -> Bool {
    guard let first = text.utf8.first else { return true }
    return first.isLetterOrDigit && text.utf8.allSatisfy { $0.isLetterOrDigit || "._-+@%:,/".utf8.contains($0) }
  }

  /// The text, in quotes where it is not a plain word.
  private func bareWord(_ text: String) -> String {
    Self.isPlain(text.drop { $0 == "/" }) && !text.isEmpty ? text : word(text)
  }

  /// The text where builders put in variables, as they do in VOLUME.
  private func literal(_ text: String) -> String { text.replacing("\\", with: "\\\\").replacing("$", with: "\\$") }

  private func array(_ words: [String]) -> String { JSONLiteral.array(words.map { .string($0) }).text }

  /// The text in quotes; characters that a builder reads as more than themselves are escaped.
  private func word(_ text: String) -> String {
    // By scalars: "$" and a combining mark after it are one Character to Swift, but two to the builder.
    let escaped = text.unicodeScalars.reduce(into: "") { result, scalar in
      if ["\\", "$", "\""].contains(scalar) { result += "\\" }
      result.unicodeScalars.append(scalar)
    }
    return "\"\(escaped)\""
  }
}
