// kpack layouts: the built-in layouts written out, or a set of layouts checked.

import Basics
import BuiltInLayouts
import Files
import Glibc
import JSON
import Layout
import Plan

/// Exports and checks layouts.
struct LayoutsCommand {
  private let context: CommandContext

  init(_ context: CommandContext) { self.context = context }

  func run() throws {
    let arguments = context.line.arguments
    if arguments.first != "export", context.line.has("set") { throw context.usage("--set goes with `export`") }
    switch (arguments.first, arguments.count) {
    case ("export", 2): try export(to: arguments[1])
    case ("check", 1):
      let folder = context.line["layouts"]
      if let folder { try NamedFolder.check(folder, from: "--layouts") }
      try check(folder)
    case ("check", 2): try check(arguments[1])
    default: throw context.usage("expected `export DIR` or `check [DIR]`")
    }
  }

  private func check(_ folder: String?) throws {
    let source = LayoutSource(folder: folder)
    let set = try source.load()
    for warning in set.warnings { context.messages.warning(warning) }
    for warning in try Resolver.check(set) { context.messages.warning(warning) }
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
    let files = try chosenSet().files
    let folder = try Interrupts.guardedFolder([path])
    do {
      for file in files {
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
    for file in files {
      let place = "\(path)/\(file.name)"
      if context.format == .json {
        try context.output.json(.object([("path", .string(place))]))
      } else {
        try context.output.line(escapedName(place.utf8))
      }
    }
  }

  /// The set that --set names, or the standard one. Throws `UsageError` when there is none of that name.
  private func chosenSet() throws(UsageError) -> BuiltInSet {
    guard let name = context.line["set"] else { return .standard }
    if let set = BuiltInSet.named(name) { return set }
    let names = BuiltInSet.all.map(\.name)
    let near = nearName(to: name, in: names).map { "; did you mean \(shown($0))?" }.orEmpty
    throw context.usage(
      "no built-in set of layouts is named \(shown(name)); there are \(names.joined(separator: ", "))\(near)")
  }
}
