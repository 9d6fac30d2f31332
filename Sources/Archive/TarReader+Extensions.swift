// The headers that are no entries: `x` and `g` of pax, `L` and `K` of GNU tar.

extension TarReader {
  /// The most bytes that such a header may have: an honest one has a few hundred.
  static let extensionLimit: Int64 = 1 << 20

  mutating func readExtended(
    _ header: TarHeaderBlock, into extensions: inout TarExtensions
  ) throws(ArchiveError) {
    try extensions.add(header)
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

  /// Takes over the global keywords. Each ignored one gives a warning at its first header only.
  mutating func readGlobal(_ header: TarHeaderBlock) throws(ArchiveError) {
    let ignored = try globals.apply(global: PaxRecords(readExtension(header), at: header.place))
    for keyword in ignored where ignoredGlobals.insert(keyword).inserted {
      warn(.globalKeywordIgnored(keyword: keyword, offset: header.place.offset))
    }
  }

  /// What stands before the NUL; nil when that is nothing, so that the header block's own field counts.
  private mutating func readLongText(_ header: TarHeaderBlock) throws(ArchiveError) -> [UInt8]? {
    let text = TarHeaderBlock.text(try readExtension(header))
    return text.isEmpty ? nil : text
  }

  /// The contents of such a header, read block by block, so that a claim alone takes no memory.
  private mutating func readExtension(_ header: TarHeaderBlock) throws(ArchiveError) -> [UInt8] {
    let size = try header.size()
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
