// A JSON document as a tree of values that know where they stand in it, so that a message about any of them can name
// the place.

/// A place in a JSON document.
package struct JSONPosition: Hashable, Sendable {
  /// Counted from 1; a line ends at a line feed.
  package let line: Int
  /// Counted from 1, in Unicode scalars; a byte order mark counts for nothing.
  package let column: Int
  /// Which of several documents it is in, where their values are put together; 0 where nobody asks.
  package let document: Int

  package init(line: Int, column: Int, document: Int = 0) {
    self.line = line
    self.column = column
    self.document = document
  }
}

/// One member of a JSON object.
package struct JSONMember: Equatable, Sendable {
  /// The key with its escapes resolved, not normalized: compare its `utf8`, since `==` takes NFC and NFD for equal.
  package let key: String
  /// Where the key's opening quote stands.
  package let keyPosition: JSONPosition
  package let value: JSONValue

  package init(key: String, keyPosition: JSONPosition, value: JSONValue) {
    self.key = key
    self.keyPosition = keyPosition
    self.value = value
  }
}

/// One JSON value with all that is below it.
package struct JSONValue: Equatable, Sendable {
  /// What a value is (RFC 8259, section 3).
  package enum Kind: Equatable, Sendable {
    case null
    case bool(Bool)
    /// The number as written, of any size and precision: the reader of the tree says which numbers it takes.
    case number(String)
    /// The string with its escapes resolved; `\u0000` is allowed in JSON, so it may hold NUL.
    case string(String)
    case array([JSONValue])
    /// The members in the order of the document; no two have a key of the same bytes.
    case object([JSONMember])
  }

  /// Where the value's first character stands.
  package let position: JSONPosition
  package let kind: Kind

  package init(position: JSONPosition, kind: Kind) {
    self.position = position
    self.kind = kind
  }
}
