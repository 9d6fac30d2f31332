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
  /// Names that the set itself declares, as "KIND NAME", each with the mistake that nothing refers to it.
  private let declared: [(name: String, mistake: LayoutError)]
  /// The paths of the files in the order in which their mistakes are reported.
  private let order: [String: Int]

  /// Decodes and checks `files`, read from `place`; `finder` finds the sets that they extend.
  package init(_ files: [LayoutFile], from place: String, extending finder: SetFinder = SetFinder()) {
    let notes = LayoutNotes()
    let chain = SetChain(SetFiles(place, files), finder, notes)
    // Without a set that is extended, all else would be found missing.
    let fields = chain.isComplete ? chain.fields : [:]
    let names = chain.names.filter { $0 != "release" && $0 != "images" }
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
    order = Dictionary(chain.paths.enumerated().map { ($1, $0) }) { first, _ in first }
    usedNames = notes.usedNames
    // What is inherited is there for all sets, whether this one has a use for it or not.
    self.declared = notes.declaredNames.filter { chain.own.contains($0.origin.file) }.map { kind, name, origin in
      let reason = "the \(kind) \(quoted(name)) is never used"
      return (
        "\(kind) \(name)",
        LayoutError(file: origin.file, position: origin.position, path: origin.path, reason: reason)
      )
    }
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

  /// Names that the set declares and that are used neither here nor in `usedNames`.
  package func unused(usedNames others: Set<String>) -> [LayoutError] {
    let used = usedNames.union(others)
    return sorted(declared.filter { !used.contains($0.name) }.map(\.mistake))
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
