// The config of an image: what it runs on, what it runs, and the digests of its layers (OCI image-spec, config.md).
// Fields that are not known here survive.

package import Basics
package import JSON

/// The config of an image.
package struct ImageConfig: Equatable, Sendable {
  package private(set) var platform: Platform
  /// Digests of the uncompressed layers, lowest first.
  package let diffIDs: [ImageDigest]
  package let settings: ImageSettings
  /// The document's members, in order.
  private let members: [(String, JSONLiteral)]
  /// The items of the history, oldest first; nil when it has none.
  private let history: [JSONLiteral]?
  /// How many layers the history tells of, all or fewer.
  private let toldLayers: Int
  /// The members of `config`.
  private let settingMembers: [(String, JSONLiteral)]

  /// The config that `document` spells, what its platform lacks taken from `descriptor`, that of its image.
  ///
  /// Throws `ImageError`.
  package init(_ document: DocumentField, on descriptor: Platform? = nil) throws(ImageError) {
    platform = try PlatformWords(document).filled(from: descriptor, in: document.place)
    // A list that is absent or null tells of no layers, as to Go; that a manifest has as many is compared. Without rootfs
    // it is no config of an image (moby, image/image.go, `NewFromJSON`).
    let rootfs = try document.required("rootfs")
    if let type = try rootfs.member("type"), try type.string() != "layers" { throw type.error("expected \"layers\"") }
    var diffIDs: [ImageDigest] = []
    for field in try rootfs.member("diff_ids")?.elements(atMost: Manifest.mostLayers, of: "layers") ?? [] {
      diffIDs.append(try field.digest())
    }
    self.diffIDs = diffIDs
    (history, toldLayers) = try Self.history(document, layers: diffIDs.count)
    let config = try document.member("config")
    settings = try config.map { config throws(ImageError) in try ImageSettings(config) } ?? ImageSettings()
    try document.check(.config)
    try document.checkTwinKeys()
    settingMembers = Self.members(of: config)
    members = Self.members(of: document)
  }

  /// A config without a base: `history` is one item per layer.
  package init(platform: Platform, settings: ImageSettings, diffIDs: [ImageDigest], created: Int64, history: [String]) {
    self.platform = platform
    self.settings = settings
    self.diffIDs = diffIDs
    self.history = history.map { Self.item(created: created, createdBy: $0) }
    toldLayers = history.count
    settingMembers = []
    members = [("created", .string("\(UTCTime(epoch: created))"))]
  }

  /// This config for `platform`.
  func on(_ platform: Platform) -> ImageConfig {
    var config = self
    config.platform = platform
    return config
  }

  /// This config with one more layer, other settings and another platform, made at `created`.
  ///
  /// A history that tells of fewer layers than there are is filled up in front: what docker adds to a base without a
  /// history tells of the uppermost layers. All items have a time, those of the base that tell none that of the image:
  /// `umoci stat` fails on one without, and no engine loads an image with a text that is none.
  package func adding(
    layer diffID: ImageDigest, settings: ImageSettings, platform: Platform, created: Int64, createdBy: String
  ) -> ImageConfig {
    let missing = max(0, diffIDs.count - toldLayers)
    let untold = [JSONLiteral](repeating: Self.item(created: created, createdBy: "base"), count: missing)
    let told = (history ?? []).map { Self.timed($0, created) }
    return ImageConfig(
      base: self, platform: platform, settings: settings, diffIDs: diffIDs + [diffID],
      history: untold + told + [Self.item(created: created, createdBy: createdBy)], created: created)
  }

  /// The item of a history, with a time if it has none.
  private static func timed(_ item: JSONLiteral, _ created: Int64) -> JSONLiteral {
    guard case .object(let members) = item else { return item }
    if case .string(let text)? = members.first(where: { $0.0 == "created" })?.1, isTime(text) { return item }
    return .object(members.setting("created", .string("\(UTCTime(epoch: created))")))
  }

  private init(
    base: ImageConfig, platform: Platform, settings: ImageSettings, diffIDs: [ImageDigest], history: [JSONLiteral],
    created: Int64
  ) {
    self.platform = platform
    self.settings = settings
    self.diffIDs = diffIDs
    self.history = history
    toldLayers = diffIDs.count
    settingMembers = base.settingMembers
    members = base.members.setting("created", .string("\(UTCTime(epoch: created))"))
  }

  /// The document as it is written.
  package var json: JSONLiteral {
    var members = members.setting("architecture", .string(platform.architecture))
    members = members.setting("os", .string(platform.os))
    members = members.setting("variant", platform.variant.map(JSONLiteral.string))
    members = members.setting("config", .object(settings.members(over: settingMembers)))
    members = members.setting(
      "rootfs", .object([("type", .string("layers")), ("diff_ids", .array(diffIDs.map { .string("\($0)") }))]))
    return .object(members.setting("history", history.map(JSONLiteral.array)))
  }

  package static func == (first: ImageConfig, second: ImageConfig) -> Bool { first.json.text == second.json.text }

  private static func item(created: Int64, createdBy: String) -> JSONLiteral {
    .object([("created", .string("\(UTCTime(epoch: created))")), ("created_by", .string(createdBy))])
  }

  private static func members(of field: DocumentField?) -> [(String, JSONLiteral)] {
    guard case .object(let members)? = field?.value.kind else { return [] }
    return members.map { ($0.key, JSONLiteral($0.value)) }
  }

  /// A history, and how many layers it tells of: it has at most one item per layer beside those that say they are empty.
  private static func history(
    _ document: DocumentField, layers: Int
  ) throws(ImageError) -> (items: [JSONLiteral]?, layers: Int) {
    guard let field = try document.member("history") else { return (nil, 0) }
    let items = try field.presentElements()
    var count = 0
    for item in items where try item.member("empty_layer")?.bool() != true { count += 1 }
    if count > layers { throw field.error("tells of \(count) layers, rootfs.diff_ids of \(layers)") }
    return (items.isEmpty ? nil : items.map { JSONLiteral($0.value) }, count)
  }
}

