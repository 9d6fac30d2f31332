// How a name of unknown bytes is shown in messages and listings: printable UTF-8 as it is, all else as %XX, so that a
// name can neither break a line nor drive a terminal, and two names never look the same.

private import Basics

/// `name` for people and listings: what a terminal obeys or does not show, `%` and bytes outside valid UTF-8 as `%XX`.
package func escapedName(_ name: some Collection<UInt8>) -> String { escaped(name) { $0 == UInt8(ascii: "%") } }

/// `text` as one line that a terminal shows and does not obey: what it would obey is `%XX`; names in it that are
/// escaped already stay as they are.
package func escapedControls(_ text: String) -> String { escaped(text.utf8) { _ in false } }

private func escaped(_ name: some Collection<UInt8>, _ isEscaped: (UInt8) -> Bool) -> String {
  if isPlainASCII(name) && !name.contains(where: isEscaped) { return String(decoding: name, as: UTF8.self) }
  let digits = Array("0123456789ABCDEF".utf8)
  var shown: [UInt8] = []
  shown.reserveCapacity(name.count)
  var rest = Array(name)[...]
  while let byte = rest.first {
    let length = byte < 0x80 ? 1 : utf8SequenceLength(rest)
    // Of what is no UTF-8 one byte is escaped, and the next one is looked at.
    let sequence = rest.prefix(max(1, length))
    if length == 0 || isEscaped(byte) || isObeyed(sequence) {
      for byte in sequence { shown += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    } else {
      shown += sequence
    }
    rest = rest.dropFirst(sequence.count)
  }
  return String(decoding: shown, as: UTF8.self)
}

/// Whether the character that `sequence` is in UTF-8 is one that a terminal obeys.
private func isObeyed(_ sequence: ArraySlice<UInt8>) -> Bool {
  String(decoding: sequence, as: UTF8.self).unicodeScalars.contains(where: \.isObeyed)
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
