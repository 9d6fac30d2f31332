// One rule of a tarball's layout or of an image: what goes in, to where, and on which conditions.

package import Basics

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
  package init(bringing verb: Verb, to: Template?, origin: RuleOrigin) {
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

// An entry of a layout file into a rule.

/// What a rule may refer to: names that other parts of the layouts declare.
final class LayoutNames {
  let platforms: Set<String>
  let binaries: Set<String>
  /// Groups of images; none before images.json is read.
  private(set) var images: Set<String> = []
  let layouts: Set<String>
  let flags: Set<String>
  /// Whether there is an images.json, which {registry} and {tag} come from.
  let hasImages: Bool
  /// What was referred to, as "KIND NAME".
  private(set) var used: Set<String> = []

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

  /// Takes the names of the groups of images.
  func add(_ images: ImagesLayout) { self.images.formUnion(images.groups.keys) }

  /// Checks that `name` is one of `known` and takes note that it is used.
  func check(_ kind: String, _ name: String, in known: Set<String>, at field: LayoutField) {
    used.insert("\(kind) \(name)")
    if known.contains(name) || !isComplete { return }
    let near = didYouMean(name, in: known.sorted())
    field.refuse("no \(kind) is named \(quoted(name))\(near)")
  }
}

/// Reads the rules of one tarball's layout, or of an image.
struct EntryRuleDecoder {
  let names: LayoutNames
  /// Whether the tarball has platforms, so that every rule stands on one.
  let hasPlatform: Bool
  var place = TemplatePlace.tarball

  /// The verbs that are known here.
  private var verbs: [VerbKey] {
    place == .tarball ? VerbKey.allCases : VerbKey.allCases.filter { !VerbKey.ofTarballs.contains($0) }
  }

  func decode(_ field: LayoutField) -> EntryRule? {
    let keys = VerbKey.allCases.map(\.rawValue) + VerbKey.ownOptions
    guard let object = field.object(keys + VerbKey.commonOptions) else { return nil }
    let found = VerbKey.allCases.filter { object[$0.rawValue] != nil }
    guard found.count == 1, let key = found.first, let verbField = object[key.rawValue] else {
      let all = verbs.map(\.rawValue).joined(separator: ", ")
      field.refuse(found.isEmpty ? "expected one of \(all)" : "expected one verb, found \(found.count)")
      return nil
    }
    guard verbs.contains(key) else {
      verbField.refuse("stands in tarballs alone; an image cannot hold it")
      return nil
    }
    for option in object.keys where !isOption(option, of: key) {
      object[option]?.refuse("not an option of \(key)")
    }
    let platforms = object["platforms"].flatMap(selector)
    let template = TemplateDecoder(names: names, hasPlatform: hasPlatform || platforms != nil, place: place)
    let verb = verb(key, verbField, template)
    if case .binaries = verb, !template.hasPlatform { needsPlatform(field) }
    if case .images = verb, !template.hasPlatform { needsPlatform(field) }
    let to = (key.needsTo ? object.required("to") : object["to"]).flatMap(template.path)
    let include = globs(object["include"], mayBeEmpty: false)
    let exclude = globs(object["exclude"], mayBeEmpty: true)
    let isOptional = object["optional"]?.bool ?? false
    let isUnchecked = object["unchecked"]?.bool ?? false
    let isOverlay = object["overlay"]?.bool ?? false
    let mode = object["mode"]?.taking { try FileMode($0) }
    let bringsCommitID = object["commitId"].flatMap(commitID) ?? false
    let when = object["when"].flatMap { condition($0, names) }
    // Not before the options were looked at: all mistakes are told at once.
    guard let verb else { return nil }
    return EntryRule(
      origin: field.origin, verb: verb, to: to, include: include, exclude: exclude, isOptional: isOptional,
      isOverlay: isOverlay, mode: mode, isUnchecked: isUnchecked, bringsCommitID: bringsCommitID, platforms: platforms,
      condition: when)
  }

  private func commitID(_ field: LayoutField) -> Bool? {
    if place == .tarball { return field.bool }
    field.refuse("stands in tarballs alone; a layer cannot hold it")
    return nil
  }

  private func isOption(_ option: String, of key: VerbKey) -> Bool {
    option == key.rawValue || key.options.contains(option) || VerbKey.commonOptions.contains(option)
      || !VerbKey.ownOptions.contains(option)
  }

  private func needsPlatform(_ field: LayoutField) {
    field.refuse("needs a platform: give the entry or its tarball \"platforms\"")
  }

  private func verb(_ key: VerbKey, _ field: LayoutField, _ template: TemplateDecoder) -> Verb? {
    switch key {
    case .binaries: nameList("list of binaries", names.binaries, field, template).map(Verb.binaries)
    case .images: nameList("group of images", names.images, field, template).map(Verb.images)
    case .file: template.path(field).map(Verb.file)
    case .tree: template.folder(field).map(Verb.tree)
    case .paths: paths(field, template)
    case .text: template.text(field).map(Verb.text)
    case .directory: template.path(field).map(Verb.directory)
    case .symlink: template.link(field).map(Verb.symlink)
    case .artifact: artifact(field)
    case .git: template.commit(field).map(Verb.git)
    }
  }

  private func paths(_ field: LayoutField, _ template: TemplateDecoder) -> Verb? {
    guard let elements = field.elements else { return nil }
    if elements.isEmpty { field.refuse("expected at least one path") }
    return .paths(elements.compactMap(template.path))
  }

  private func nameList(
    _ kind: String, _ known: Set<String>, _ field: LayoutField, _ template: TemplateDecoder
  ) -> NameList? {
    if field.isArray { return field.elements.map { .names($0.compactMap(template.path)) } }
    guard let name = field.string else { return nil }
    names.check(kind, name, in: known, at: field)
    return .list(name)
  }

  private func artifact(_ field: LayoutField) -> Verb? {
    guard let name = field.string else { return nil }
    names.check("layout", name, in: names.layouts, at: field)
    return .artifact(name)
  }

  private func selector(_ field: LayoutField) -> PlatformSelector? {
    guard field.isArray else {
      return field.string.map { name in
        names.check("list of platforms", name, in: names.platforms, at: field)
        return .list(name)
      }
    }
    return field.elements.map { elements in
      .patterns(
        elements.compactMap { element in
          guard let text = element.string else { return nil }
          let pattern = PlatformPattern(text)
          if pattern == nil { element.refuse("expected a platform such as \"linux/amd64\", found \(quoted(text))") }
          if !hasPlatform && pattern?.platform == nil && pattern != nil {
            element.refuse("'*' names no platform to expand over")
          }
          return pattern
        })
    }
  }

  private func globs(_ field: LayoutField?, mayBeEmpty: Bool) -> [Glob] {
    guard let field, let elements = field.elements else { return [] }
    if elements.isEmpty && !mayBeEmpty { field.refuse("an empty list selects nothing") }
    return elements.compactMap { $0.taking { try Glob($0) } }
  }
}

/// The condition that a `when` spells: a flag's name, after "!" when it must be off.
func condition(_ field: LayoutField, _ names: LayoutNames) -> Condition? {
  guard let text = field.string else { return nil }
  let isOn = !text.hasPrefix("!")
  let flag = isOn ? text : String(text.dropFirst())
  names.check("flag", flag, in: names.flags, at: field)
  return Condition(flag: flag, isOn: isOn)
}
