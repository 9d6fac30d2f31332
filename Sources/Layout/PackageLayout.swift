// The "package" of a layout: what a package says of itself, in each format that it is made in.

import Basics
import JSON

/// A text of a layout with its place.
package struct PlacedTemplate: Equatable, Sendable {
  package let template: Template
  package let origin: RuleOrigin
}

/// A pattern of a layout with its place.
package struct PlacedGlob: Equatable, Sendable {
  package let glob: Glob
  package let origin: RuleOrigin
}

/// A package of a layout in one format.
package struct PackageSettings: Sendable {
  package let format: PackageFormat
  package let origin: RuleOrigin
  package let name: String
  /// The name of the file.
  package let fileName: PlacedTemplate
  /// The version; nil for that of the release.
  package let version: PlacedTemplate?
  package let release: PlacedTemplate?
  package let epoch: UInt32?
  package let texts: [PackageText: PlacedTemplate]
  package let relations: [PackageRelation: [PlacedTemplate]]
  /// Paths of the source tree.
  package let scripts: [PackageScript: PlacedTemplate]
  package let marks: [PackageMark: [PlacedGlob]]
  /// Paths of files that the package owns and does not have.
  package let ghosts: [PlacedTemplate]
  /// Entries beside those of the layout.
  let entries: [LayoutEntry]

  /// The keys of "package" that an object for one format may have too; it has "entries" beside them.
  static let ownKeys =
    ["version", "release", "epoch", "scripts", "ghost"] + PackageText.allCases.map(\.rawValue)
    + PackageRelation.allCases.map(\.rawValue) + PackageMark.allCases.map(\.rawValue)
  /// The keys of "package".
  static let keys = ["name"] + ownKeys + PackageFormat.allCases.map(\.rawValue)
  static let scriptKeys = PackageScript.allCases.map(\.rawValue)

  /// The texts that a package of a format cannot be without.
  private static func wantedTexts(in format: PackageFormat) -> [PackageText] {
    switch format {
    case .deb: [.maintainer, .description]
    case .rpm: [.description, .license]
    }
  }

  /// Reads the packages of a layout: one for each format whose file name it has.
  static func read(_ layout: LayoutObject, _ field: LayoutField, _ names: LayoutNames) -> [PackageSettings] {
    guard let object = field.object(keys) else { return [] }
    let named = PackageFormat.allCases.filter { layout[$0.rawValue] != nil }
    for format in PackageFormat.allCases where layout[format.rawValue] == nil {
      object[format.rawValue]?.refuse("the layout makes no \(format.rawValue): it has no \(quoted(format.rawValue))")
    }
    if named.isEmpty { field.refuse("expected \"deb\" or \"rpm\" beside it, the name of the file to make") }
    return named.compactMap { PackageSettings($0, layout, object, names) }
  }

  private init?(_ format: PackageFormat, _ layout: LayoutObject, _ object: LayoutObject, _ names: LayoutNames) {
    let own = object[format.rawValue].flatMap { $0.object(Self.ownKeys + ["entries"]) }
    func field(_ key: String) -> LayoutField? { own?[key] ?? object[key] }
    let inPackage = TemplateDecoder(names: names, hasPlatform: true, place: .package)
    let inRelease = TemplateDecoder(names: names, hasPlatform: true)
    func placed(_ field: LayoutField?, _ read: (LayoutField) -> Template?) -> PlacedTemplate? {
      guard let field, let template = read(field) else { return nil }
      return PlacedTemplate(template: template, origin: field.origin)
    }
    self.format = format
    origin = object.field.origin
    version = placed(field("version"), inRelease.someText)
    release = placed(field("release"), inRelease.someText)
    epoch = field("epoch").flatMap { $0.integer(in: 0...Int64(Int32.max)) }.map { UInt32($0) }
    var texts: [PackageText: PlacedTemplate] = [:]
    for text in PackageText.allCases { texts[text] = placed(field(text.rawValue), inPackage.someText) }
    self.texts = texts
    var relations: [PackageRelation: [PlacedTemplate]] = [:]
    for relation in PackageRelation.allCases {
      relations[relation] = field(relation.rawValue)?.elements?.compactMap { placed($0, inPackage.someText) }
    }
    self.relations = relations
    var scripts: [PackageScript: PlacedTemplate] = [:]
    if let object = field("scripts")?.object(Self.scriptKeys) {
      for script in PackageScript.allCases { scripts[script] = placed(object[script.rawValue], inRelease.path) }
    }
    self.scripts = scripts
    var marks: [PackageMark: [PlacedGlob]] = [:]
    for mark in PackageMark.allCases {
      marks[mark] = field(mark.rawValue)?.elements?.compactMap { field in
        field.taking { try Glob($0) }.map { PlacedGlob(glob: $0, origin: field.origin) }
      }
    }
    self.marks = marks
    ghosts = field("ghost")?.elements?.compactMap { placed($0, inPackage.absolutePath) } ?? []
    let hasPlatform = layout["platforms"] != nil
    let reader = EntryReader(names: names, hasPlatform: hasPlatform, isOfPackages: true, format: format)
    entries = own?["entries"].map(reader.entries) ?? []
    for text in Self.wantedTexts(in: format) where field(text.rawValue) == nil {
      object.field.refuse("missing key \(quoted(text.rawValue)): a \(format.rawValue) needs it")
    }
    guard let nameField = object.required("name"), let name = nameField.string else { return nil }
    if let reason = format.reasonAgainst(name: name) { nameField.refuse("\(reason), found \(quoted(name))") }
    self.name = name
    guard let fileName = placed(layout[format.rawValue], inPackage.path) else { return nil }
    self.fileName = fileName
    if let field = layout[format.rawValue] { Self.check(fileName.template, format, at: field) }
  }

  private static func check(_ fileName: Template, _ format: PackageFormat, at field: LayoutField) {
    if fileName.text.utf8.contains(UInt8(ascii: "/")) { return field.refuse("expected a file name, without '/'") }
    let isNamed = Array(fileName.filled { _ in "x" }.utf8).count > format.suffix.utf8.count
    if isNamed && fileName.literalEnd.utf8.reversed().starts(with: format.suffix.utf8.reversed()) { return }
    field.refuse("expected a file name that ends in \(quoted(format.suffix)), found \(field.found)")
  }

  /// The templates that making it fills in, without those of its entries.
  package var templates: [Template] {
    let texts = texts.values.map(\.template) + relations.values.flatMap { $0 }.map(\.template)
    let own = [version?.template ?? Self.ownVersion, release?.template, fileName.template].compactMap { $0 }
    return own + scripts.values.map(\.template) + texts + ghosts.map(\.template)
  }

  /// The version of a package that sets none.
  package static let ownVersion = Template(variable: .version)
}
