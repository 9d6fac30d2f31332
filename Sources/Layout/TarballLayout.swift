// A layout file: the name of an archive, its platforms, and the entries that fill it; or those of packages, or of a binary,
// which is shipped as it is.

import Archive
import Basics
import JSON

/// The layout of a tarball, or of packages, or of a binary: one entry, whose file is the artifact.
package struct TarballLayout: Sendable {
  /// The name of the layout file without ".json".
  package let name: String
  package let origin: RuleOrigin
  /// The name of the archive; of packages, that of the first.
  package let fileName: Template
  /// The place where the name is set.
  package let fileNameOrigin: RuleOrigin
  /// The platforms that it is made for, with one archive for each; nil for a single archive.
  package let platforms: PlatformSelector?
  package let condition: Condition?
  /// The folder of the stage that its entries go into: its own name, unless it names another.
  package let stage: String
  /// Whether its entries are put into the stage.
  package let isStaged: Bool
  /// Whether it may be empty.
  package let isOptional: Bool
  package let settings: ArchiveSettings
  /// What systems and architectures are called in its templates.
  package let naming: PlatformNaming
  /// What it holds; some entries are in packages of one format alone.
  package let entries: [LayoutEntry]
  /// Whether the one file that the entries bring is shipped as it is.
  package let isBinary: Bool
  /// The packages that it makes, one a format; none for a tarball.
  package let packages: [PackageSettings]

  /// Whether it makes packages.
  package var isOfPackages: Bool { !packages.isEmpty }

  static let packageKeys = ["$schema", "package", "deb", "rpm", "platforms", "when", "archive", "entries"]
  static let keys = ["$schema", "tarball", "platforms", "when", "stage", "optional", "archive", "names", "entries"]
  static let binaryKeys = ["$schema", "binary", "file", "platforms", "when", "mode", "names"]

  init?(_ field: LayoutField, name: String, release: ReleaseLayout, names: LayoutNames) {
    isBinary = field.isObject(withAnyOf: ["binary"])
    let isOfPackages = !isBinary && field.isObject(withAnyOf: ["package", "deb", "rpm"])
    let keys = isBinary ? Self.binaryKeys : isOfPackages ? Self.packageKeys : Self.keys
    guard let object = field.object(keys) else { return nil }
    let hasPlatform = isBinary ? object.required("platforms") != nil : object["platforms"] != nil
    let template = TemplateDecoder(names: names, hasPlatform: hasPlatform)
    var settings = release.archive
    if isBinary { settings.forgetArchive() }
    if let archive = object["archive"] { settings.override(with: archive) }
    self.name = name
    origin = field.origin
    platforms = object["platforms"].flatMap { $0.platformSelector(names) }
    condition = object["when"].flatMap { Condition($0, names) }
    isOptional = object["optional"]?.bool ?? false
    let stage = object["stage"]
    isStaged = !isBinary && !isOfPackages && stage?.value.kind != .bool(false)
    self.stage = isStaged ? stage.flatMap(Self.stage) ?? name : name
    self.settings = settings
    var naming = release.naming
    if let names = object["names"] { naming.override(with: names) }
    self.naming = naming
    packages =
      isOfPackages ? object.required("package").map { PackageSettings.read(object, $0, names) } ?? [] : []
    let key = isBinary ? "file" : "tarball"
    let named: Template?
    if isBinary {
      entries = object["binary"].flatMap { Self.entry($0, mode: object["mode"], names) }.map { [$0] } ?? []
      named = object.required(key).flatMap(template.name)
    } else {
      let reader = EntryReader(names: names, hasPlatform: hasPlatform, isOfPackages: isOfPackages)
      entries = (object.required("entries").map(reader.entries) ?? []) + packages.flatMap(\.entries)
      if isOfPackages {
        for key in ["root", "owner"] {
          object["archive"]?.anyObject?[key]?.refuse("a package has names from the root on, and owners by \"owner\"")
        }
        guard let first = packages.first?.fileName else { return nil }
        (fileName, fileNameOrigin) = (first.template, first.origin)
        return
      }
      named = object.required(key).flatMap { field in
        template.value(field) { field in
          let name = template.path(field)
          if let name { Self.check(name, at: field) }
          return name
        }
      }
    }
    guard let fileName = named else { return nil }
    self.fileName = fileName
    fileNameOrigin = object[key]?.origin ?? field.origin
  }

  /// The entry that brings the binary that `field` names, with `mode` or 0755.
  private static func entry(_ field: LayoutField, mode: LayoutField?, _ names: LayoutNames) -> LayoutEntry? {
    guard let name = field.onePart else { return nil }
    let place = field.value.position
    func member(_ key: String, _ value: JSONValue) -> JSONMember {
      JSONMember(key: key, keyPosition: place, value: value)
    }
    let binary = JSONValue(position: place, kind: .string(name))
    let members = [
      member("binaries", JSONValue(position: place, kind: .array([binary]))),
      member("mode", mode?.value ?? JSONValue(position: place, kind: .string("0755"))),
    ]
    let entry = JSONValue(position: place, kind: .object(members))
    let reader = EntryReader(names: names, hasPlatform: true)
    return reader.entry(LayoutField(value: entry, file: field.file, path: "", notes: field.notes))
  }

  /// The name of the folder in the stage that `field` gives.
  private static func stage(_ field: LayoutField) -> String? {
    guard field.isString, let name = field.onePart else {
      if !field.isString { field.refuse("expected the name of a folder, or false, found \(field.found)") }
      return nil
    }
    // Names with a dot before them are those of runs at work.
    if LayoutName.isValid(name) && name.utf8.first != UInt8(ascii: ".") { return name }
    field.refuse("expected a name of letters, digits, '_', '-' and within it '.', found \(field.found)")
    return nil
  }

  /// Notes a mistake unless the name ends in an archive suffix without variables: it is the same on all platforms.
  private static func check(_ fileName: Template, at field: LayoutField) {
    if fileName.text.utf8.contains(UInt8(ascii: "/")) { return field.refuse("expected a file name, without '/'") }
    // A letter takes the place of each variable.
    let name = Array(fileName.filled { _ in "x" }.utf8)
    let end = Array(fileName.literalEnd.utf8)
    if ArchiveFormat(fileName: name) != nil && ArchiveFormat.hasSuffix(end) { return }
    let wanted = ArchiveFormat.suffixes.map { "\"\($0)\"" }
    let all = "\(wanted.dropLast().joined(separator: ", ")) or \(wanted.last ?? "")"
    field.refuse("expected a file name that ends in \(all), found \(field.found)")
  }
}
