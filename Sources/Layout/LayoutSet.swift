// A folder of layouts, read as a whole. Every file is decoded and every mistake kept, so that all are reported at once
// before anything else is checked.

import Basics
import JSON

/// The mistakes of a set of layouts: at least one.
package struct LayoutErrors: Error, Equatable, Sendable {
  package let errors: [LayoutError]

  package init(errors: [LayoutError]) { self.errors = errors }
}

/// A file of a set: its path for messages, and its bytes.
package struct LayoutFile: Sendable {
  package let path: String
  package let bytes: [UInt8]

  package init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }

  /// The layout's name: the file's without ".json".
  var name: String {
    let fileName = path.utf8.split(separator: UInt8(ascii: "/")).last ?? path.utf8[...]
    return String(decoding: Array(fileName.dropLast(".json".utf8.count)), as: UTF8.self)
  }

  /// Whether a file of this name is a layout; the same folder may also hold schemas for editors, and a run's outputs.
  package static func isLayout(_ name: String) -> Bool {
    name.hasSuffix(".json") && !name.hasSuffix(".schema.json") && !name.hasPrefix(".") && name != OwnFile.record
  }
}

/// All layouts of a release without the verbs of their entries: other modules know and read these.
package struct LayoutSet: Sendable {
  /// What release.json sets; of a set with mistakes, the part that could be read.
  package let release: ReleaseLayout
  package let images: ImagesLayout?
  /// The tarballs' layouts, sorted by name.
  package let tarballs: [TarballLayout]
  /// The entries of all sets of release.json, as they stand there; those that use them have them among their own.
  package let entriesOfSets: [LayoutEntry]
  /// The mistakes outside of the entries' verbs. A set with mistakes is only good for finding more of them.
  package let mistakes: [LayoutError]
  /// Names that are referred to, as "KIND NAME".
  private let usedNames: Set<String>
  /// The paths of the files in the order in which their mistakes are reported.
  private let order: [String: Int]

  /// Decodes and checks `files`, read from `place`.
  package init(_ files: [LayoutFile], from place: String) {
    let notes = LayoutNotes()
    var fields: [String: LayoutField] = [:]
    for file in files {
      if !LayoutName.isValid(file.name) {
        notes.add(LayoutError(file: file.path, reason: "the name of a layout has letters, digits, '.', '_' and '-'"))
      }
      fields[file.name] = Self.read(file, notes)
    }
    let names = files.map(\.name).filter { $0 != "release" && $0 != "images" }.sorted()
    if !files.contains(where: { $0.name == "release" }) {
      notes.add(LayoutError(file: "\(place)/release.json", reason: "missing; every set of layouts has one"))
    }
    let release = fields["release"].map { ReleaseLayout($0) }
    let declared = LayoutNames(release: release, layouts: Set(names), hasImages: fields["images"] != nil)
    // Before all that uses them, so that their own mistakes are told without a use.
    _ = declared.sets.entries(declared, notes)
    images = fields["images"].map { ImagesLayout($0, names: declared) }
    let known = declared.adding(images)
    self.release = release ?? ReleaseLayout()
    let ofTarballs = self.release
    entriesOfSets = known.sets.entries(known, notes)
    tarballs = names.compactMap { name in
      fields[name].flatMap { TarballLayout($0, name: name, release: ofTarballs, names: known) }
    }
    let paths = Dictionary(files.map { ($0.name, $0.path) }) { first, _ in first }
    let inOrder = (["release", "images"] + names).compactMap { paths[$0] }
    order = Dictionary(inOrder.enumerated().map { ($1, $0) }) { first, _ in first }
    usedNames = notes.usedNames
    mistakes = notes.errors
  }

  /// The layout of the tarball with this name.
  package func tarball(_ name: String) -> TarballLayout? { tarballs.first { $0.name == name } }

  /// The entries of all tarballs, images and bases, those that images share once.
  package var entries: [LayoutEntry] {
    let groups = images?.groups.sorted { $0.key < $1.key } ?? []
    let bases = images?.bases.sorted { $0.key < $1.key } ?? []
    let all = bases.flatMap(\.value.entries) + groups.flatMap(\.value).flatMap(\.entries)
    var seen: Set<RuleOrigin> = []
    return all.filter { seen.insert($0.origin).inserted } + tarballs.flatMap(\.entries)
  }

  /// `mistakes` in the order in which they are reported: by file, release.json first, then by place in the file.
  package func sorted(_ mistakes: [LayoutError]) -> [LayoutError] {
    let sorted = mistakes.enumerated().sorted { first, second in
      let (left, right) = (key(of: first.element), key(of: second.element))
      // Mistakes at one place keep their order.
      return left == right ? first.offset < second.offset : left.lexicographicallyPrecedes(right)
    }
    return sorted.map(\.element)
  }

  private func key(of mistake: LayoutError) -> [Int] {
    [order[mistake.file] ?? -1, mistake.position?.line ?? 0, mistake.position?.column ?? 0]
  }

  private static func read(_ file: LayoutFile, _ notes: LayoutNotes) -> LayoutField? {
    do {
      return LayoutField(value: try JSONReader.read(file.bytes), file: file.path, path: "", notes: notes)
    } catch {
      notes.add(LayoutError(file: file.path, position: error.position, path: error.path, reason: error.reason))
      return nil
    }
  }

  /// Names that are declared but used neither here nor in `usedNames`: allowed, but rarely meant.
  package func warnings(usedNames others: Set<String>) -> [String] {
    let file = order.first { $0.value == 0 }?.key ?? ""
    let bases = images?.bases.values.sorted { $0.name < $1.name } ?? []
    let declared =
      release.platforms.keys.sorted().map { (file, "list of platforms", $0) }
      + release.binaries.keys.sorted().map { (file, "list of binaries", $0) }
      + release.flags.keys.sorted().map { (file, "flag", $0) }
      + release.sets.names.sorted().map { (file, "set", $0) }
      + bases.map { ($0.origin.file, "base", $0.name) }
    let used = usedNames.union(others)
    return release.warningsOfPlatforms
      + declared.filter { !used.contains("\($0.1) \($0.2)") }.map { file, kind, name in
        "\(file): the \(kind) \(quoted(name)) is never used"
      }
  }
}

