// Layout sets from texts, for tests.

import BuiltInLayouts
@testable import Layout

extension LayoutSet {
  /// The set of `files`, texts by name without ".json", each as if read from "layouts/NAME.json".
  static func of(_ files: KeyValuePairs<String, String>) throws(LayoutErrors) -> LayoutSet {
    try LayoutSet(
      files.map { LayoutFile(path: "layouts/\($0.key).json", bytes: Array($0.value.utf8)) }, from: "layouts")
  }

  /// The mistakes of the set of `files`, as they are told.
  static func mistakes(_ files: KeyValuePairs<String, String>) -> [String] {
    do throws(LayoutErrors) {
      _ = try of(files)
      return []
    } catch {
      return error.errors.map(\.description)
    }
  }
}

extension LayoutSet {
  /// The layouts that are compiled in.
  static func builtIn(_ set: BuiltInSet = .standard) throws -> LayoutSet {
    let files = set.files.filter { LayoutFile.isLayout($0.name) }
    return try LayoutSet(files.map { LayoutFile(path: "\(set.name)/\($0.name)", bytes: $0.bytes) }, from: set.name)
  }
}
