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
    let fraction = zone.dropFirst().prefix(while: isDigit)
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
      case UInt8(ascii: "0"): isDigit(byte)
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

private func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
