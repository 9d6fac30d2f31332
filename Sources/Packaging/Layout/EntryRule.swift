// One rule of a tarball's layout or of an image: what goes in, to where, and on which conditions.

/// Names that a rule spells out or takes from a list.
package enum NameList: Equatable, Sendable {
  case list(String)
  case names([Template])
}

/// Platforms that a rule spells out or takes from a list.
package enum PlatformSelector: Equatable, Sendable {
  case list(String)
  case patterns([PlatformPattern])
}

/// A flag that must be on, or off.
package struct Condition: Equatable, Sendable {
  package let flag: String
  package let isOn: Bool
}

/// What a rule puts into the archive or the image.
package enum Verb: Equatable, Sendable {
  case binaries(NameList)
  case images(NameList)
  case file(Template)
  case tree(Template)
  case paths([Template])
  case text(Template)
  case directory(Template)
  case symlink(Template)
  case artifact(String)
  case git(Template)
}

/// One rule of a tarball's layout or of an image.
package struct EntryRule: Sendable {
  package let origin: RuleOrigin
  package let verb: Verb
  /// Where it goes: a folder for the verbs that bring several entries, else the entry's own path.
  package let to: Template?
  package let include: [Glob]
  package let exclude: [Glob]
  package let isOptional: Bool
  package let isOverlay: Bool
  package let mode: FileMode?
  /// Whether its files are taken as they are, whatever machine they are for and whatever runs them.
  package let isUnchecked: Bool
  /// Whether the archive begins with the name of the commit whose files it takes.
  package let bringsCommitID: Bool
  package let platforms: PlatformSelector?
  package let condition: Condition?
}

extension EntryRule {
  /// The rule that brings `verb` to `to` and says nothing else.
  init(bringing verb: Verb, to: Template?, origin: RuleOrigin) {
    self.init(
      origin: origin, verb: verb, to: to, include: [], exclude: [], isOptional: false, isOverlay: false, mode: nil,
      isUnchecked: false, bringsCommitID: false, platforms: nil, condition: nil)
  }
}

/// A verb's key, and the options that it takes beside those of all.
enum VerbKey: String, CaseIterable {
  case binaries, images, file, tree, paths, text, directory, symlink, artifact, git

  static let commonOptions = ["overlay", "platforms", "when"]
  /// Those that some verbs take.
  static let ownOptions = ["to", "include", "exclude", "optional", "mode", "unchecked", "commitId"]
  /// Those that images do not have: what they bring is made from images.
  static let ofTarballs: [VerbKey] = [.images, .artifact]

  var options: [String] {
    switch self {
    case .images: ["to", "optional", "mode"]
    case .binaries, .file: ["to", "optional", "mode", "unchecked"]
    case .tree, .paths: ["to", "include", "exclude", "optional", "mode", "unchecked"]
    case .git: ["to", "include", "exclude", "mode", "unchecked", "commitId"]
    case .text: ["to", "mode", "unchecked"]
    case .artifact: ["to", "mode"]
    case .directory: ["mode"]
    case .symlink: ["to"]
    }
  }

  /// Whether `to` must be given, for it is the path of the entry itself.
  var needsTo: Bool {
    switch self {
    case .file, .text, .artifact, .symlink: true
    case .binaries, .images, .tree, .paths, .directory, .git: false
    }
  }
}
