// One record of a zip as bytes, with its fields as numbers.

/// A record whose fields are set one by one.
struct ZipRecord {
  /// What each record begins with.
  static let signature = ZipField(0, 4)

  private(set) var bytes: [UInt8]

  /// A record of `size` bytes, all zero behind its signature.
  init(_ signature: UInt32, size: Int) {
    bytes = [UInt8](repeating: 0, count: size)
    self[Self.signature] = UInt64(signature)
  }

  /// A record that was read; its fields must lie within.
  init(read bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  /// The number in a field, in which it fits.
  subscript(field: ZipField) -> UInt64 {
    get { bytes[field.range].reversed().reduce(0) { $0 << 8 | UInt64($1) } }
    set {
      for (place, index) in field.range.enumerated() {
        bytes[index] = UInt8(truncatingIfNeeded: newValue >> (8 * place))
      }
    }
  }

  /// The bytes of one number.
  static func bytes(_ number: UInt64, width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }
}
