// The names of lists, groups, flags and layouts: what they may be, and which there are.

import Basics

/// What a name that layouts declare and refer to may be.
///
/// ASCII alone: a name is looked up as a String, and those that differ only in Unicode form would fall together.
enum LayoutName {
  /// Whether `name` is one or more letters, digits, ".", "_" and "-".
  static func isValid(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy { $0.isLetterOrDigit || Array("._-".utf8).contains($0) }
  }
}

/// What an entry may refer to: names that other parts of the layouts declare.
package struct LayoutNames: Sendable {
  package let platforms: Set<String>
  package let binaries: Set<String>
  /// Groups of images; none before images.json is read.
  package private(set) var images: Set<String> = []
  package let layouts: Set<String>
  package let flags: Set<String>
  /// Whether there is an images.json, which {registry} and {tag} come from.
  let hasImages: Bool

  /// Whether release.json is there to tell all names; without it none is known to be wrong.
  private let isComplete: Bool

  /// Of a set whose release.json is `release`; nil when it cannot be read.
  init(release: ReleaseLayout?, layouts: Set<String>, hasImages: Bool) {
    isComplete = release != nil
    let release = release ?? ReleaseLayout()
    platforms = Set(release.platforms.keys)
    binaries = Set(release.binaries.keys)
    flags = Set(release.flags.keys).union([ReleaseLayout.gitCleanFlag])
    self.layouts = layouts
    self.hasImages = hasImages
  }

  /// The names with those of the groups of `layout`.
  func adding(_ layout: ImagesLayout?) -> LayoutNames {
    var names = self
    names.images.formUnion(layout?.groups.keys.map { $0 } ?? [])
    return names
  }

  /// Checks that `name` is one of `known` and takes note that it is used.
  package func check(_ kind: String, _ name: String, in known: Set<String>, at field: LayoutField) {
    field.notes.use(kind, name)
    if known.contains(name) || !isComplete { return }
    let near = didYouMean(name, in: known.sorted())
    field.refuse("no \(kind) is named \(quoted(name))\(near)")
  }
}
