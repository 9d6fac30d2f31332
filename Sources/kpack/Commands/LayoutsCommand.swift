// kpack layouts: exports the built-in layouts, or checks a set of layouts.

import Basics
import BuiltInLayouts
import Files
import Glibc
import JSON
import Layout
import Plan

/// Exports and checks layouts.
struct LayoutsCommand: Command {
  static let spec = CommandSpec(
    name: "layouts",
    forms: [
      CommandForm(name: "export DIR", operand: .folder, options: ["set", "force"], takesGroups: false),
      CommandForm(name: "check [DIR]", operand: .folder, options: []),
    ],
    summary: "write out the built-in layouts, or check a set",
    details: """
      `export` writes a built-in set of layouts and the JSON Schema into DIR, to be edited and used with --layouts DIR;
      files that are there already are overwritten with --force only. The sets are kubernetes-1.7, which is what all
      commands use without --layouts, and kpack, a small one: kpack itself is released with it. `check` reads a set of
      layouts, that of DIR, of --layouts or kubernetes-1.7, and tells every mistake with file, line, column and path; it
      takes the options of a release and has no use for the tree.
      """,
    examples: ["kpack layouts export my-layouts", "kpack layouts check my-layouts"],
    options: [
      OptionSpec(
        name: "set", argument: .choice("NAME", BuiltInSet.all.map(\.name)),
        help: "of export, the built-in set: \(BuiltInSet.all.map(\.name).joined(separator: " or ")) "
          + "(\(BuiltInSet.standard.name))"),
      OptionSpec(name: "force", help: "of export, overwrite files that are there already"),
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
    default: throw context.wrongForm()
    }
  }

  private func check(_ folder: String?) throws {
    let source = LayoutSource(folder: folder)
    let rules = try source.load()
    for warning in rules.warnings { context.messages.warning(warning) }
    for warning in try Planner.check(rules) { context.messages.warning(warning) }
    let set = rules.layouts
    if context.format == .json {
      let names = set.tarballs.map { JSONLiteral.string($0.name) }
      try context.output.json(.object([("layouts", .string(source.place)), ("tarballs", .array(names))]))
    } else {
      let names = set.tarballs.map(\.name).joined(separator: ", ")
      try context.output.line(
        "\(escapedName(source.place.utf8)): no mistakes in release \(set.release.name) with tarballs \(names)")
    }
  }

  private func export(to path: String) throws {
    let set = context.line["set"].flatMap(BuiltInSet.named) ?? .standard
    let folder = try Interrupts.guardedFolder([path])
    do {
      for file in set.files {
        try folder.checkPlace(of: file.name)
        let place = "\(path)/\(file.name)"
        if !context.line.has("force"), try FileStatus.ifThere(Array(place.utf8)) != nil {
          throw context.usage("\(shown(place)) is there already; --force overwrites it")
        }
        var output = try folder.create(file.name)
        try output.write(file.bytes)
        _ = try output.finish()
      }
      try folder.commit()
    } catch {
      folder.abandon()
      throw error
    }
    for file in set.files {
      let place = "\(path)/\(file.name)"
      if context.format == .json {
        try context.output.json(.object([("path", .string(place))]))
      } else {
        try context.output.line(escapedName(place.utf8))
      }
    }
  }
}
