// The grammar of RFC 8259 as a recursive descent over the bytes: the document, arrays and objects.

/// One pass over the bytes of a document; of no further use after a mistake.
struct JSONParser {
  private(set) var path = JSONPath()
  /// What is to be read next.
  var index: Int
  /// The number of the line that `index` is in, and where it starts.
  var line = 1
  var lineStart: Int
  /// How many bytes of this line before `index` are not the first of their character.
  var continuationBytes = 0
  let bytes: [UInt8]
  private let mostValues: Int
  /// How many values were begun.
  private var values = 0

  init(bytes: [UInt8], start: Int, mostValues: Int) {
    self.bytes = bytes
    self.mostValues = mostValues
    index = start
    lineStart = start
  }

  /// Reads the whole document: one value and white space around it.
  mutating func readDocument() throws(JSONError) -> JSONValue {
    skipWhitespace()
    let value = try readValue()
    skipWhitespace()
    guard next == nil else { throw expected("the end of the document") }
    return value
  }

  // The recursion is bounded by `JSONReader.deepestNesting`.
  private mutating func readValue() throws(JSONError) -> JSONValue {
    values += 1
    guard values <= mostValues else { throw refusal("expected at most \(mostValues) values, found more") }
    return JSONValue(position: position, kind: try readKind())
  }

  private mutating func readKind() throws(JSONError) -> JSONValue.Kind {
    switch next {
    case UInt8(ascii: "{"): return .object(try readMembers())
    case UInt8(ascii: "["): return .array(try readElements())
    case UInt8(ascii: "\""): return .string(try readString())
    case UInt8(ascii: "-"): return .number(try readNumber())
    case _ where isDigit(next): return .number(try readNumber())
    default: return try readWord()
    }
  }

  private mutating func readElements() throws(JSONError) -> [JSONValue] {
    try enter()
    if skip(UInt8(ascii: "]")) { return [] }
    var elements: [JSONValue] = []
    while true {
      path.append(index: elements.count)
      elements.append(try readValue())
      path.removeLast()
      skipWhitespace()
      if skip(UInt8(ascii: "]")) { return elements }
      guard skip(UInt8(ascii: ",")) else { throw expected("',' or ']'") }
      skipWhitespace()
    }
  }

  private mutating func readMembers() throws(JSONError) -> [JSONMember] {
    try enter()
    if skip(UInt8(ascii: "}")) { return [] }
    var members: [JSONMember] = []
    var keys: Set<KeyBytes> = []
    while true {
      let keyPosition = position
      guard next == UInt8(ascii: "\"") else { throw expected(members.isEmpty ? "a key or '}'" : "a key") }
      let key = try readString()
      path.append(key: key)
      guard keys.insert(KeyBytes(key: key)).inserted else { throw duplicate(at: keyPosition) }
      members.append(JSONMember(key: key, keyPosition: keyPosition, value: try readMemberValue()))
      path.removeLast()
      skipWhitespace()
      if skip(UInt8(ascii: "}")) { return members }
      guard skip(UInt8(ascii: ",")) else { throw expected("',' or '}'") }
      skipWhitespace()
    }
  }

  private mutating func readMemberValue() throws(JSONError) -> JSONValue {
    skipWhitespace()
    guard skip(UInt8(ascii: ":")) else { throw expected("':' after the key") }
    skipWhitespace()
    return try readValue()
  }

  /// Takes the bracket that opens an array or object, and the white space after it.
  private mutating func enter() throws(JSONError) {
    guard path.depth < JSONReader.deepestNesting else {
      throw refusal("expected at most \(JSONReader.deepestNesting) levels of nesting, found more")
    }
    index += 1
    skipWhitespace()
  }
}

/// A key as its bytes: Swift's `==` of strings would take NFC and NFD for one key.
private struct KeyBytes: Hashable {
  let key: String

  static func == (left: KeyBytes, right: KeyBytes) -> Bool { left.key.utf8.elementsEqual(right.key.utf8) }

  func hash(into hasher: inout Hasher) {
    var key = key
    key.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
