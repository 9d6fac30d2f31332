// How a name of unknown bytes is shown in messages and listings: valid UTF-8 as it is, all else as %XX, so that a
// name can neither break a line nor drive a terminal, and two names never look the same.

/// `name` for people and listings: bytes below 0x20, 0x7F, `%` and bytes outside valid UTF-8 as `%XX`.
package func escapedName(_ name: some Collection<UInt8>) -> String {
  let digits = Array("0123456789ABCDEF".utf8)
  var shown: [UInt8] = []
  shown.reserveCapacity(name.count)
  func append(escaped byte: UInt8) {
    shown += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
  }
  var rest = Array(name)[...]
  while let byte = rest.first {
    let length = byte < 0x80 ? 1 : utf8SequenceLength(rest)
    if length == 0 || byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "%") {
      append(escaped: byte)
      rest = rest.dropFirst()
    } else {
      shown += rest.prefix(length)
      rest = rest.dropFirst(length)
    }
  }
  return String(decoding: shown, as: UTF8.self)
}

/// Whether every byte of `name` is part of a valid UTF-8 sequence.
package func isValidUTF8(_ name: some Collection<UInt8>) -> Bool {
  var rest = Array(name)[...]
  while let byte = rest.first {
    let length = byte < 0x80 ? 1 : utf8SequenceLength(rest)
    if length == 0 { return false }
    rest = rest.dropFirst(length)
  }
  return true
}

/// The length of the well-formed multi-byte sequence at the start of `bytes`, or 0 (Unicode 15, table 3-7).
private func utf8SequenceLength(_ bytes: ArraySlice<UInt8>) -> Int {
  let head = Array(bytes.prefix(4))
  guard head.count > 1 else { return 0 }
  func continues(_ indexes: ClosedRange<Int>) -> Bool {
    head.count > indexes.upperBound && indexes.allSatisfy { head[$0] & 0xC0 == 0x80 }
  }
  switch head[0] {
  case 0xC2...0xDF: return continues(1...1) ? 2 : 0
  case 0xE0: return head[1] >= 0xA0 && continues(1...2) ? 3 : 0
  case 0xED: return head[1] <= 0x9F && continues(1...2) ? 3 : 0
  case 0xE1...0xEF: return continues(1...2) ? 3 : 0
  case 0xF0: return head[1] >= 0x90 && continues(1...3) ? 4 : 0
  case 0xF4: return head[1] <= 0x8F && continues(1...3) ? 4 : 0
  case 0xF1...0xF3: return continues(1...3) ? 4 : 0
  default: return 0
  }
}
