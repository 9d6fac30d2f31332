// A folder of layouts, read as a whole: every file is decoded, every reference checked and every mistake told at
// once, before anything else is looked at.

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

  /// Whether a file of this name is a layout at all; schemas for editors stand beside them.
  package static func isLayout(_ name: String) -> Bool {
    name.hasSuffix(".json") && !name.hasSuffix(".schema.json") && !name.hasPrefix(".")
  }
}

/// All layouts of a release.
package struct LayoutSet: Sendable {
  package let release: ReleaseLayout
  package let images: ImagesLayout?
  /// The tarballs' layouts, sorted by name.
  package let tarballs: [TarballLayout]
  /// What is declared and never used: not wrong, but seldom meant.
  package let warnings: [String]

  /// Decodes and checks `files`, read from `place`. Throws `LayoutErrors` with all mistakes.
  package init(_ files: [LayoutFile], from place: String) throws(LayoutErrors) {
    let mistakes = LayoutMistakes()
    var fields: [String: LayoutField] = [:]
    for file in files {
      if !LayoutName.isValid(file.name) {
        mistakes.add(LayoutError(file: file.path, reason: "the name of a layout has letters, digits, '.', '_' and '-'"))
      }
      fields[file.name] = Self.read(file, mistakes)
    }
    let names = files.map(\.name).filter { $0 != "release" && $0 != "images" }.sorted()
    if !files.contains(where: { $0.name == "release" }) {
      mistakes.add(LayoutError(file: "\(place)/release.json", reason: "missing; every set of layouts has one"))
    }
    let releaseField = fields["release"]
    let release = releaseField.map { ReleaseLayout($0) }
    let known = LayoutNames(release: release, layouts: Set(names), hasImages: fields["images"] != nil)
    let images = fields["images"].map { ImagesLayout($0, names: known) }
    images.map(known.add)
    let tarballs = names.compactMap { name in
      fields[name].flatMap { TarballLayout($0, name: name, release: release ?? ReleaseLayout(), names: known) }
    }
    LayoutCycle.check(tarballs, mistakes)
    // Not beside other mistakes: a rule that could not be read may hold what seems to be held by none.
    if let images, mistakes.errors.isEmpty { HeldImages.check(images, tarballs, mistakes) }
    guard let release, let releaseField, mistakes.errors.isEmpty else { throw LayoutErrors(errors: mistakes.errors) }
    self.release = release
    self.images = images
    self.tarballs = tarballs
    warnings = Self.unused(release, known, images, releaseField.file)
  }

  /// The files and folders of the source tree that the tarballs take, but for those with a variable in their path.
  package var sourcePaths: [String] {
    let templates = tarballs.flatMap(\.rules).flatMap { rule in
      switch rule.verb {
      case .file(let path), .tree(let path): [path]
      case .paths(let paths): paths
      case .binaries, .images, .text, .directory, .symlink, .artifact, .git: [Template]()
      }
    }
    return templates.filter(\.variables.isEmpty).map(\.text)
  }

  private static func read(_ file: LayoutFile, _ mistakes: LayoutMistakes) -> LayoutField? {
    do {
      return LayoutField(value: try JSONReader.read(file.bytes), file: file.path, path: "", mistakes: mistakes)
    } catch {
      mistakes.add(LayoutError(file: file.path, position: error.position, path: error.path, reason: error.reason))
      return nil
    }
  }

  private static func unused(
    _ release: ReleaseLayout, _ names: LayoutNames, _ images: ImagesLayout?, _ file: String
  ) -> [String] {
    let bases = images?.bases.values.sorted { $0.name < $1.name } ?? []
    let declared =
      release.platforms.keys.sorted().map { (file, "list of platforms", $0) }
      + release.binaries.keys.sorted().map { (file, "list of binaries", $0) }
      + release.flags.keys.sorted().map { (file, "flag", $0) }
      + bases.map { ($0.origin.file, "base", $0.name) }
    return declared.filter { !names.used.contains("\($0.1) \($0.2)") }.map { file, kind, name in
      "\(file): the \(kind) \(quoted(name)) is never used"
    }
  }
}

/// Tarballs that hold one another in a circle.
private enum LayoutCycle {
  /// Notes each circle once, as the chain of its layouts.
  static func check(_ tarballs: [TarballLayout], _ mistakes: LayoutMistakes) {
    var done: Set<String> = []
    for tarball in tarballs { visit(tarball, [], nil, tarballs, &done, mistakes) }
  }

  /// `rule` is the one that led here.
  private static func visit(
    _ tarball: TarballLayout, _ chain: [String], _ rule: RuleOrigin?, _ tarballs: [TarballLayout],
    _ done: inout Set<String>, _ mistakes: LayoutMistakes
  ) {
    if let start = chain.firstIndex(of: tarball.name), let rule {
      let circle = (chain[start...] + [tarball.name]).joined(separator: " -> ")
      mistakes.add(
        LayoutError(
          file: rule.file, position: rule.position, path: rule.path, reason: "a tarball cannot hold itself: \(circle)"))
      return
    }
    guard !done.contains(tarball.name) else { return }
    for rule in tarball.rules {
      guard case .artifact(let name) = rule.verb, let held = tarballs.first(where: { $0.name == name }) else {
        continue
      }
      visit(held, chain + [tarball.name], rule.origin, tarballs, &done, mistakes)
    }
    done.insert(tarball.name)
  }
}

/// Images that no tarball holds and so nothing gives platforms to.
private enum HeldImages {
  /// Notes each image that is made on no platform.
  static func check(_ images: ImagesLayout, _ tarballs: [TarballLayout], _ mistakes: LayoutMistakes) {
    let names = Set(images.groups.values.joined().map(\.name))
    let lists = tarballs.flatMap(\.rules).compactMap { rule in
      if case .images(let list) = rule.verb { list } else { nil }
    }
    for (group, members) in images.groups.sorted(by: { $0.key < $1.key }) {
      if lists.contains(where: { holds($0, group, members, names) }) { continue }
      for image in members where image.platforms == nil {
        let reason = "image \(quoted(image.name)): no tarball holds it; give it \"platforms\""
        mistakes.add(
          LayoutError(
            file: image.origin.file, position: image.origin.position, path: image.origin.path, reason: reason))
      }
    }
  }

  /// Whether `list` may hold images of `group`; `names` are those of all images.
  private static func holds(_ list: NameList, _ group: String, _ members: [ImageRule], _ names: Set<String>) -> Bool {
    switch list {
    case .list(let name): name == group
    case .names(let templates):
      // A name that is no image's may have variables in it, or is told of when the plan is made.
      templates.contains { name in !names.contains(name.text) || members.contains { $0.name == name.text } }
    }
  }
}