extension [(String, JSONLiteral)] {
  /// The members with `key` set to `value`, in its place or at the end; nil takes it out.
  func setting(_ key: String, _ value: JSONLiteral?) -> Self {
    guard let index = firstIndex(where: { $0.0 == key }) else { return value.map { self + [(key, $0)] } ?? self }
    var members = self
    if let value { members[index].1 = value } else { members.remove(at: index) }
    return members
  }
}

// Times in documents, as Go reads them: an image whose history has another text for one is loaded by no engine.

/// Whether `text` is a time to Go (time, `parseStrictRFC3339`): RFC 3339, section 5.6, with "T" and "Z" in capitals and no
/// leap seconds.
func isTime(_ text: String) -> Bool {
  let bytes = Array(text.utf8)
  let clock = Array("0000-00-00T00:00:00".utf8)
  guard bytes.count > clock.count, hasForm(bytes.prefix(clock.count), clock) else { return false }
  let day = number(bytes[8..<10])
  guard (1...12).contains(number(bytes[5..<7])), day >= 1,
    day <= daysOfMonth(number(bytes[5..<7]), in: number(bytes[0..<4])),
    number(bytes[11..<13]) < 24, number(bytes[14..<16]) < 60, number(bytes[17..<19]) < 60
  else { return false }
  var zone = bytes[clock.count...]
  if zone.first == UInt8(ascii: ".") {
    let fraction = zone.dropFirst().prefix(while: \.isDigit)
    if fraction.isEmpty { return false }
    zone = zone[fraction.endIndex...]
  }
  if zone.elementsEqual("Z".utf8) { return true }
  return hasForm(zone, Array("+00:00".utf8)) && number(zone.dropFirst().prefix(2)) < 24 && number(zone.suffix(2)) < 60
}

/// Whether `bytes` are as many as `form` has, with a digit for each digit, a sign for a plus, and all else the same.
private func hasForm(_ bytes: ArraySlice<UInt8>, _ form: [UInt8]) -> Bool {
  bytes.count == form.count
    && zip(bytes, form).allSatisfy { byte, wanted in
      switch wanted {
      case UInt8(ascii: "0"): byte.isDigit
      case UInt8(ascii: "+"): byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
      default: byte == wanted
      }
    }
}

/// The number that `digits`, at most four of them, spell.
private func number(_ digits: ArraySlice<UInt8>) -> Int {
  digits.reduce(0) { $0 * 10 + Int($1) - Int(UInt8(ascii: "0")) }
}

private func daysOfMonth(_ month: Int, in year: Int) -> Int {
  let isLeapYear = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
  return switch month {
  case 2: isLeapYear ? 29 : 28
  case 4, 6, 9, 11: 30
  default: 31
  }
}
