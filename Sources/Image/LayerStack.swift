// The layers of one image while they are read: the files that they make together, and the bounds that hold for all of
// them, so that no claim of an image can take up the memory.

internal import Archive

/// What the layers of an image have come to so far.
struct LayerStack {
  /// The most entries of all layers, and the most bytes of their names and link targets, 128 MiB.
  private static let mostEntries = 1_000_000
  private static let mostNameBytes = 128 << 20

  var files = FileTable()
  /// The most bytes that the layers may unpack to, and how many they did.
  let limit: Int64
  private(set) var unpacked: Int64 = 0
  private let spoolFolder: String
  private var spool: Spool?
  private var entries = 0
  private var nameBytes = 0
  /// What is sloppy about the layers, but was read.
  private(set) var warnings: [String] = []

  /// A stack without layers; what is compressed is unpacked near `spoolFolder`.
  init(spoolingNear spoolFolder: String, limit: Int64 = TarReader.defaultLimit) {
    self.spoolFolder = spoolFolder
    self.limit = limit
  }

  /// Notes what is sloppy about a layer, in the words of the error that it would be.
  mutating func warn(_ warning: ImageError) { warnings.append("\(warning)") }

  /// Counts a layer of `size` bytes, which is within what was left.
  mutating func count(layer size: Int64) { unpacked += size }

  /// The file that keeps what the layers unpack to, one after the other: each open file counts for a run of many bases.
  ///
  /// Throws `SystemError`.
  mutating func openSpool() throws(SystemError) -> Spool {
    if let spool { return spool }
    let opened = try Spool(near: spoolFolder)
    spool = opened
    return opened
  }

  /// What is wrong with one more entry; nil when it was counted.
  mutating func count(_ entry: TarEntry) -> String? {
    if entry.name.isEmpty || entry.name.count > FileTable.longestPath { return "a name of \(entry.name.count) bytes" }
    if entry.linkname.count > FileTable.longestPath { return "a link target of \(entry.linkname.count) bytes" }
    entries += 1
    nameBytes += entry.name.count + entry.linkname.count
    if entries > Self.mostEntries { return "more than \(Self.mostEntries) entries in one image" }
    return nameBytes > Self.mostNameBytes ? "more than \(Self.mostNameBytes) bytes of names in one image" : nil
  }
}
