// A tarball's layout file: the name of the archive, its platforms, and the rules that fill it.

import Image

/// A tarball's layout.
package struct TarballLayout: Sendable {
  /// The name of the layout file without ".json".
  package let name: String
  package let origin: RuleOrigin
  /// The name of the archive.
  package let fileName: Template
  /// Where the name is said.
  package let fileNameOrigin: RuleOrigin
  /// The platforms that it is made for, one archive each; nil for one archive in all.
  package let platforms: PlatformSelector?
  package let condition: Condition?
  package let settings: ArchiveSettings
  package let rules: [EntryRule]

  private static let keys = ["$schema", "tarball", "platforms", "when", "archive", "entries"]

  init?(_ field: LayoutField, name: String, release: ReleaseLayout, names: LayoutNames) {
    guard let object = field.object(Self.keys) else { return nil }
    let decoder = EntryRuleDecoder(names: names, hasPlatform: object["platforms"] != nil)
    let template = TemplateDecoder(names: names, hasPlatform: decoder.hasPlatform)
    var settings = release.archive
    if let archive = object["archive"] { settings.override(with: archive) }
    self.name = name
    origin = field.origin
    platforms = object["platforms"].flatMap { Self.platforms($0, names) }
    condition = object["when"].flatMap { Packaging.condition($0, names) }
    self.settings = settings
    rules = object.required("entries")?.elements?.compactMap(decoder.decode) ?? []
    guard let fileName = object.required("tarball").flatMap(template.path) else { return nil }
    if fileName.text.utf8.contains(UInt8(ascii: "/")) { object["tarball"]?.refuse("expected a file name, without '/'") }
    self.fileName = fileName
    fileNameOrigin = object["tarball"]?.origin ?? field.origin
  }

  private static func platforms(_ field: LayoutField, _ names: LayoutNames) -> PlatformSelector? {
    if field.isArray {
      return field.platforms.map { .patterns($0.compactMap { PlatformPattern($0.description) }) }
    }
    return field.string.map { name in
      names.check("list of platforms", name, in: names.platforms, at: field)
      return .list(name)
    }
  }
}
