// The config of an image: what it runs on, what it runs, the digests of its layers, and how they were made (OCI
// image-spec, config.md). Members that are not known here survive.

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
  private let history: ImageHistory
  /// The members of `config`.
  private let settingMembers: [(String, JSONLiteral)]

  /// The config that `document` spells; what its platform lacks is taken from `descriptor`, that of its image.
  package init(_ document: DocumentField, on descriptor: Platform? = nil) throws(ImageError) {
    platform = try PlatformWords(document).filled(from: descriptor, in: document.place)
    // An absent or null list is an empty one, as in Go; the manifest's number of layers is compared with it. A config
    // without rootfs is not that of an image (moby, image/image.go, `NewFromJSON`).
    let rootfs = try document.required("rootfs")
    if let type = try rootfs.member("type"), try type.string() != "layers" { throw type.error("expected \"layers\"") }
    var diffIDs: [ImageDigest] = []
    for field in try rootfs.member("diff_ids")?.elements(atMost: Manifest.mostLayers, of: "layers") ?? [] {
      diffIDs.append(try field.digest())
    }
    self.diffIDs = diffIDs
    history = try ImageHistory(of: document, layers: diffIDs.count)
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
    self.history = ImageHistory(layers: history, created: created)
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
  package func adding(
    layer diffID: ImageDigest, settings: ImageSettings, platform: Platform, created: Int64, createdBy: String
  ) -> ImageConfig {
    ImageConfig(
      base: self, platform: platform, settings: settings, diffIDs: diffIDs + [diffID],
      history: history.adding(createdBy, over: diffIDs.count, created: created), created: created)
  }

  private init(
    base: ImageConfig, platform: Platform, settings: ImageSettings, diffIDs: [ImageDigest], history: ImageHistory,
    created: Int64
  ) {
    self.platform = platform
    self.settings = settings
    self.diffIDs = diffIDs
    self.history = history
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
    return .object(members.setting("history", history.json))
  }

  /// The bytes of the document.
  var document: Document { Document(bytes: Array(json.text.utf8), mediaType: MediaType.config) }

  package static func == (first: ImageConfig, second: ImageConfig) -> Bool { first.json.text == second.json.text }

  private static func members(of field: DocumentField?) -> [(String, JSONLiteral)] {
    guard case .object(let members)? = field?.value.kind else { return [] }
    return members.map { ($0.key, JSONLiteral($0.value)) }
  }
}

/// How the layers of an image were made.
private struct ImageHistory: Sendable {
  /// Oldest first; nil when the config has none.
  private let items: [JSONLiteral]?
  /// The number of layers that the items are about: all layers or fewer, for other items say that they made none.
  private let layers: Int

  private init(items: [JSONLiteral]?, layers: Int) { (self.items, self.layers) = (items, layers) }

  /// The history of the config `document`, which has `layers` layers.
  init(of document: DocumentField, layers: Int) throws(ImageError) {
    guard let field = try document.member("history") else {
      self.init(items: nil, layers: 0)
      return
    }
    let items = try field.presentElements()
    var count = 0
    for item in items where try item.member("empty_layer")?.bool() != true { count += 1 }
    if count > layers { throw field.error("tells of \(count) layers, rootfs.diff_ids of \(layers)") }
    self.init(items: items.isEmpty ? nil : items.map { JSONLiteral($0.value) }, layers: count)
  }

  /// A history of one item a layer, what made each.
  init(layers: [String], created: Int64) {
    self.init(items: layers.map { Self.item(created: created, createdBy: $0) }, layers: layers.count)
  }

  /// The history with the item of one more layer over `count` layers.
  ///
  /// Where it has fewer items than layers, the lowest layers get items: what docker adds to a base without a history is
  /// about the uppermost layers. Items without a time get that of the image: `umoci stat` fails on them, and no engine
  /// loads an image whose history has something else than a time there.
  func adding(_ createdBy: String, over count: Int, created: Int64) -> ImageHistory {
    let missing = max(0, count - layers)
    let lowest = [JSONLiteral](repeating: Self.item(created: created, createdBy: "base"), count: missing)
    let known = (items ?? []).map { Self.timed($0, created) }
    return ImageHistory(
      items: lowest + known + [Self.item(created: created, createdBy: createdBy)], layers: count + 1)
  }

  var json: JSONLiteral? { items.map(JSONLiteral.array) }

  private static func item(created: Int64, createdBy: String) -> JSONLiteral {
    .object([("created", .string("\(UTCTime(epoch: created))")), ("created_by", .string(createdBy))])
  }

  /// `item` with the time `created` unless it has one.
  private static func timed(_ item: JSONLiteral, _ created: Int64) -> JSONLiteral {
    guard case .object(let members) = item else { return item }
    if case .string(let text)? = members.first(where: { $0.0 == "created" })?.1, isTime(text) { return item }
    return .object(members.setting("created", .string("\(UTCTime(epoch: created))")))
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

/// Whether Go, with which engines read documents, takes `text` for a time (time, `parseStrictRFC3339`): RFC 3339,
/// section 5.6, with "T" and "Z" in capitals and no leap seconds.
private func isTime(_ text: String) -> Bool {
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

/// The number that `digits` spell; they were found to be digits.
private func number(_ digits: ArraySlice<UInt8>) -> Int { Int(decimal(digits) ?? 0) }

private func daysOfMonth(_ month: Int, in year: Int) -> Int {
  let isLeapYear = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
  return switch month {
  case 2: isLeapYear ? 29 : 28
  case 4, 6, 9, 11: 30
  default: 31
  }
}
