// One rule of a tarball's layout or of an image, and that rule on one platform.

import Basics
import Layout

/// Options of a rule that several verbs use.
struct RuleOptions: Sendable {
  /// Where it goes: a folder for the verbs that bring several entries, else the entry's own path.
  var to: Template?
  var include: [Glob] = []
  var exclude: [Glob] = []
  /// The places of the patterns of `include` and `exclude`, in this order.
  var patternOrigins: [RuleOrigin] = []
  /// Whether single patterns may fit nothing.
  var arePatternsOptional = false
  var isOptional = false
  var mode: FileMode?
  /// The owner of all that it brings; nil for the archive's rule.
  var owner: Owner?
  /// The value of security.capability that its files get, empty for none; nil for their own where the archive keeps it.
  var capabilities: [UInt8]?
  /// Whether its files are taken without a check of their machine and interpreter.
  var isUnchecked = false
}

/// One rule.
struct Rule: Sendable {
  let origin: RuleOrigin
  let verb: any Verb
  let options: RuleOptions
  let isOverlay: Bool
  let platforms: PlatformSelector?
  /// All of these must hold.
  let conditions: [Condition]
  /// The format of the packages that it is for; nil for all of its layout.
  var format: PackageFormat?
}

/// The origin of an artifact's entries: a rule, or an image's own binary.
struct EntryOrigin: Sendable {
  let origin: RuleOrigin
  /// Whether its entries may replace earlier ones.
  var isOverlay = false
  var isUnchecked = false
  /// Whether the platform chooses its files.
  var isChosenByPlatform = false
}

/// A rule on one platform, or something else that adds entries as a rule does.
struct RulePlace {
  let origin: RuleOrigin
  /// The origin number of its entries.
  let number: UInt32
  let options: RuleOptions
  /// The subject that fills in its templates.
  let subject: TemplateSubject
  let facts: Facts
  /// The images and tarballs that it takes on this platform.
  var held = HeldArtifacts()

  var platform: Platform? { subject.platform }

  func fill(_ template: Template) throws -> String { try facts.fill(template, subject) }

  /// The string that `template` is on the rule's platform.
  func choice(_ template: Template) throws -> Template { try facts.choice(template, on: platform) }

  /// The path that `template` gives when it is filled in.
  func archivePath(_ template: Template) throws -> ArchivePath { try facts.path(template, subject) }

  /// The path that the rule's entries go to; nil for the archive's root.
  func to() throws -> ArchivePath? { try options.to.map(archivePath) }

  /// The path of `name` below the one that the rule's entries go to.
  func below(_ name: String) throws -> ArchivePath {
    try archivePath(Template(literal: try to().map { "\($0.text)/\(name)" } ?? name))
  }

  /// The names of a list, or those that the rule gives itself.
  func names(_ list: NameList, of lists: [String: [String]]) throws -> [String] {
    switch list {
    case .list(let name): lists[name] ?? []
    case .names(let names): try names.map(fill)
    }
  }
}

/// Reads the entries of layouts with a table of verbs.
struct RuleDecoder {
  let verbs: [any Verb.Type]

  /// The options that entries may have, whatever their verb. Closures: the compiler (6.3.1) crashes on key paths of the
  /// metatypes.
  var options: [String] {
    let ofVerbs = verbs.flatMap { $0.options }.filter { !RuleOptions.keys.contains($0) }
    return RuleOptions.keys + ofVerbs + LayoutEntry.options
  }

  /// All keys that an entry may have, those of the verbs first.
  var keys: [String] { verbs.map { $0.key } + options }

  /// The rule of an entry; nil, with mistakes in `notes`, when its verb cannot be read.
  func rule(_ entry: LayoutEntry, _ notes: LayoutNotes) -> Rule? {
    guard let object = entry.field(notes).object(keys), let verb = verb(of: object, entry),
      let field = object[verb.key]
    else { return nil }
    let known = verbs.map { $0.key } + verb.options + LayoutEntry.options
    for option in object.keys where keys.contains(option) && !known.contains(option) {
      object[option]?.refuse("not an option of \(verb.key)")
    }
    if entry.templates.place == .tarball && !entry.isOfPackages {
      object["capabilities"]?.refuse(
        "stands in images and packages alone; what unpacks a tarball leaves capabilities out")
    }
    if entry.templates.place == .tarball {
      object["from"]?.refuse("stands in images alone; a tarball takes files of the tree")
    }
    let read = verb.init(VerbEntry(field: field, object: object, templates: entry.templates, folder: entry.folder))
    let options = RuleOptions(object, entry, of: verb)
    // After the options were read, so that all mistakes are told at once.
    guard let read else { return nil }
    return Rule(
      origin: entry.origin, verb: read, options: options, isOverlay: entry.isOverlay, platforms: entry.platforms,
      conditions: entry.conditions, format: entry.format)
  }

