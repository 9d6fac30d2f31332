// kpack plan: what would be written, entry by entry, with the rule behind each.

import Archive
import Basics
import JSON
import Layout
import Plan

/// Prints the plan of a release.
struct PlanCommand: Command {
  static let spec = CommandSpec(
    name: "plan", arguments: "[NAME...]", summary: "tell what would be written, and by which rule",
    details: """
      Lists every entry of every tarball that `tarballs` would write, without writing anything: with its type, mode,
      size, the rule it comes from and its source. --format json gives one object a line, with the keys artifact,
      path, type, mode, size (null when it is not known yet), link, rule and source. --format mtree gives a
      specification that bsdtar reads, for one NAME on one platform.
      """,
    examples: [
      "kpack plan server --platform linux/amd64",
      "kpack plan salt --format mtree | bsdtar -cf salt.tar @-",
    ],
    groups: OptionGroup.tree, formats: [.text, .json, .mtree])

  private let context: CommandContext

  init(_ context: CommandContext) { self.context = context }

  func run() throws {
    let options = try context.releaseOptions()
    let names = context.line.arguments
    let plan = try context.planned(in: options.locations) { try Resolver.plan($0, options, names: names) }
    for warning in plan.warnings { context.messages.warning(warning) }
    switch context.format {
    case .text: for tarball in plan.tarballs { try printText(tarball, plan) }
    case .json: for tarball in plan.tarballs { try printJSON(tarball, plan) }
    case .mtree:
      let wanted = plan.tarballs.filter { names.contains($0.layout) }
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

  private func printText(_ tarball: PlannedTarball, _ plan: Plan) throws {
    let bytes = Units.bytes(plan.bytes(of: tarball))
    try context.output.line(
      "\(escapedName(tarball.fileName.utf8)): \(tarball.entries.count) entries, \(bytes)", isBold: true)
    for index in 0..<tarball.entries.count {
      let row = PlanRow(tarball, index, plan)
      let size = row.size.map(context.output.size) ?? "?"
      let link = row.entry.kind == .symlink ? " -> \(escapedName(row.entry.linkname))" : ""
      let fields = [row.entry.kind.rawValue.padded(to: 7), row.mode, size.leftPadded(to: 10)]
      let origin = row.source.map { "\(row.rule): \($0)" } ?? row.rule
      try context.output.line("  \(fields.joined(separator: " ")) \(row.path)\(link)  [\(origin)]")
    }
  }

  private func printJSON(_ tarball: PlannedTarball, _ plan: Plan) throws {
    for index in 0..<tarball.entries.count {
      let row = PlanRow(tarball, index, plan)
      try context.output.json(
        .object([
          ("artifact", .string(tarball.fileName)), ("path", .string(row.path)),
          ("type", .string(row.entry.kind.rawValue)), ("mode", .string(row.mode)),
          ("size", row.size.map(JSONLiteral.integer) ?? .null), ("link", .string(escapedName(row.entry.linkname))),
          ("rule", .string(row.rule)), ("source", row.source.map(JSONLiteral.string) ?? .null),
        ]))
    }
  }
}

/// One entry of a plan.
struct PlanRow {
  let entry: TarEntry
  /// Bytes of its contents; nil when they are known only later.
  let size: Int64?
  /// "FILE:LINE", or "implied" for a folder that no rule names.
  let rule: String
  let source: String?

  init(_ tarball: PlannedTarball, _ index: Int, _ plan: Plan) {
    size = plan.size(of: tarball, at: index)
    entry = tarball.entries.entry(at: index, size: size ?? 0)
    let origin = tarball.entries.origin(at: index)
    rule = origin == Plan.implied ? "implied" : plan.rules[Int(origin)].short
    source = plan.source(of: tarball, at: index)
  }

  /// As `list` shows it: without the slash at a folder's end.
  var path: String { ListingRow(entry: entry, digest: nil).path }
  var mode: String { ListingRow(entry: entry, digest: nil).mode }
}
