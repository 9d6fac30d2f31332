// The formats of archives, recognized by the end of the file's name.

/// A format of an archive.
package enum ArchiveFormat: String, CaseIterable, Sendable {
  case tarGzip = "tar.gz"
  case tar
  case zip

  /// The endings of file names in this format; the first is the usual one.
  package var suffixes: [String] {
    switch self {
    case .tarGzip: [".tar.gz", ".tgz"]
    case .tar: [".tar"]
    case .zip: [".zip"]
    }
  }

  /// The suffixes of all formats.
  package static let suffixes = allCases.flatMap(\.suffixes)

  /// The format of a file of this name; nil when the name has no format's suffix, or nothing before it.
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
