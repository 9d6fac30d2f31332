// The writer's side of a tar header: an entry into one ustar block, after a pax extended header where ustar cannot
// hold it. POSIX.1-2017, pax, "ustar Interchange Format" and "pax Extended Header".

/// The header blocks of an entry.
///
/// The smallest format that fits is taken: ustar alone, or ustar after a pax extended header for a name or link
/// name that is not ASCII or too long, a size of 8 GiB or more, an owner above 2,097,151, or a time that eleven
/// octal digits cannot hold; and for capabilities. GNU's extensions are written in the form `.gnu` alone. A field whose
/// value stands in the extended header holds a fixed stand-in: 0 for a number, the first bytes for a name.
package enum TarHeader {
  /// The header blocks of `entry`: a multiple of 512 bytes. Its names must hold no NUL.
  package static func encode(_ entry: TarEntry, _ form: TarForm = .pax) -> [UInt8] {
    if form == .gnu { return encodeGNU(entry) }
    let name = StoredName(entry.name)
    let records = paxRecords(of: entry, nameFits: name != nil)
    var bytes: [UInt8] = []
    if !records.isEmpty {
      let extended = TarEntry(name: paxHeaderName, kind: .file, mode: 0o644, size: Int64(records.count))
      bytes += block(extended, name: StoredName(cutting: paxHeaderName), typeflag: TarTypeflag.extended)
      bytes += records
      bytes += [UInt8](repeating: 0, count: TarFormat.padding(after: Int64(records.count)))
    }
    bytes += block(entry, name: name ?? StoredName(cutting: entry.name), typeflag: typeflag(of: entry.kind))
    return bytes
  }

  /// Bytes that `encode` gives for `entry`, without making them.
  package static func size(of entry: TarEntry, _ form: TarForm = .pax) -> Int {
    if form == .gnu { return encodeGNU(entry).count }
    let records = paxRecords(of: entry, nameFits: StoredName(entry.name) != nil).count
    return records == 0
      ? TarFormat.blockSize : 2 * TarFormat.blockSize + records + TarFormat.padding(after: Int64(records))
  }

  /// The header with GNU's own blocks before it for a name or link name of more than 100 bytes, and base-256 for a size
  /// of 8 GiB or more.
  private static func encodeGNU(_ entry: TarEntry) -> [UInt8] {
    func long(_ name: [UInt8], _ typeflag: UInt8) -> [UInt8] {
      if name.count <= TarField.name.width { return [] }
      let text = name + [0]
      let head = TarEntry(name: gnuLongName, kind: .file, mode: 0o644, size: Int64(text.count))
      return block(head, name: StoredName(cutting: gnuLongName), typeflag: typeflag, TarFormat.gnuMagic) + text
        + [UInt8](repeating: 0, count: TarFormat.padding(after: Int64(text.count)))
    }
    return long(entry.linkname, TarTypeflag.gnuLongLink) + long(entry.name, TarTypeflag.gnuLongName)
      + block(
        entry, name: StoredName(cutting: entry.name), typeflag: typeflag(of: entry.kind), TarFormat.gnuMagic)
  }

  /// The name that GNU tar gives its own blocks.
  private static let gnuLongName = Array("././@LongLink".utf8)

  /// The blocks of a global extended header of the time `mtime` with the record "comment", which readers pass over.
  ///
  /// The name is that which git archive writes; `git get-tar-commit-id` finds a commit's name in the record where these
  /// blocks are the first of the archive.
  package static func encode(comment: [UInt8], mtime: Int64) -> [UInt8] {
    let records = paxRecord("comment", comment)
    let name = Array("pax_global_header".utf8)
    let entry = TarEntry(name: name, kind: .file, mode: 0o644, size: Int64(records.count), mtime: mtime)
    return block(entry, name: StoredName(cutting: name), typeflag: TarTypeflag.global) + records
      + [UInt8](repeating: 0, count: TarFormat.padding(after: Int64(records.count)))
  }

  /// The name that stands in the header of an extended header; no reader uses it.
  private static let paxHeaderName = Array("././@PaxHeader".utf8)

  private static func typeflag(of kind: TarEntryKind) -> UInt8 {
    switch kind {
    case .file: TarTypeflag.file
    case .directory: TarTypeflag.directory
    case .symlink: TarTypeflag.symlink
    case .hardlink: TarTypeflag.hardlink
    case .char: TarTypeflag.char
    case .block: TarTypeflag.block
    case .fifo: TarTypeflag.fifo
    }
  }

  private static func block(
    _ entry: TarEntry, name: StoredName, typeflag: UInt8, _ magic: [UInt8] = TarFormat.ustarMagic
  ) -> [UInt8] {
    var block = HeaderBlock()
    block.set(.name, name.name)
    block.set(.prefix, name.prefix)
    block.set(.mode, octal: Int64(entry.mode))
    block.set(.uid, octal: entry.uid)
    block.set(.gid, octal: entry.gid)
    if magic == TarFormat.gnuMagic && !fits(entry.size, .size) {
      block.set(.size, base256: entry.size)
    } else {
      block.set(.size, octal: entry.size)
    }
    block.set(.mtime, octal: entry.mtime)
    block.set(.typeflag, [typeflag])
    block.set(.linkname, entry.linkname[...])
    block.set(.magic, magic[...])
    block.set(.uname, entry.uname[...])
    block.set(.gname, entry.gname[...])
    block.set(.devmajor, octal: 0)
    block.set(.devminor, octal: 0)
    block.setChecksum()
    return block.bytes
  }

  // MARK: pax records

  private static func paxRecords(of entry: TarEntry, nameFits: Bool) -> [UInt8] {
    let fitsUstar =
      nameFits && fits(entry.linkname, .linkname) && fits(entry.uname, .uname) && fits(entry.gname, .gname)
      && fits(entry.size, .size) && fits(entry.uid, .uid) && fits(entry.gid, .gid) && fits(entry.mtime, .mtime)
    if fitsUstar && entry.capabilities.isEmpty { return [] }
    var records: [UInt8] = []
    func add(_ key: String, _ value: [UInt8], unless fits: Bool) {
      if !fits { records += paxRecord(key, value) }
    }
    func add(_ key: String, _ value: Int64, _ field: TarField) {
      add(key, Array(String(value).utf8), unless: fits(value, field))
    }
    // The keywords are in order, capitals first. This one is of star(5), "SCHILY.xattr.attr", whose value is any bytes:
    // the form in which engines read attributes in layers (Go's archive/tar, `paxSchilyXattr`).
    add("SCHILY.xattr.security.capability", entry.capabilities, unless: entry.capabilities.isEmpty)
    add("gid", entry.gid, .gid)
    add("gname", entry.gname, unless: fits(entry.gname, .gname))
    add("linkpath", entry.linkname, unless: fits(entry.linkname, .linkname))
    add("mtime", entry.mtime, .mtime)
    add("path", entry.name, unless: nameFits)
    add("size", entry.size, .size)
    add("uid", entry.uid, .uid)
    add("uname", entry.uname, unless: fits(entry.uname, .uname))
    return records
  }

  private static func fits(_ text: [UInt8], _ field: TarField) -> Bool {
    text.count <= field.width && text.allSatisfy { $0 < 0x80 }
  }

  private static func fits(_ number: Int64, _ field: TarField) -> Bool {
    number >= 0 && number <= TarFormat.largestOctal(field)
  }

  /// "LENGTH KEY=VALUE\n", where LENGTH counts the whole record, its own digits included.
  private static func paxRecord(_ key: String, _ value: [UInt8]) -> [UInt8] {
    let rest = Array(" \(key)=".utf8) + value + [UInt8(ascii: "\n")]
    var length = rest.count + String(rest.count).utf8.count
    // One digit more can make the number longer by one; then it stays so.
    length = rest.count + String(length).utf8.count
    return Array(String(length).utf8) + rest
  }
}

