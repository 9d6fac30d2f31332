// kpack inspect: the parts of an image.

import Archive
import Basics
import Image
import JSON

/// Describes the images of an archive or a folder.
struct InspectCommand: Command {
  static let spec = CommandSpec(
    name: "inspect", arguments: "FILE", operand: .file, summary: "tell what an image is made of",
    details: """
      Reads and verifies the image archive or OCI layout folder FILE and tells, for each image in it, its platform, names,
      digest, settings and layers; with -v the entries of each layer too. --format json gives one object an image.
      """,
    examples: ["kpack inspect kube-proxy.tar", "kpack inspect -v _output/bases"],
    options: [.limit], verbose: "the entries of each layer")

  private let context: CommandContext

  init(_ context: CommandContext) { self.context = context }

  func run() throws {
    guard context.line.arguments.count == 1, let path = context.line.arguments.first else {
      throw context.usage("expected one FILE, found \(context.line.arguments.count)")
    }
    let source = try ImageSources.open(
      path, spoolingNear: context.environment.value(of: .temporaryFolder) ?? "/tmp", limit: try context.archiveLimit())
    let all = try source.all()
    for found in try all.usable() {
      // The name is only used in messages.
      let image = try source.read(found, as: found.references.first ?? Reference("unnamed"))
      context.messages.warnings(image.warnings)
      if context.format == .json { try tellJSON(found, image) } else { try tell(found, image) }
    }
    all.passedOver.forEach { context.messages.note("\($0)") }
  }

  private func tell(_ found: SourceImage, _ image: BaseImage) throws {
    let line = { (name: String, value: String) in try context.output.line("\(name.padded(to: 12)) \(value)") }
    let settings = image.config.settings
    try line("platform", "\(found.platform)")
    for name in found.names { try line("name", escapedName(name.utf8)) }
    try line("id", "\(image.configDigest)")
    try line("manifest", "\(image.manifestDigest)")
    for variable in settings.environment { try line("env", escapedName(variable.utf8)) }
    if let words = settings.entrypoint { try line("entrypoint", json(words).printableText) }
    if let words = settings.command { try line("cmd", json(words).printableText) }
    if let folder = settings.workingDirectory, !folder.isEmpty { try line("workdir", escapedName(folder.utf8)) }
    if let user = settings.user, !user.isEmpty { try line("user", escapedName(user.utf8)) }
    for label in settings.labels { try line("label", escapedName("\(label.key)=\(label.value)".utf8)) }
    for layer in image.layers {
      let rest = "\(context.output.size(layer.size)) \(layer.descriptor.mediaType)"
      // 14 characters are the column of names and the blanks.
      let digest = context.output.digest("\(layer.diffID)", beside: rest.count + 14)
      try line("layer", "\(digest) \(rest)")
      guard context.line.has("verbose") else { continue }
      try forEachEntry(of: layer) { try context.output.line(text($0)) }
    }
  }

  private func text(_ record: EntryRecord) -> String {
    let link = record.link.isEmpty ? "" : " -> \(record.link)"
    let size = context.output.size(record.size ?? 0).leftPadded(to: 10)
    return
      "  \(record.type.padded(to: 8)) \(record.mode) \(record.entry.uid):\(record.entry.gid) \(size) \(record.path)\(link)"
  }

  private func json(_ words: [String]) -> JSONLiteral { .array(words.map { .string($0) }) }

  private func tellJSON(_ found: SourceImage, _ image: BaseImage) throws {
    try context.output.json(
      .object([
        ("platform", .string("\(found.platform)")), ("names", json(found.names)),
        ("id", .string("\(image.configDigest)")),
        ("manifest", .string("\(image.manifestDigest)")), ("config", image.config.json),
        ("layers", .array(try image.layers.map { try self.json($0) })),
      ]))
  }

  private func json(_ layer: BaseLayer) throws -> JSONLiteral {
    var members: [(String, JSONLiteral)] = [
      ("mediaType", .string(layer.descriptor.mediaType)), ("digest", .string("\(layer.descriptor.digest)")),
      ("size", .integer(layer.descriptor.size)), ("diffID", .string("\(layer.diffID)")),
    ]
    guard context.line.has("verbose") else { return .object(members) }
    var entries: [JSONLiteral] = []
    try forEachEntry(of: layer) { entries.append($0.json) }
    members.append(("entries", .array(entries)))
    return .object(members)
  }

  private func forEachEntry(of layer: BaseLayer, _ body: (EntryRecord) throws -> Void) throws {
    try ArchiveListing.read(layer: layer.bytes.extent(from: 0, count: layer.size), record: body)
  }
}
