// A tarball's layout file: the name of the archive, its platforms, and the rules that fill it.

import Archive
import Basics

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

  static let keys = ["$schema", "tarball", "platforms", "when", "archive", "entries"]

  init?(_ field: LayoutField, name: String, release: ReleaseLayout, names: LayoutNames) {
    guard let object = field.object(Self.keys) else { return nil }
    let decoder = EntryRuleDecoder(names: names, hasPlatform: object["platforms"] != nil)
    let template = TemplateDecoder(names: names, hasPlatform: decoder.hasPlatform)
    var settings = release.archive
    if let archive = object["archive"] { settings.override(with: archive) }
    self.name = name
    origin = field.origin
    platforms = object["platforms"].flatMap { $0.platformSelector(names) }
    condition = object["when"].flatMap { Layout.condition($0, names) }
    self.settings = settings
    rules = object.required("entries")?.elements?.compactMap(decoder.decode) ?? []
    guard let fileName = object.required("tarball").flatMap(template.path) else { return nil }
    if let field = object["tarball"] { Self.check(fileName, at: field) }
    self.fileName = fileName
    fileNameOrigin = object["tarball"]?.origin ?? field.origin
  }

  /// A name that does not say what the file is, or that may say something else on another platform, is a mistake.
  private static func check(_ fileName: Template, at field: LayoutField) {
    if fileName.text.utf8.contains(UInt8(ascii: "/")) { return field.refuse("expected a file name, without '/'") }
    // Each variable stands for a letter.
    let name = Array(fileName.filled { _ in "x" }.utf8)
    let end = Array(fileName.literalEnd.utf8)
    if ArchiveFormat(fileName: name) != nil && ArchiveFormat.hasSuffix(end) { return }
    let suffixes = ArchiveFormat.suffixes.map { "\"\($0)\"" }
    let wanted = suffixes.dropLast().joined(separator: ", ") + " or \(suffixes.last.orEmpty)"
    field.refuse("expected a file name that ends in \(wanted), found \(field.found)")
  }

  /// The layer of an image, made by `rules`: no root folder, 0:0, the release's time.
  package init(layerOf image: ImageRule, rules: [EntryRule], release: ReleaseLayout) {
    var settings = ArchiveSettings()
    settings.mtime = release.archive.mtime
    (name, origin, fileName, fileNameOrigin) = (image.name, image.origin, .empty, image.origin)
    (platforms, condition) = (nil, nil)
    (self.settings, self.rules) = (settings, rules)
  }
}

extension LayoutField {
  /// The value as the name of a list of platforms, or as an array of platforms.
  func platformSelector(_ names: LayoutNames) -> PlatformSelector? {
    if isArray { return platforms.map { .patterns($0.compactMap { PlatformPattern($0.description) }) } }
    return string.map { name in
      names.check("list of platforms", name, in: names.platforms, at: self)
      return .list(name)
    }
  }
}
