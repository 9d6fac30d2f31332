// A first set of layouts for a project that has none: what its tree holds, in archives that people expect.

import Basics
import JSON

/// Makes a first set of layouts from a source tree.
package struct ProjectSketch {
  private let files: ProjectFiles
  private let programs: BuiltPrograms
  private let places: SketchPlaces
  private let hasRepository: Bool
  private var sketch = LayoutSketch()

  /// The layouts for the tree of `places`; `hasRepository` says whether git knows its files.
  package static func make(in places: SketchPlaces, hasRepository: Bool) throws -> LayoutSketch {
    var maker = Self(
      files: try ProjectFiles(in: places), programs: try BuiltPrograms(in: places), places: places,
      hasRepository: hasRepository)
    try maker.make()
    return maker.sketch
  }

  private init(files: ProjectFiles, programs: BuiltPrograms, places: SketchPlaces, hasRepository: Bool) {
    (self.files, self.programs, self.places, self.hasRepository) = (files, programs, places, hasRepository)
  }

  private mutating func make() throws {
    sketch.remarks += programs.remarks
    let paths = ProgramPaths(programs.places, PlatformNameTable())
    guard !programs.places.isEmpty, let paths else {
      let found =
        programs.places.isEmpty
        ? "no built programs are there" : "the built programs stand in no order that a path by platform says"
      sketch.remarks.append(
        "\(found): looked in \(places.bin.map { escapedName($0.utf8) } ?? BuiltPrograms.wanted); the layouts are for the sources alone. "
          + "Build, remove the layouts and run this again, or name the folder of the programs by --bin")
      sketch.add("release", [Self.comment(Self.releaseComment), ("name", .string(files.name))])
      addSources()
      return
    }
    sketch.add("release", releaseMembers(paths))
    sketch.add(layoutName(files.name), archiveMembers)
    let folder = programFolder(paths)
    if folder != places.usualBin || places.bin != nil { sketch.options += ["--bin", folder] }
  }

  /// The folder of binaries as the command line names it.
  private func programFolder(_ paths: ProgramPaths) -> String {
    let isOutside = places.bin.map { $0.utf8.first == UInt8(ascii: "/") } ?? false
    let above = isOutside ? places.bin ?? "" : places.root == "." ? "" : places.root
    let parts = [above, paths.folder].filter { !$0.isEmpty }
    return parts.isEmpty ? "." : parts.joined(separator: "/")
  }

  private static let releaseComment =
    "What holds for all layouts of the release; see \"kpack help\" and layout.schema.json for every key."

  private static func comment(_ text: String) -> (String, JSONLiteral) { ("$comment", .string(text)) }
}

// The files
extension ProjectSketch {
  /// The platforms that were built for, in the order of their names.
  private var platforms: [Platform] {
    var platforms: [Platform] = []
    for place in programs.places where !platforms.contains(place.platform) { platforms.append(place.platform) }
    return platforms.sorted { "\($0)".utf8.lexicographicallyPrecedes("\($1)".utf8) }
  }

  /// The names of programs with the platforms that have them, those of the same platforms together.
  private var lists: [(names: [String], platforms: [Platform])] {
    var lists: [(names: [String], platforms: [Platform])] = []
    var seen: Set<String> = []
    for name in programs.places.map(\.name).sorted() where seen.insert(name).inserted {
      let own = platforms.filter { platform in programs.places.contains { $0.name == name && $0.platform == platform } }
      if let index = lists.firstIndex(where: { $0.platforms == own }) {
        lists[index].names.append(name)
      } else {
        lists.append(([name], own))
      }
    }
    return lists
  }

  /// The name of the list with this number.
  private func listName(_ number: Int) -> String { number == 0 ? "all" : "more-\(number)" }

  private func releaseMembers(_ paths: ProgramPaths) -> [(String, JSONLiteral)] {
    var members: [(String, JSONLiteral)] = [Self.comment(Self.releaseComment), ("name", .string(files.name))]
    members.append(("platforms", .object([("all", .array(platforms.map { .string("\($0)") }))])))
    let named = lists.enumerated().map {
      (listName($0.offset), JSONLiteral.array($0.element.names.map { .string($0) }))
    }
    members.append(("binaries", .object(named)))
    if let path = paths.json { members.append(("binaryPath", path)) }
    return members
  }

  /// The layout of the archives that users download, one for each platform.
  private var archiveMembers: [(String, JSONLiteral)] {
    let architecture = platforms.contains { $0.variant != nil } ? "{arch}{variant}" : "{arch}"
    let stem = "{name}-{version}-{os}-\(architecture)"
    let names = PlatformTexts(platforms.map { ($0, stem + ($0.os == "windows" ? ".zip" : ".tar.gz")) })
    var entries: [JSONLiteral] = []
    for (number, list) in lists.enumerated() {
      var members: [(String, JSONLiteral)] = [("binaries", .string(listName(number)))]
      if number == 0 {
        members.insert(
          Self.comment("The programs of the platform, at the top of the archive; \"to\" names a folder."), at: 0)
      }
      if let patterns = PlatformCondition.patterns(for: list.platforms, of: platforms) {
        members.append(("platforms", patterns))
      }
      entries.append(.object(members))
    }
    if !files.documents.isEmpty {
      entries.append(
        .object([
          Self.comment("Files and folders of the tree, each under its own path."),
          ("paths", .array(files.documents.map { .string(NameWords.literal($0.utf8)) })),
        ]))
    }
    for folder in files.folders {
      var members: [(String, JSONLiteral)] = [("tree", .string(folder.path)), ("to", .string(folder.to))]
      if !folder.include.isEmpty { members.append(("include", .array(folder.include.map { .string($0) }))) }
      entries.append(.object(members))
    }
    return [
      Self.comment("The archives that users download, one for each platform; the end of the name says the format."),
      ("tarball", names.json), ("platforms", .string("all")), ("archive", .object([("root", .string(stem))])),
      ("entries", .array(entries)),
    ]
  }

  /// The layout of a source archive.
  private mutating func addSources() {
    let entry: (String, JSONLiteral) =
      hasRepository ? ("git", .string("HEAD")) : ("tree", .string("."))
    let what =
      hasRepository
      ? "The files of the commit that is checked out." : "All files of the tree but those of the run itself."
    sketch.add(
      "src",
      [
        Self.comment("The sources."),
        ("tarball", .string("{name}-{version}-src.tar.gz")),
        ("archive", .object([("root", .string("{name}-{version}"))])),
        ("entries", .array([.object([Self.comment(what), entry])])),
      ])
  }
}
