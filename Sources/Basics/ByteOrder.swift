// The order of names: that of their bytes, which is the same in every locale.

private import Glibc

/// Whether `left` sorts before `right` as strings of bytes; a prefix sorts before what it begins.
package func bytesPrecede(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
  let common = min(left.count, right.count)
  guard common > 0, let leftBase = left.baseAddress, let rightBase = right.baseAddress else {
    return left.count < right.count
  }
  let order = memcmp(leftBase, rightBase, common)
  return order == 0 ? left.count < right.count : order < 0
}

/// Whether `left` sorts before `right` as strings of bytes.
package func bytesPrecede(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  left.withUnsafeBufferPointer { left in right.withUnsafeBufferPointer { bytesPrecede(left, $0) } }
}
