// release.json: the settings of the whole release. They are its name, platforms, binaries and flags, and how its
// archives are written.

package import Basics

/// A named list of platforms.
package enum PlatformList: Equatable, Sendable {
  /// The platforms that the list names.
  case listed([Platform])
  /// The platforms that the folder of binaries holds.
  case present
}

/// A switch that turns rules on and off.
package struct LayoutFlag: Equatable, Sendable {
  /// The environment variable that sets it, if any.
  package var env: String?
  /// Its state when nothing sets it.
  package var isOnByDefault = false
  /// Environment variables that turn it on when all of them are set.
  package var onWith: [String] = []
}

/// Platforms that are added to lists in a fast run, when the environment asks for them.
package struct FastAddition: Equatable, Sendable {
  /// The environment variable that decides.
  package let variable: String
  /// The beginning of its value for which they are added.
  package let prefix: String
  /// The platforms by the name of the list.
  package let platforms: [String: [Platform]]

  /// Whether they are added when the variable has this value.
  package func applies(to value: String?) -> Bool { value?.utf8.starts(with: prefix.utf8) ?? false }
}

/// The content of release.json.
package struct ReleaseLayout: Sendable {
  package private(set) var name = ""
  package private(set) var platforms: [String: PlatformList] = [:]
  /// The platforms that replace the listed ones in a fast run.
  package private(set) var fast: [Platform]?
  /// More platforms of a fast run.
  package private(set) var fastWith: [FastAddition] = []
  /// Whether the platforms of the command line replace the lists instead of narrowing them.
  package private(set) var replacesPlatforms = false
  package private(set) var binaries: [String: [String]] = [:]
  /// The path of a built binary below the folder of binaries; on windows it gets ".exe" where it does not end so.
  package private(set) var binaryPath = Self.usualBinaryPath
  /// What systems and architectures are called, unless a layout has other words.
  package private(set) var naming = PlatformNaming()
  /// The variables of the environment that templates may name.
  package private(set) var environment: [String] = []
  package private(set) var archive = ArchiveSettings()
  package private(set) var flags: [String: LayoutFlag] = [:]
  /// The checksum files, each written or not by the rule of its form.
  package private(set) var checksums = ChecksumRule.usual
  /// Entries that stand here once for several layouts.
  package private(set) var sets = EntrySets()

  /// The flag that is on in a clean git tree; no layout declares it.
  package static let gitCleanFlag = "git-clean"

  /// "OS/ARCH/NAME", with a variant behind the architecture.
  package static let usualBinaryPath = Template(parts: [
    .variable(.os), .text("/"), .variable(.arch), .variable(.variant), .text("/"), .variable(.binary),
  ])

  /// The places of the names in the lists of binaries, and of the platforms in those of platforms, where each stands
  /// first.
  private var binaryOrigins: [String: RuleOrigin] = [:]
  private var platformOrigins: [Platform: RuleOrigin] = [:]

  static let keys = [
    "$schema", "extends", "name", "platforms", "fast", "fastWith", "override", "binaries", "binaryPath", "names",
    "environment",
    "archive", "flags", "checksums", "sets",
  ]
  static let fastAdditionKeys = ["variable", "prefix", "platforms"]
  static let flagKeys = ["env", "default", "onWith"]

  /// The defaults.
  init() {}

  init(_ field: LayoutField) {
    guard let object = field.object(Self.keys) else { return }
    name = object.required("name")?.onePart ?? ""
    let lists = object["platforms"]?.namedMembers ?? []
    for (key, field) in lists { field.notes.declare("list of platforms", key, at: field) }
    for (key, field) in lists { platforms[key] = Self.platformList(field) }
    fast = object["fast"]?.platforms
    for field in (lists.map(\.field) + [object["fast"]].compactMap { $0 }) where field.isArray {
      for element in field.elements ?? [] where element.isString {
        guard let platform = element.string.flatMap({ Platform($0) }), platformOrigins[platform] == nil else {
          continue
        }
        platformOrigins[platform] = element.origin
      }
    }
    if let field = object["fastWith"] {
      if object["fast"] == nil { field.refuse("is for fast runs, and there are no \"fast\" platforms") }
      fastWith = field.elements?.compactMap { fastAddition($0, lists: lists.map(\.key)) } ?? []
    }
    if let override = object["override"] { replacesPlatforms = Self.override(override) }
    for (key, field) in object["binaries"]?.namedMembers ?? [] { addBinaries(key, field) }
    environment = object["environment"]?.elements?.compactMap(\.environmentName) ?? []
    if let names = object["names"] { naming.override(with: names) }
    if let path = object["binaryPath"].flatMap(binaryPath) { binaryPath = path }
    if let archive = object["archive"] { self.archive.override(with: archive) }
    for (key, field) in object["flags"]?.namedMembers ?? [] { addFlag(key, field) }
    if let field = object["checksums"] {
      let names = LayoutNames(release: self, layouts: [], hasImages: false)
      // As a registry, a list is of all platforms and of no one image.
      checksums = ChecksumRule.rules(field, TemplateDecoder(names: names, hasPlatform: false, place: .registry))
    }
    if let sets = object["sets"] { self.sets = EntrySets(sets) }
  }

  /// The place in release.json where the binary is first named; nil where no list has it.
  package func origin(ofBinary name: String) -> RuleOrigin? { binaryOrigins[name] }

  /// The place in release.json where the platform is first named; nil where no list has it.
  package func origin(of platform: Platform) -> RuleOrigin? { platformOrigins[platform] }

  /// A warning for each platform that is not in Go's words and near to one that is.
  package var warningsOfPlatforms: [String] {
    let known = platformOrigins.compactMap { platform, origin in platform.near.map { (platform, origin, $0) } }
    return known.sorted { "\($0.0)" < "\($1.0)" }.map { platform, origin, near in
      "\(origin): \(platform) is not in Go's words\(didYouMean(quoted("\(near)")))"
    }
  }

  private mutating func addBinaries(_ list: String, _ field: LayoutField) {
    field.notes.declare("list of binaries", list, at: field)
    binaries[list] = field.elements?.compactMap { element in
      guard let name = element.onePart else { return nil }
      if binaryOrigins[name] == nil { binaryOrigins[name] = element.origin }
      return name
    }
  }

  /// The path of a binary, with {binary} in it.
  private func binaryPath(_ field: LayoutField) -> Template? {
    let names = LayoutNames(release: self, layouts: [], hasImages: false)
    let decoder = TemplateDecoder(names: names, hasPlatform: true, place: .binary)
    return decoder.value(field) { field in
      guard let path = decoder.path(field) else { return nil }
      if path.variables.contains(.binary) { return path }
      field.refuse("expected a path with {binary} in it, found \(field.found)")
      return nil
    }
  }

  private static func platformList(_ field: LayoutField) -> PlatformList? {
    if field.isString("present") { return .present }
    if field.isString {
      let near = Platform(field.string ?? "").map { "; an array names platforms: [\(quoted("\($0)"))]" } ?? ""
      field.refuse("expected \"present\" or an array of platforms, found \(field.found)\(near)")
      return nil
    }
    return field.platforms.map(PlatformList.listed)
  }

  private static func override(_ field: LayoutField) -> Bool {
    guard let text = field.string else { return false }
    if text != "replace" && text != "intersect" {
      field.refuse("expected \"intersect\" or \"replace\", found \(field.found)")
    }
    return text == "replace"
  }

  private func fastAddition(_ field: LayoutField, lists: [String]) -> FastAddition? {
    guard let object = field.object(Self.fastAdditionKeys) else { return nil }
    let variable = object.required("variable")?.environmentName
    let prefix = object.required("prefix")?.string
    if prefix?.isEmpty == true { object["prefix"]?.refuse("expected the beginning of a value, found nothing") }
    var added: [String: [Platform]] = [:]
    let byList = object.required("platforms")
    if byList?.isEmpty == true { byList?.refuse("expected platforms by the name of a list, found none") }
    for (name, field) in byList?.namedMembers ?? [] {
      if !lists.contains(name) {
        let near = didYouMean(name, in: lists.sorted())
        field.refuse("no list of platforms is named \(quoted(name))\(near)")
      } else if platforms[name] == .present {
        field.refuse("the list \(quoted(name)) is \"present\", which is the same in a fast run")
      }
      added[name] = field.platforms
      if field.isEmpty { field.refuse("expected platforms, found none") }
    }
    guard let variable, let prefix else { return nil }
    return FastAddition(variable: variable, prefix: prefix, platforms: added)
  }

  private mutating func addFlag(_ name: String, _ field: LayoutField) {
    field.notes.declare("flag", name, at: field)
    guard let object = field.object(Self.flagKeys) else { return }
    if name == Self.gitCleanFlag { field.refuse("the flag \(name) is built in") }
    var flag = LayoutFlag()
    flag.env = object["env"]?.environmentName
    if let field = object["default"], let text = field.string {
      if text != "y" && text != "n" { field.refuse("expected \"y\" or \"n\", found \(field.found)") }
      flag.isOnByDefault = text == "y"
    }
    flag.onWith = object["onWith"]?.elements?.compactMap(\.environmentName) ?? []
    flags[name] = flag
  }
}

extension LayoutField {
  /// The value as the name of an environment variable: not empty and without "=" and NUL, else nothing could set it.
  fileprivate var environmentName: String? {
    guard let name = string else { return nil }
    if !name.isEmpty && !name.utf8.contains(where: { $0 == UInt8(ascii: "=") || $0 == 0 }) { return name }
    refuse("expected the name of an environment variable, found \(found)")
    return nil
  }
}