  private func verb(of object: LayoutObject, _ entry: LayoutEntry) -> (any Verb.Type)? {
    let place = entry.templates.place
    let found = verbs.filter { object[$0.key] != nil }
    guard found.count == 1, let verb = found.first else {
      let isOpen = place.takesTarballs && !entry.isOfPackages
      let all = verbs.filter { isOpen || !$0.isOfTarballs }.map { $0.key }.joined(separator: ", ")
      object.field.refuse(found.isEmpty ? "expected one of \(all)" : "expected one verb, found \(found.count)")
      return nil
    }
    if !verb.isOfTarballs || place.takesTarballs && !entry.isOfPackages { return verb }
    // A package begins with the digests of its files, and those of what the run makes are known too late.
    object[verb.key]?.refuse(
      "stands in tarballs alone; \(entry.isOfPackages ? "a package" : "an image") cannot hold it")
    return nil
  }
}

extension RuleOptions {
  /// The keys of the options that several verbs take.
  static let keys = ["to", "from", "include", "exclude", "optional", "mode", "owner", "capabilities", "unchecked"]

  /// Reads the options of an entry; mistakes are noted.
  fileprivate init(_ object: LayoutObject, _ entry: LayoutEntry, of verb: any Verb.Type) {
    let own = (verb.needsTo ? object.required("to") : object["to"]).flatMap(entry.templates.path)
    to = own.map { entry.folder?.appending($0) ?? $0 } ?? entry.folder
    include = Self.globs(object["include"], mayBeEmpty: false)
    exclude = Self.globs(object["exclude"], mayBeEmpty: true)
    patternOrigins = ["include", "exclude"].flatMap { Self.origins(object[$0]) }
    if let field = object["optional"] {
      arePatternsOptional = verb.options.contains("include") && field.isString("patterns")
      isOptional = arePatternsOptional ? false : field.bool ?? false
    }
    arePatternsOptional = arePatternsOptional || isOptional
    mode = object["mode"]?.taking { try FileMode($0) }
    owner = object["owner"].flatMap { Self.owner($0, entry) }
    capabilities = object["capabilities"]?.capabilities
    isUnchecked = object["unchecked"]?.bool ?? false
  }

  private static func owner(_ field: LayoutField, _ entry: LayoutEntry) -> Owner? {
    if entry.isOfPackages { return namedOwner(field) }
    guard let text = field.string else { return nil }
    // A set may be for packages too; it is read again with each use.
    if entry.templates.place == .set, let owner = Owner(named: text) { return owner }
    if let owner = Owner(text) { return owner }
    field.refuse("expected two numbers such as \"0:0\", found \(field.found)")
    return nil
  }

  /// The places of the patterns that `globs` gives.
  private static func origins(_ field: LayoutField?) -> [RuleOrigin] {
    guard let field, field.isArray else { return [] }
    return (field.elements ?? []).filter(\.isString).map(\.origin)
  }

  /// In packages, where users have other numbers on each machine.
  private static func namedOwner(_ field: LayoutField) -> Owner? {
    guard let text = field.string else { return nil }
    if let owner = Owner(named: text) { return owner }
    field.refuse("expected the names of a user and a group such as \"root:root\", found \(field.found)")
    return nil
  }

  private static func globs(_ field: LayoutField?, mayBeEmpty: Bool) -> [Glob] {
    guard let field, let elements = field.elements else { return [] }
    if elements.isEmpty && !mayBeEmpty { field.refuse("an empty list selects nothing") }
    return elements.compactMap { $0.taking { try Glob($0) } }
  }
}