/// The rule for names that layouts declare and refer to.
///
/// ASCII alone: names are compared as String, which treats different Unicode forms of one text as equal.
enum LayoutName {
  /// Whether `name` is one or more letters, digits, ".", "_" and "-".
  static func isValid(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy { $0.isLetterOrDigit || Array("._-".utf8).contains($0) }
  }
}

/// The names that an entry may refer to; other parts of the layouts declare them.
package struct LayoutNames: Sendable {
  package let platforms: Set<String>
  package let binaries: Set<String>
  /// The names in each list of binaries.
  package let binaryNames: [String: [String]]
  /// Groups of images; empty until images.json is read.
  package private(set) var images: Set<String> = []
  /// Base images; empty outside of images.json.
  package internal(set) var bases: Set<String> = []
  package let layouts: Set<String>
  package let flags: Set<String>
  /// The variables of the environment that templates may name.
  private let environment: Set<String>
  package let sets: EntrySets
  /// Whether there is an images.json: {registry} and {tag} come from it.
  let hasImages: Bool

  /// Whether release.json could be read; without it no name can be called unknown.
  private let isComplete: Bool

  /// The names of a set whose release.json is `release`; nil when it cannot be read.
  init(release: ReleaseLayout?, layouts: Set<String>, hasImages: Bool) {
    isComplete = release != nil
    let release = release ?? ReleaseLayout()
    platforms = Set(release.platforms.keys)
    binaries = Set(release.binaries.keys)
    binaryNames = release.binaries
    flags = Set(release.flags.keys).union([ReleaseLayout.gitCleanFlag])
    environment = Set(release.environment)
    sets = release.sets
    self.layouts = layouts
    self.hasImages = hasImages
  }

  /// Why {env.NAME} cannot be used; nil when it can.
  func reasonAgainst(environment name: String) -> String? {
    if environment.contains(name) || !isComplete { return nil }
    return "is not known: \"environment\" of release.json names the variables that layouts may use"
      + didYouMean(name, in: environment.sorted())
  }

  /// These names and those of the groups of `layout`.
  func adding(_ layout: ImagesLayout?) -> LayoutNames {
    var names = self
    names.images.formUnion(layout?.groups.keys.map { $0 } ?? [])
    return names
  }

  /// Checks that `name` is one of `known` and notes that it is used.
  package func check(_ kind: String, _ name: String, in known: Set<String>, at field: LayoutField) {
    field.notes.use(kind, name)
    if known.contains(name) || !isComplete { return }
    let near = didYouMean(name, in: known.sorted())
    field.refuse("no \(kind) is named \(quoted(name))\(near)")
  }
}
