// kpack layouts: exports the built-in layouts, checks a set of layouts, or makes one from archives.

import Archive
import Basics
import BuiltInLayouts
import Files
import Glibc
import JSON
import Layout
import Plan
import Sketch

/// Exports, checks and makes layouts.
struct LayoutsCommand: Command {
  static let spec = CommandSpec(
    name: "layouts",
    forms: [
      CommandForm(name: "export DIR", operand: .folder, options: ["set", "force"], takesGroups: false),
      CommandForm(name: "check [DIR]", operand: .folder, options: []),
      CommandForm(name: "from FILE...", operand: .file, options: ["force", "limit"]),
    ],
    summary: "write out the built-in layouts, check a set, or make one from archives",
    details: """
      `export` writes a built-in set of layouts and the JSON Schema into DIR, to be edited and used with --layouts DIR;
      files that are there already are overwritten with --force only. The sets are kubernetes-1.7, which is what all
      commands use without --layouts, kubernetes-1.31, which extends it for today's releases, and kpack, a small one:
      kpack itself is released with it. They are written as they are: one that extends another still extends it. `check`
      reads a set of layouts, that of DIR, of --layouts or kubernetes-1.7, and tells every mistake with file, line,
      column and path; it takes the options of a release and has no use for the tree. `from` writes layouts that give
      the listing of archives that are there already, into the folder that --layouts names, else layouts: archives of
      one project for several platforms become one layout. Their files are looked for in the source tree, by contents
      and then by name.
      """,
    examples: [
      "kpack layouts export my-layouts", "kpack layouts check my-layouts",
      "kpack layouts from hello_1.2.0_linux_amd64.tar.gz hello_1.2.0_darwin_arm64.tar.gz",
    ],
    options: [
      OptionSpec(
        name: "set", argument: .choice("NAME", BuiltInSet.all.map(\.name)),
        help: "of export, the built-in set: \(BuiltInSet.all.map(\.name).joined(separator: " or ")) "
          + "(\(BuiltInSet.standard.name))"),
      OptionSpec(name: "force", help: "of export and from, overwrite files that are there already"), .limit,
    ],
    groups: OptionGroup.tree)

  private let context: CommandContext

  init(_ context: CommandContext) { self.context = context }

  func run() throws {
    let arguments = context.line.arguments
    switch (arguments.first, arguments.count) {
    case ("export", 2): try export(to: arguments[1])
    case ("check", 1):
      let folder = context.line["layouts"]
      if let folder { try NamedFolder.check(folder, from: "--layouts") }
      try check(folder)
    case ("check", 2): try check(arguments[1])
    case ("from", 2...): try make(from: Array(arguments.dropFirst()))
    default: throw context.wrongForm()
    }
  }

  private func make(from paths: [String]) throws {
    let writer = try SketchWriter(context)
    let limit = try context.archiveLimit()
    let places = try writer.places()
    var path: [UInt8] = []
    do {
      let sketch = try ArchiveSketch.make(
        from: paths, in: places, limit: limit, opening: { path = $0 }, warning: { context.messages.warning($0) })
      try writer.write(sketch)
    } catch let error as ArchiveError {
      throw ListFailure(error: error, path: path)
    } catch let error as SketchError {
      throw context.usage("\(error)")
    }
  }

  private func check(_ folder: String?) throws {
    let source = LayoutSource(folder: folder)
    let rules = try source.load()
    for warning in rules.warnings { context.messages.warning(warning) }
    let warnings = try Planner.check(rules)
    // A run goes on with a warning: it may be one with fewer layouts than the set is for.
    if !rules.unused.isEmpty { throw LayoutErrors(errors: rules.unused) }
    for warning in warnings { context.messages.warning(warning) }
    let set = rules.layouts
    let packages = set.tarballs.filter(\.isOfPackages).map(\.name)
    let tarballs = set.tarballs.filter { !$0.isOfPackages }.map(\.name)
    if context.format == .json {
      let packages: [(String, JSONLiteral)] =
        packages.isEmpty ? [] : [("packages", .array(packages.map { .string($0) }))]
      let names = tarballs.map { JSONLiteral.string($0) }
      try context.output.json(.object([("layouts", .string(source.place)), ("tarballs", .array(names))] + packages))
    } else {
      let kinds = [("tarballs", tarballs), ("packages", packages)].filter { !$0.1.isEmpty }
      let names = kinds.map { "\($0) \($1.joined(separator: ", "))" }.joined(separator: " and ")
      try context.output.line(
        "\(escapedName(source.place.utf8)): no mistakes in release \(set.release.name) with \(names)")
    }
  }

  private func export(to path: String) throws {
    let set = context.line["set"].flatMap(BuiltInSet.named) ?? .standard
    let files = set.files.map { (name: $0.name, bytes: $0.bytes) }
    try LayoutFolder(path: path, context: context).write(files)
  }
}
