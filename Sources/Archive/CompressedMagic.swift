// Contents that are compressed already, told by their first bytes: deflating them again costs time and gains nothing.

/// The formats whose contents are stored instead of deflated.
package enum CompressedMagic {
  /// Bytes that `matches` must be given.
  package static let length = 6

  private static let magics: [[UInt8]] = [
    [0x1F, 0x8B],  // gzip: RFC 1952, 2.3.1
    [0x28, 0xB5, 0x2F, 0xFD],  // zstd: RFC 8878, 3.1.1
    [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00],  // xz: The .xz File Format, 2.1.1.1
    [0x42, 0x5A, 0x68],  // bzip2: "BZh"
  ]

  /// Whether contents that begin with `bytes` are compressed.
  package static func matches(_ bytes: [UInt8]) -> Bool { magics.contains { bytes.starts(with: $0) } }
}