/// A name as the ustar fields hold it.
private struct StoredName {
  let prefix: ArraySlice<UInt8>
  let name: ArraySlice<UInt8>

  /// The split of `name` over both fields at a "/", as GNU tar does it; nil when it is not ASCII or does not fit.
  init?(_ name: [UInt8]) {
    guard name.allSatisfy({ $0 < 0x80 }) else { return nil }
    if name.count <= TarField.name.width {
      self.init(prefix: [], name: name[...])
      return
    }
    let searched = name.count > TarField.prefix.width + 1 ? TarField.prefix.width + 1 : name.count - 1
    guard let slash = name[..<searched].lastIndex(of: UInt8(ascii: "/")), slash > 0 else { return nil }
    let rest = name[(slash + 1)...]
    guard (1...TarField.name.width).contains(rest.count) else { return nil }
    self.init(prefix: name[..<slash], name: rest)
  }

  /// The first bytes of `name`: what stands in the field when the whole name is in the extended header.
  init(cutting name: [UInt8]) { self.init(prefix: [], name: name.prefix(TarField.name.width)) }

  private init(prefix: ArraySlice<UInt8>, name: ArraySlice<UInt8>) {
    self.prefix = prefix
    self.name = name
  }
}

/// One header block under construction.
private struct HeaderBlock {
  var bytes = [UInt8](repeating: 0, count: TarFormat.blockSize)

  /// Puts as much of `value` into the field as fits; the rest of the field stays zero.
  mutating func set(_ field: TarField, _ value: ArraySlice<UInt8>) {
    for (offset, byte) in value.prefix(field.width).enumerated() { bytes[field.offset + offset] = byte }
  }

  /// Puts `number` into the field as zero-padded octal digits and a NUL, or 0 when it does not fit.
  mutating func set(_ field: TarField, octal number: Int64) {
    let fits = number >= 0 && number <= TarFormat.largestOctal(field)
    set(field, digits: field.width - 1, fits ? number : 0)
  }

  /// Puts `number`, which is not negative, into the field as a mark and its bytes (GNU tar manual, "Basic Tar Format").
  mutating func set(_ field: TarField, base256 number: Int64) {
    var rest = number
    for index in field.range.reversed() {
      bytes[index] = UInt8(truncatingIfNeeded: rest)
      rest >>= 8
    }
    bytes[field.offset] |= 0x80
  }

  /// The sum of all bytes with the field itself as blanks: six digits, a NUL and a blank.
  mutating func setChecksum() {
    for index in TarField.checksum.range { bytes[index] = UInt8(ascii: " ") }
    let sum = bytes.reduce(0) { $0 + Int64($1) }
    set(.checksum, digits: 6, sum)
    bytes[TarField.checksum.offset + 6] = 0
  }

  private mutating func set(_ field: TarField, digits: Int, _ number: Int64) {
    var rest = number
    for index in (field.offset..<(field.offset + digits)).reversed() {
      bytes[index] = UInt8(ascii: "0") + UInt8(rest & 7)
      rest >>= 3
    }
  }
}
