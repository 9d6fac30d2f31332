// A header of an rpm: an index of tags, and a store of their values. rpm's docs/manual/format_header.md; all numbers are
// big-endian.

/// A header under construction.
package struct RpmHeader: Sendable {
  /// The values of a tag.
  package enum Value: Equatable, Sendable {
    case int16([UInt16])
    case int32([UInt32])
    case int64([UInt64])
    case string([UInt8])
    case binary([UInt8])
    case strings([[UInt8]])
    /// One text for each language of the table; here there is one.
    case i18n([UInt8])

    /// The number of the type.
    fileprivate var type: UInt32 {
      switch self {
      case .int16: 3
      case .int32: 4
      case .int64: 5
      case .string: 6
      case .binary: 7
      case .strings: 8
      case .i18n: 9
      }
    }

    fileprivate var count: UInt32 {
      switch self {
      case .int16(let values): UInt32(clamping: values.count)
      case .int32(let values): UInt32(clamping: values.count)
      case .int64(let values): UInt32(clamping: values.count)
      case .binary(let bytes): UInt32(clamping: bytes.count)
      case .strings(let texts): UInt32(clamping: texts.count)
      case .string, .i18n: 1
      }
    }

    /// The boundary on which its bytes begin in the store.
    fileprivate var alignment: Int {
      switch self {
      case .int16: 2
      case .int32: 4
      case .int64: 8
      case .string, .binary, .strings, .i18n: 1
      }
    }

    fileprivate var bytes: [UInt8] {
      switch self {
      case .int16(let values): values.flatMap { bigEndian($0) }
      case .int32(let values): values.flatMap { bigEndian($0) }
      case .int64(let values): values.flatMap { bigEndian($0) }
      case .string(let text), .i18n(let text): text + [0]
      case .binary(let bytes): bytes
      case .strings(let texts): texts.flatMap { $0 + [0] }
      }
    }
  }

  /// What every header begins with, version 1.
  package static let magic: [UInt8] = [0x8E, 0xAD, 0xE8, 0x01, 0, 0, 0, 0]
  /// Bytes of an entry of the index.
  package static let indexSize = 16

  private var values: [RpmTag: Value] = [:]

  package init() {}

  /// The value of a tag. A list without values is left out: rpm refuses it.
  package subscript(tag: RpmTag) -> Value? {
    get { values[tag] }
    set { values[tag] = newValue.flatMap { $0.count == 0 ? nil : $0 } }
  }

  /// Sets a tag to a text.
  package mutating func set(_ tag: RpmTag, _ text: String) { self[tag] = .string(Array(text.utf8)) }

  /// The bytes of the header. All of its values are in the region `region`, which may be signed.
  package func encode(region: RpmTag) -> [UInt8] {
    let sorted = values.sorted { $0.key.number < $1.key.number }
    var index: [UInt8] = []
    var store: [UInt8] = []
    for (tag, value) in sorted {
      store += [UInt8](repeating: 0, count: (value.alignment - store.count % value.alignment) % value.alignment)
      index += Self.entry(tag, value.type, UInt32(clamping: store.count), value.count)
      store += value.bytes
    }
    // The trailer of the region says where its index begins, counted back from its own place.
    let all = UInt32(clamping: sorted.count + 1)
    let binary = Value.binary([]).type
    let first = Self.entry(region, binary, UInt32(clamping: store.count), UInt32(Self.indexSize))
    store += Self.entry(region, binary, 0 &- all * UInt32(Self.indexSize), UInt32(Self.indexSize))
    return Self.magic + bigEndian(all) + bigEndian(UInt32(clamping: store.count)) + first + index + store
  }

  private static func entry(_ tag: RpmTag, _ type: UInt32, _ offset: UInt32, _ count: UInt32) -> [UInt8] {
    bigEndian(tag.number) + bigEndian(type) + bigEndian(offset) + bigEndian(count)
  }
}

/// The lead before the headers, which says little that is still read (rpm's docs/manual/format_lead.md).
package enum RpmLead {
  package static let magic: [UInt8] = [0xED, 0xAB, 0xEE, 0xDB]
  package static let size = 96

  /// The lead of a binary package; `name` is cut to 65 bytes.
  package static func encode(name: String, architecture: String) -> [UInt8] {
    var bytes = magic + [3, 0, 0, 0]
    bytes += bigEndian(number(of: architecture))
    let name = Array(name.utf8.prefix(65))
    bytes += name + [UInt8](repeating: 0, count: 66 - name.count)
    // Linux, and a signature in a header.
    bytes += bigEndian(UInt16(1)) + bigEndian(UInt16(5))
    return bytes + [UInt8](repeating: 0, count: size - bytes.count)
  }

  /// The number of an architecture (rpm's rpmrc.in, "arch_canon").
  private static func number(of architecture: String) -> UInt16 {
    switch architecture {
    case "i686", "x86_64": 1
    case "mips", "mips64": 4
    case "mipsel", "mips64el": 11
    case "armv5tel", "armv6hl", "armv7hl": 12
    case "s390x": 15
    case "ppc64", "ppc64le": 16
    case "aarch64": 19
    case "riscv64": 22
    case "loongarch64": 23
    case "noarch": 255
    default: 0
    }
  }
}

/// The bytes of a number, the highest first.
private func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: number.bigEndian) { Array($0) }
}
