// kpack plan: the artifacts that would be written, entry by entry, with the rule behind each.

import Archive
import Basics
import JSON
import Plan

/// Prints the plan of a release.
struct PlanCommand: Command {
  static let spec = CommandSpec(
    name: "plan", arguments: "[NAME...]", summary: "tell what would be written, and by which rule",
    details: """
      Lists every entry of every tarball and package that `tarballs` and `packages` would write, without writing
      anything: with its type, mode, size, the rule it comes from and its source; then the checksum files, also those
      lists that `release` alone writes. --format json gives one object a line, with the keys artifact, path, type, mode,
      size (null when it is not known yet), link, rule and source. Without base images the images are listed too, without
      a size. --format mtree gives a specification that bsdtar reads, for one NAME of a tarball on one platform.
      """,
    examples: [
      "kpack plan server --platform linux/amd64",
      "kpack plan salt --format mtree | bsdtar -cf salt.tar @-",
    ],
    groups: OptionGroup.tree, formats: [.text, .json, .mtree], verbose: "folders, version and time")

  private let context: CommandContext

  init(_ context: CommandContext) { self.context = context }

  func run() throws {
    let options = try context.releaseOptions()
    let names = context.line.arguments
    let plan = try context.planned(in: options.locations) { try Planner.planToTell($0, options, names: names) }
    context.tellCut(of: plan)
    for warning in plan.warnings { context.messages.warning(warning) }
    context.messages.detail(FactLines(options, context).lines(of: plan.release))
    let tarballs = plan.artifacts.filter { $0.image == nil && !$0.isPayload }
    switch context.format {
    case .text:
      for tarball in tarballs { try printText(tarball, plan) }
      for file in plan.checksums { try printText(file) }
    case .json: for tarball in tarballs { try printJSON(tarball, plan) }
    case .mtree:
      let wanted = tarballs.filter { $0.package == nil && names.contains($0.layout) }
      guard wanted.count == 1, let tarball = wanted.first else {
        throw context.usage(
          "--format mtree: expected one tarball, found \(wanted.count); give one NAME, and --platform where it has several"
        )
      }
      let specification = MtreeSpecification(tarball, plan, out: options.locations.out)
      try specification.write { try context.output.line($0) }
      let count = specification.filesWithoutSource
      if count > 0 {
        context.messages.warning(
          "\(escapedName(tarball.fileName.utf8)): \(count) files have contents that mtree cannot point to")
      }
    }
  }

  private func printText(_ tarball: Artifact, _ plan: Plan) throws {
    let bytes = Units.bytes(plan.bytes(of: tarball))
    try context.output.line(
      "\(escapedName(tarball.fileName.utf8)): \(tarball.entries.count) entries, \(bytes)", isBold: true)
    for index in 0..<tarball.entries.count {
      let record = plan.record(of: tarball, at: index)
      let size = record.size.map(context.output.size) ?? "?"
      let link = record.entry.kind == .symlink ? " -> \(record.link)" : ""
      let fields = [record.type.padded(to: 7), record.mode, size.leftPadded(to: 10)]
      let origin = [record.rule, record.source].compactMap { $0 }.joined(separator: ": ")
      try context.output.line("  \(fields.joined(separator: " ")) \(record.path)\(link)  [\(origin)]")
    }
  }

  private func printText(_ file: ChecksumFile) throws {
    let name = escapedName(file.place.name.utf8)
    let count = file.members.count
    let files = file.isList ? "\(count) file\(count == 1 ? "" : "s")" : escapedName(file.members[0].name.utf8)
    try context.output.line("\(name): \(file.algorithm.rawValue) of \(files)", isBold: true)
  }

  private func printJSON(_ tarball: Artifact, _ plan: Plan) throws {
    for index in 0..<tarball.entries.count {
      let members = plan.record(of: tarball, at: index).plannedMembers
      try context.output.json(.object([("artifact", .string(tarball.fileName))] + members))
    }
  }
}
