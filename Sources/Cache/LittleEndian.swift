// Numbers of fixed width in the files of the cache: the lowest byte first, whatever the machine.

extension [UInt8] {
  /// Appends the bytes of a number.
  mutating func append(littleEndian number: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
  }
}

extension RawSpan {
  /// The number at `offset`, which the caller knows to lie within.
  func number<Number: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: Number.Type) -> Number {
    // Unsafe for types that not all bits are a value of, which integers are not; the bounds are checked.
    Number(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: type))
  }

  /// The `count` bytes at `offset`, which the caller knows to lie within.
  func bytes(at offset: Int, count: Int) -> [UInt8] {
    extracting(offset..<(offset + count)).withUnsafeBytes { Array($0) }
  }
}
