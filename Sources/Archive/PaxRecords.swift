// The records of an extended header: "LENGTH KEYWORD=VALUE\n", cut by their length and never by the newline.
// POSIX.1-2017, pax, "pax Extended Header".

/// One record; some of its readings are nil for an empty value, which takes the keyword back.
struct PaxRecord {
  let keyword: String
  /// Any bytes, newlines and "=" too.
  let value: [UInt8]
  /// Where the extended header stands, for errors.
  let place: TarPlace

  /// That the value is not what the keyword wants.
  var fault: ArchiveError { place.error(.paxValue(keyword: keyword, found: value)) }

  /// A name of an owner: no NUL.
  func text() throws(ArchiveError) -> [UInt8]? {
    if value.contains(0) { throw fault }
    return value.isEmpty ? nil : value
  }

  /// A name of an entry: one byte or more, no NUL.
  func name() throws(ArchiveError) -> [UInt8] {
    if value.isEmpty || value.contains(0) { throw fault }
    return value
  }

  /// A decimal number, 0 or more.
  func number() throws(ArchiveError) -> Int64? { value.isEmpty ? nil : try size() }

  /// A decimal number of one digit or more.
  func size() throws(ArchiveError) -> Int64 {
    guard let number = decimal(value) else { throw fault }
    return number
  }

  /// The whole seconds of a time such as "-1.5", floored: -2 for that one.
  func seconds() throws(ArchiveError) -> Int64? {
    if value.isEmpty { return nil }
    guard let seconds = flooredSeconds(value) else { throw fault }
    return seconds
  }
}

/// The records of one extended header, in order.
struct PaxRecords {
  private let place: TarPlace
  private let bytes: [UInt8]
  private var index = 0

  init(_ bytes: [UInt8], at place: TarPlace) {
    self.bytes = bytes
    self.place = place
  }

  /// The next record, nil after the last.
  mutating func next() throws(ArchiveError) -> PaxRecord? {
    let rest = bytes[index...]
    if rest.isEmpty { return nil }
    // Twenty digits are more than the number of any byte.
    let digits = rest.prefix(20).prefix { $0 != UInt8(ascii: " ") }
    guard let length = decimal(digits).flatMap({ Int(exactly: $0) }), length > digits.count, length <= rest.count
    else { throw place.error(.paxRecord(at: index, .length)) }
    let record = rest.prefix(length)
    guard record.last == UInt8(ascii: "\n") else { throw place.error(.paxRecord(at: index, .newline)) }
    let body = record.dropFirst(digits.count + 1).dropLast()
    // GNU tar passes over blanks before the keyword, to others they are a part of it.
    guard let equals = body.firstIndex(of: UInt8(ascii: "=")), equals > body.startIndex, !body[..<equals].contains(0),
      body.first != UInt8(ascii: " "), body.first != UInt8(ascii: "\t")
    else { throw place.error(.paxRecord(at: index, .keyword)) }
    index += length
    return PaxRecord(
      keyword: String(decoding: body[..<equals], as: UTF8.self), value: Array(body[(equals + 1)...]), place: place)
  }
}

/// The number that `digits` are: one decimal digit or more, nothing else, no more than 64 bits.
func decimal(_ digits: some Collection<UInt8>) -> Int64? {
  if digits.isEmpty { return nil }
  var value: Int64 = 0
  for digit in digits {
    guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
    let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
    let (sum, carry) = shifted.addingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
    if overflow || carry { return nil }
    value = sum
  }
  return value
}

/// The whole seconds of a decimal time, floored; nil for all else.
private func flooredSeconds(_ text: [UInt8]) -> Int64? {
  let isNegative = text.first == UInt8(ascii: "-")
  let parts = text.dropFirst(isNegative ? 1 : 0).split(
    separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
  guard let seconds = parts.first.flatMap({ decimal($0) }) else { return nil }
  let fraction = parts.dropFirst().first ?? []
  guard fraction.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
  let isFractional = fraction.contains { $0 != UInt8(ascii: "0") }
  // `seconds` is 0 to 2^63 - 1, so that its negative less 1 is in range.
  return isNegative ? -seconds - (isFractional ? 1 : 0) : seconds
}
