// A JSON document of an image on its way to typed values. An error about a field names the file and the field's path.

import Basics
package import JSON

/// A value of a document, with its place.
package struct DocumentField: Sendable {
  package let value: JSONValue
  /// The file, for messages.
  package let place: String
  /// The way to the value, such as "layers[1].digest".
  package let path: String

  /// The most values of one document; as a tree they take less than 200 MiB.
  private static let mostValues = 1_000_000
  /// The most items of a list, or members of an object, that are read one by one.
  private static let mostItems = 100_000

  package init(value: JSONValue, place: String, path: String = "") {
    self.value = value
    self.place = place
    self.path = path
  }

  /// The document that `bytes` spell; an error says line and column.
  package init(reading bytes: [UInt8], place: String) throws(ImageError) {
    do throws(JSONError) {
      self.init(value: try JSONReader.read(bytes, mostValues: Self.mostValues), place: place)
    } catch {
      let position = "line \(error.position.line), column \(error.position.column)"
      throw ImageError(place, error.path, "\(position): \(error.reason)")
    }
  }

  /// The place of a blob that this field names.
  var blobPlace: FieldPlace { FieldPlace(place: place, field: path) }

  /// The error that this field is wrong in the way that `reason` says.
  package func error(_ reason: String) -> ImageError { ImageError(place, path, reason) }

  /// The member at `key`; nil when it is missing or null. Throws also for a key that engines would read as this one.
  package func member(_ key: String) throws(ImageError) -> DocumentField? {
    guard case .object(let members) = value.kind else { throw error("expected an object") }
    var found: JSONValue?
    for member in members {
      if member.key.utf8.elementsEqual(key.utf8) {
        found = member.value
      } else if member.key.isTwin(of: key) {
        let reason = "expected the key \(quoted(key)), found \(quoted(member.key)): engines read it as that"
        throw ImageError(place, path(to: key), reason)
      }
    }
    guard let found, found.kind != .null else { return nil }
    return DocumentField(value: found, place: place, path: path(to: key))
  }

  /// The member at `key`, which must be there.
  package func required(_ key: String) throws(ImageError) -> DocumentField {
    if let member = try member(key) { return member }
    throw ImageError(place, path(to: key), "missing")
  }

  /// The items of a list, at most `limit`; `what` names them in the error.
  package func elements(
    atMost limit: Int = mostItems, of what: String = "items"
  ) throws(ImageError) -> [DocumentField] {
    guard case .array(let values) = value.kind else { throw error("expected an array") }
    if values.count > limit { throw error("more than \(limit) \(what)") }
    return values.enumerated().map { DocumentField(value: $1, place: place, path: "\(path)[\($0)]") }
  }

  /// The items of a list that are not null.
  package func presentElements() throws(ImageError) -> [DocumentField] {
    try elements().filter { $0.value.kind != .null }
  }

  /// The members of an object that are not null.
  package func members() throws(ImageError) -> [(key: String, field: DocumentField)] {
    guard case .object(let members) = value.kind else { throw error("expected an object") }
    if members.count > Self.mostItems { throw error("more than \(Self.mostItems) members") }
    return members.filter { $0.value.kind != .null }.map {
      ($0.key, DocumentField(value: $0.value, place: place, path: path(to: $0.key)))
    }
  }

  /// The path of the member at `key`.
  func path(to key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// A text.
  package func string() throws(ImageError) -> String {
    guard case .string(let string) = value.kind else { throw error("expected a string") }
    return string
  }

  /// A whole number of bytes, not negative.
  package func size() throws(ImageError) -> Int64 {
    guard case .number(let text) = value.kind, let size = Int64(text), size >= 0 else {
      throw error("expected a number of bytes")
    }
    return size
  }

  /// The digest of a blob.
  package func digest() throws(ImageError) -> ImageDigest {
    let text = try string()
    if let digest = ImageDigest(text) { return digest }
    throw error("expected \"sha256:\" and 64 lower-case hexadecimal digits, found \(quoted(text))")
  }

  /// A whole number, as Go reads one: without a point or an exponent.
  func integer() throws(ImageError) -> Int64 {
    guard case .number(let text) = value.kind, let number = Int64(text) else { throw error("expected a whole number") }
    return number
  }

  /// True or false.
  package func bool() throws(ImageError) -> Bool {
    guard case .bool(let bool) = value.kind else { throw error("expected true or false") }
    return bool
  }
}

// What types engines want of fields. Fields that kpack only carries along are checked too: a base whose config has a
// field of another type would make an image that no engine loads. OCI image-spec, config.md, descriptor.md,
// manifest.md; moby, image-spec v1.2, api/types/container (`Config`) and image/image.go (`V1Image`).

/// The type of a field. Null and absence are allowed everywhere.
indirect enum FieldType: Sendable {
  /// Not checked here, but where the field is read.
  case any
  case string, bool, integer
  case list(FieldType)
  /// An object with any keys.
  case map(FieldType)
  /// An object with these fields; others are not checked.
  case object([(key: String, type: FieldType)])

  private static let strings = list(.string)
  private static let keys = map(.object([]))

  static let config = object([
    ("created", .any), ("author", .string), ("os.features", strings), ("config", settings),
    ("history", .list(historyItem)), ("docker_version", .string), ("container", .string),
    ("container_config", settings), ("parent", .string), ("id", .string), ("comment", .string), ("Size", .integer),
  ])

  private static let historyItem = object([
    // A text that is not a time is replaced.
    ("created", .any), ("created_by", .string), ("comment", .string), ("author", .string), ("empty_layer", .bool),
  ])

  private static let settings = object([
    ("Env", strings), ("Cmd", strings), ("Entrypoint", strings), ("WorkingDir", .string), ("User", .string),
    ("Labels", .map(.string)), ("OnBuild", strings), ("Shell", strings), ("ExposedPorts", keys), ("Volumes", keys),
    ("StopSignal", .string), ("StopTimeout", .integer), ("Healthcheck", healthcheck), ("ArgsEscaped", .bool),
    ("Hostname", .string), ("Domainname", .string), ("Image", .string), ("MacAddress", .string),
    ("AttachStdin", .bool), ("AttachStdout", .bool), ("AttachStderr", .bool), ("Tty", .bool), ("OpenStdin", .bool),
    ("StdinOnce", .bool), ("NetworkDisabled", .bool), ("Memory", .integer), ("MemorySwap", .integer),
    ("CpuShares", .integer),
  ])

  private static let healthcheck = object([
    ("Test", strings), ("Interval", .integer), ("Timeout", .integer), ("StartPeriod", .integer),
    ("StartInterval", .integer), ("Retries", .integer),
  ])

  static let descriptor = object([
    ("artifactType", .string), ("urls", strings), ("data", .any), ("platform", .object([("os.features", strings)])),
  ])

  /// An item of manifest.json (moby, daemon/internal/image/tarexport, `manifestItem`).
  static let item = object([
    ("Config", .string), ("RepoTags", .any), ("Layers", strings), ("Parent", .string),
    ("LayerSources", .map(descriptor)),
  ])

  /// What manifests and indexes have in common.
  static let manifest = object([("artifactType", .string), ("subject", descriptor), ("annotations", .map(.string))])
}

extension DocumentField {
  /// Throws unless the field, which is not null, and all below it are of `type`.
  func check(_ type: FieldType) throws(ImageError) {
    switch type {
    case .any: break
    case .string: _ = try string()
    case .bool: _ = try bool()
    case .integer: _ = try integer()
    case .list(let type): for element in try presentElements() { try element.check(type) }
    case .map(let type): for (_, field) in try members() { try field.check(type) }
    case .object(let fields):
      guard case .object(_) = value.kind else { throw error("expected an object") }
      for (key, type) in fields { try member(key)?.check(type) }
    }
  }
}

// Keys that differ only in case are two keys to kpack, but one to Go's encoding/json, with which engines read
// documents: there the last one wins. An engine would load another image from such a document than kpack read.

extension DocumentField {
  /// The objects whose keys are data and not names of fields: Go keeps them as they are.
  private static let maps: Set<String> = ["annotations", "Labels", "Volumes", "ExposedPorts"]

  /// Throws when an object, here or anywhere below, has two keys that differ only in case. What is in the member
  /// `skipped` is not looked at.
  func checkTwinKeys(except skipped: String? = nil) throws(ImageError) {
    switch value.kind {
    case .null, .bool, .number, .string: return
    case .array(let values):
      for (index, value) in values.enumerated() where value.isContainer {
        try DocumentField(value: value, place: place, path: "\(path)[\(index)]").checkTwinKeys()
      }
    case .object(let members):
      var keys: Set<FoldedKey> = []
      for member in members {
        let (isNew, other) = keys.insert(FoldedKey(key: member.key))
        if !isNew {
          throw error("has the keys \(quoted(other.key)) and \(quoted(member.key)), which engines read as one")
        }
        guard member.value.isContainer, member.key != skipped, !Self.maps.contains(member.key) else { continue }
        try DocumentField(value: member.value, place: place, path: path(to: member.key)).checkTwinKeys()
      }
    }
  }
}

extension String {
  /// Whether Go takes this key for the field `name`, which is ASCII.
  func isTwin(of name: String) -> Bool {
    // A letter that folds to ASCII has as many bytes or more.
    utf8.count >= name.utf8.count && FoldedKey(key: self) == FoldedKey(key: name)
  }
}

/// A key as Go compares it with the names of fields (encoding/json, fold.go, `foldName`): without case, and with two
/// letters beyond ASCII that fold to ASCII ones.
private struct FoldedKey: Hashable {
  let key: String

  static func == (left: FoldedKey, right: FoldedKey) -> Bool {
    left.key.unicodeScalars.lazy.map(folded).elementsEqual(right.key.unicodeScalars.lazy.map(folded))
  }

  func hash(into hasher: inout Hasher) {
    for scalar in key.unicodeScalars { hasher.combine(folded(scalar)) }
  }
}

private func folded(_ scalar: Unicode.Scalar) -> UInt32 {
  switch scalar {
  case "A"..."Z": scalar.value + 0x20
  // LATIN SMALL LETTER LONG S and KELVIN SIGN
  case "\u{17F}": 0x73
  case "\u{212A}": 0x6B
  default: scalar.value
  }
}

extension JSONValue {
  fileprivate var isContainer: Bool {
    switch kind {
    case .array, .object: true
    case .null, .bool, .number, .string: false
    }
  }
}

extension JSONLiteral {
  /// The value as it was read: numbers keep their text, members their order.
  init(_ value: JSONValue) {
    switch value.kind {
    case .null: self = .null
    case .bool(let bool): self = .bool(bool)
    case .number(let text): self = .number(text)
    case .string(let string): self = .string(string)
    case .array(let values): self = .array(values.map { JSONLiteral($0) })
    case .object(let members): self = .object(members.map { ($0.key, JSONLiteral($0.value)) })
    }
  }
}
