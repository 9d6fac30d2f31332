// The formats of tarballs, told by the end of the file's name.

/// A format of a tarball.
package enum ArchiveFormat: String, CaseIterable, Sendable {
  case tarGzip = "tar.gz"
  case tar

  /// What the name of a file in this format ends in; the first one is the usual one.
  package var suffixes: [String] {
    switch self {
    case .tarGzip: [".tar.gz", ".tgz"]
    case .tar: [".tar"]
    }
  }

  /// All suffixes that are a format's.
  package static let suffixes = allCases.flatMap(\.suffixes)

  /// The format of a file of this name, which has more than the suffix; nil when it is none's.
  package init?(fileName: [UInt8]) {
    let format = Self.allCases.first { format in
      format.suffixes.contains { fileName.count > $0.utf8.count && Self.has(fileName, suffix: $0) }
    }
    guard let format else { return nil }
    self = format
  }

  /// Whether `name` ends in the suffix of a format.
  package static func hasSuffix(_ name: [UInt8]) -> Bool { suffixes.contains { has(name, suffix: $0) } }

  private static func has(_ name: [UInt8], suffix: String) -> Bool {
    name.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
  }
}
