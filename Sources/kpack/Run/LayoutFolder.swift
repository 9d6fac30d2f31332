// A folder that layouts are written into: all files together, and none over one that is there unless --force is given.

import Basics
import Files
import JSON
import Layout
import Sketch
import BuiltInLayouts
import Plan

/// Writes files of layouts into a folder and tells their paths.
struct LayoutFolder {
  let path: String
  let context: CommandContext

  /// Writes all of `files` and prints their paths. Throws `UsageError` when one is there already.
  func write(_ files: [(name: String, bytes: [UInt8])]) throws {
    let folder = try Interrupts.guardedFolder([path])
    do {
      for file in files {
        try folder.checkPlace(of: file.name)
        let place = "\(path)/\(file.name)"
        if !context.line.has("force"), try FileStatus.ifThere(Array(place.utf8)) != nil {
          let takesForce = context.line.command.allOptions.contains { $0.name == "force" }
          let remedy = takesForce ? "--force overwrites it" : "remove it, or name another folder by --layouts"
          throw context.usage("\(shown(place)) is there already; \(remedy)")
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
}

/// Writes a first set of layouts, with the schema, and tells what follows.
struct SketchWriter {
  private let context: CommandContext
  private let folder: String
  private let locations: Locations

  /// The folder of the layouts when the command line names none.
  private static let usualFolder = "layouts"

  init(_ context: CommandContext) throws(UsageError) {
    self.context = context
    locations = try context.locations()
    let beside = locations.root == "." ? Self.usualFolder : "\(locations.root)/\(Self.usualFolder)"
    folder = try context.folder("layouts") ?? beside
  }

  /// The places that a sketch looks at. Throws `NamedFolderError` for a folder that is not there.
  func places() throws -> SketchPlaces {
    try locations.check(.root)
    try locations.check(.bin)
    let prefix = locations.root == "." ? "" : "\(locations.root)/"
    let others = locations.own.filter { $0 != locations.bin } + [folder]
    let below = others.filter { !$0.hasPrefix("/") || prefix.hasPrefix("/") }.filter { $0.hasPrefix(prefix) }
    return SketchPlaces(
      root: locations.root, bin: context.line.has("bin") ? locations.bin : nil, usualBin: locations.bin,
      leaving: Set(below.map { Array($0.utf8.dropFirst(prefix.utf8.count)) }))
  }

  /// Writes the files, tells what is not as expected, and prints the command that packs with them.
  func write(_ sketch: LayoutSketch) throws {
    let schema = BuiltInSet.standard.files.filter { $0.name.hasSuffix(".schema.json") }.map {
      (name: $0.name, bytes: $0.bytes)
    }
    try LayoutFolder(path: folder, context: context).write(
      sketch.files.map { (name: $0.name, bytes: Array($0.text.utf8)) } + schema)
    for remark in sketch.remarks { context.messages.warning(remark) }
    for note in sketch.notes { context.messages.note(note) }
    let root = context.line.has("root") || context.line.has("stage") ? ["--root", locations.root] : []
    let words = ["kpack", "tarballs", "--layouts", folder] + root + sketch.options
    if context.format == .json {
      try context.output.json(.object([("next", .array(words.map { .string($0) }))]))
    } else {
      try context.output.line("next: \(words.map(Self.word).joined(separator: " "))")
    }
  }

  /// A word of a command line, in quotes where a shell would read more in it.
  private static func word(_ text: String) -> String {
    let isPlain = !text.isEmpty && text.utf8.allSatisfy { $0.isLetterOrDigit || "._-/:=,+@%".utf8.contains($0) }
    return isPlain ? text : "'\(text.replacing("'", with: "'\\''"))'"
  }
}
