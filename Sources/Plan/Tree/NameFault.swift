// Names that a release cannot hold, though a file system does.

/// Why a release cannot hold a name.
enum NameFault {
  /// What is wrong with `name`; nil when nothing is.
  static func of(_ name: [UInt8]) -> String? {
    if name.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return "has a control character in it" }
    return String(validating: name, as: UTF8.self) == nil ? "is not UTF-8" : nil
  }
}
