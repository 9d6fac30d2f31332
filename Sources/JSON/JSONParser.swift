// The grammar of RFC 8259 as a recursive descent over the bytes: values, arrays, objects, and the place of a mistake.

/// One pass over the bytes of a document, each byte looked at once.
struct JSONParser {
  private(set) var path = JSONPath()
  /// What is to be read next.
  var index: Int
  /// The number of the line that `index` is in, and where it starts.
  private var line = 1
  private var lineStart: Int
  /// How many bytes of this line before `index` are not the first of their character.
  var continuationBytes = 0
  let bytes: [UInt8]

  init(bytes: [UInt8], start: Int) {
    self.bytes = bytes
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
    JSONValue(position: position, kind: try readKind())
  }

  private mutating func readKind() throws(JSONError) -> JSONValue.Kind {
    guard let next else { throw expected("a value") }
    switch next {
    case UInt8(ascii: "{"): return .object(try readMembers())
    case UInt8(ascii: "["): return .array(try readElements())
    case UInt8(ascii: "\""): return .string(try readString())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try readNumber())
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
    var keys: Set<[UInt8]> = []
    while true {
      let keyPosition = position
      guard next == UInt8(ascii: "\"") else { throw expected(members.isEmpty ? "a key or '}'" : "a key") }
      let key = try readString()
      path.append(key: key)
      guard keys.insert(Array(key.utf8)).inserted else { throw duplicate(at: keyPosition) }
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

// Bytes

extension JSONParser {
  /// The byte to be read next, or nil at the end.
  var next: UInt8? { index < bytes.count ? bytes[index] : nil }

  /// Takes `byte` if it is next.
  mutating func skip(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    index += 1
    return true
  }

  /// Takes white space, the only place where a line may end.
  private mutating func skipWhitespace() {
    while let byte = next {
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): index += 1
      case UInt8(ascii: "\n"):
        index += 1
        line += 1
        lineStart = index
        continuationBytes = 0
      default: return
      }
    }
  }

  /// The length of the well-formed UTF-8 sequence at `index`, or nil (Unicode 16, table 3-7); not to be asked at the end.
  var sequenceLength: Int? {
    let second: ClosedRange<UInt8>
    let length: Int
    switch bytes[index] {
    case 0x00...0x7F: return 1
    case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
    default: return nil
    }
    guard length <= bytes.count - index, second.contains(bytes[index + 1]) else { return nil }
    let continues = bytes[(index + 2)..<(index + length)].allSatisfy { $0 & 0xC0 == 0x80 }
    return continues ? length : nil
  }
}

// Mistakes

extension JSONParser {
  /// Where `index` is.
  private var position: JSONPosition {
    JSONPosition(line: line, column: index - lineStart - continuationBytes + 1)
  }

  /// The mistake that something else than `wanted` is next.
  func expected(_ wanted: String) -> JSONError { refusal("expected \(wanted), found \(found)") }

  /// The mistake `reason` at `index`.
  func refusal(_ reason: String) -> JSONError {
    JSONError(position: position, path: path.description, reason: reason)
  }

  /// The mistake that the key at `position` was in this object before.
  private func duplicate(at position: JSONPosition) -> JSONError {
    JSONError(
      position: position, path: path.description, reason: "expected each key once in an object, found this one twice")
  }

  /// What is next, for a message.
  private var found: String {
    guard let byte = next else { return "the end of the document" }
    guard let length = sequenceLength else { return "byte 0x\(String(byte, radix: 16, uppercase: true))" }
    let character = String(decoding: bytes[index..<(index + length)], as: UTF8.self)
    return character.unicodeScalars.map(quoted).joined()
  }
}
