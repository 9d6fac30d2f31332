// A JSON document of an image on its way to typed values: a field that is not what it should be is told with the file
// and the field's path.

import Archive
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
  /// The most items of a list, or members of an object, of which something is made each.
  private static let mostItems = 100_000

  package init(value: JSONValue, place: String, path: String = "") {
    self.value = value
    self.place = place
    self.path = path
  }

  /// The document that `bytes` spell. Throws `ImageError` with line and column.
  package init(reading bytes: [UInt8], place: String) throws(ImageError) {
    do throws(JSONError) {
      self.init(value: try JSONReader.read(bytes, mostValues: Self.mostValues), place: place)
    } catch {
      let position = "line \(error.position.line), column \(error.position.column)"
      throw ImageError(place, error.path, "\(position): \(error.reason)")
    }
  }

  /// The error that this field is wrong in the way that `reason` says.
  package func error(_ reason: String) -> ImageError { ImageError(place, path, reason) }

  /// The member at `key`; nil when it is missing or null. Throws `ImageError` for a key that engines read as this one.
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

  /// The member at `key`. Throws `ImageError` when it is missing.
  package func required(_ key: String) throws(ImageError) -> DocumentField {
    if let member = try member(key) { return member }
    throw ImageError(place, path(to: key), "missing")
  }

  /// The items of a list. Throws `ImageError` when there are more than `limit` of `what`.
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

  package func bool() throws(ImageError) -> Bool {
    guard case .bool(let bool) = value.kind else { throw error("expected true or false") }
    return bool
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
