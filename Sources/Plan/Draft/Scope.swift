// The things a run makes: which tarballs and images, on which platforms, in which order, and with which rules.

import Basics
import Layout

/// One tarball to make: a layout on a platform, or on none.
struct TarballKey: Hashable, Sendable, CustomStringConvertible {
  let layout: String
  let platform: Platform?

  var description: String { platform.map { "\(layout) for \($0)" } ?? layout }
}

/// One image to make: its group, its name and a platform.
struct ImageKey: Hashable, Sendable {
  let group: String
  let name: String
  let platform: Platform
}

/// The other artifacts of the release that an artifact takes, in order.
struct HeldArtifacts: Sendable {
  var tarballs: [TarballKey] = []
  var images: [ImageKey] = []
}

/// A rule whose condition holds, with its platforms in one artifact and what it takes on each.
struct PlacedRule: Sendable {
  let rule: Rule
  let places: [(platform: Platform?, held: HeldArtifacts)]
}

/// A tarball that a run makes.
struct ScopedTarball: Sendable {
  let key: TarballKey
  let layout: TarballLayout
  let rules: [PlacedRule]
  /// Whether its archive is written; else only its entries are staged, or others hold it.
  var isWritten = true
}

/// An image that a run makes.
struct ScopedImage: Sendable {
  let key: ImageKey
  let rule: ImageRule
  /// The rules of its base, which come before its own.
  var baseRules: [PlacedRule] = []
  var rules: [PlacedRule] = []
  /// The rules of tarballs that hold it.
  var holders: [ImageHolder] = []
}

/// A rule that puts images into a tarball on a platform.
struct ImageHolder: Sendable {
  let layout: TarballLayout
  /// Where in the tarball they go.
  let to: Template?
  let platform: Platform?
  let images: [(group: String, name: String)]

  /// Whether it holds the image, on any platform.
  func holds(_ name: String, of group: String) -> Bool { images.contains { $0.group == group && $0.name == name } }
}

/// The things a run makes.
struct Scope: Sendable {
  /// The tarballs, each after those that it holds.
  var tarballs: [ScopedTarball] = []
  /// The images that tarballs hold, in the order of those tarballs.
  var heldImages: [ScopedImage] = []
  /// The images that the command line asks for, whether tarballs hold them or not.
  var images: [ScopedImage] = []
  /// The rules for checksum files that hold in this run.
  var checksums: [ChecksumRule] = []

  /// The facts that making `tarballs` and `images` needs.
  func facts(askedOf facts: Facts, areImagesMade: Bool) -> Set<Fact> {
    var asked: Set<Fact> = []
    let images = areImagesMade ? images + heldImages : images
    var times = tarballs.map(\.layout.settings.mtime)
    if !images.isEmpty { times.append(facts.layouts.release.archive.mtime) }
    if facts.options.epoch == nil && times.contains(nil) { asked.insert(.commitTime) }
    for rule in tarballs.flatMap(\.rules) + images.flatMap({ $0.baseRules + $0.rules }) where !rule.places.isEmpty {
      // A dry run looks at layouts alone and does not ask git or the tree.
      if !facts.options.isDry { asked.formUnion(rule.rule.verb.facts) }
    }
    let layout = facts.layouts.images
    let ofTarballs =
      tarballs.flatMap(\.templates) + checksums.compactMap(\.fileName) + [facts.layouts.release.binaryPath]
    var ofTemplates = ofTarballs.reduce(into: Set<Fact>()) { $0.formUnion(facts.facts(for: $1)) }
    for image in images {
      for template in image.templates(of: layout) {
        ofTemplates.formUnion(facts.facts(for: template, tag: image.rule.tag))
      }
    }
    for image in areImagesMade ? [] : heldImages {
      for template in image.rule.stageTemplates(layout) {
        ofTemplates.formUnion(facts.facts(for: template, tag: image.rule.tag))
      }
    }
    // A dry run has a commit of its own.
    if facts.options.isDry { ofTemplates.remove(.commit) }
    return asked.union(ofTemplates)
  }
}

extension ScopedTarball {
  /// The templates that making it fills in.
  fileprivate var templates: [Template] {
    let own = layout.isOfPackages ? layout.packages.flatMap(\.templates) : [layout.fileName, layout.settings.root]
    return own + rules.flatMap(\.templates)
  }
}

extension ScopedImage {
  /// The templates that making it fills in.
  fileprivate func templates(of layout: ImagesLayout?) -> [Template] {
    let base = layout?.bases[rule.base]?.reference
    let repository = rule.repository ?? layout?.repository
    let values = (rule.env + rule.labels + rule.annotations).map(\.value)
    let settings = [rule.to, rule.workdir, rule.user] + values + rule.names + rule.volumes
    let places = holders.flatMap { [$0.layout.settings.root, $0.to] }
    return ([base, repository] + settings + places).compactMap { $0 } + (rule.cmd ?? []) + (rule.entrypoint ?? [])
      + rule.stageTemplates(layout) + (baseRules + rules).flatMap(\.templates)
  }
}

extension ImageRule {
  /// The templates for the names of its files and for its tag.
  fileprivate func stageTemplates(_ layout: ImagesLayout?) -> [Template] {
    [file, tag ?? layout?.tag].compactMap { $0 }
  }
}

extension PlacedRule {
  fileprivate var templates: [Template] {
    places.isEmpty ? [] : rule.verb.templates + [rule.options.to].compactMap { $0 }
  }
}
