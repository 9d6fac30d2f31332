// The headers that are no entries: `x` and `g` of pax, `L` and `K` of GNU tar.

extension TarReader {
  /// The most bytes that such a header may have: an honest one has a few hundred.
  static let extensionLimit: Int64 = 1 << 20

  mutating func readExtended(
    _ header: TarHeaderBlock, into extensions: inout TarExtensions
  ) throws(ArchiveError) {
    try extensions.add(header)
    hasPaxHeaders = true
    try extensions.extended.apply(PaxRecords(readExtension(header), at: header.place))
  }

  mutating func readLongName(
    _ header: TarHeaderBlock, into extensions: inout TarExtensions
  ) throws(ArchiveError) {
    try extensions.add(header)
    extensions.longName = try readLongText(header)
  }

  mutating func readLongLink(
    _ header: TarHeaderBlock, into extensions: inout TarExtensions
  ) throws(ArchiveError) {
    try extensions.add(header)
    extensions.longLink = try readLongText(header)
  }

  /// Takes over the global keywords.
  mutating func readGlobal(_ header: TarHeaderBlock) throws(ArchiveError) {
    hasPaxHeaders = true
    try globals.apply(global: PaxRecords(readExtension(header), at: header.place))
  }

  /// What stands before the NUL; `.noLongName` when that is nothing, for which some take the header block's own field.
  private mutating func readLongText(_ header: TarHeaderBlock) throws(ArchiveError) -> [UInt8] {
    let text = TarHeaderBlock.text(try readExtension(header))
    if text.isEmpty { throw header.place.error(.noLongName(typeflag: header.typeflag)) }
    return text
  }

  /// The contents of such a header, read block by block, so that a claim alone takes no memory.
  private mutating func readExtension(_ header: TarHeaderBlock) throws(ArchiveError) -> [UInt8] {
    let size = header.size
    guard size <= Self.extensionLimit else {
      throw header.place.error(.extensionTooLarge(size: size, limit: Self.extensionLimit))
    }
    var contents: [UInt8] = []
    while contents.count < Int(size) {
      let block = try input.block()
      contents += block.prefix(Int(size) - contents.count)
      if block.count < TarFormat.blockSize && contents.count < Int(size) {
        throw header.place.error(.contentsCut(found: Int64(contents.count), wanted: size))
      }
    }
    return contents
  }
}
