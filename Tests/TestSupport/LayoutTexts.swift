// Layout sets from texts, for tests.

import BuiltInLayouts
@testable import Layout
@testable import Plan
import Testing

/// A wrong text and the mistakes in it, without "FILE:".
struct WrongLayout: Sendable, CustomTestStringConvertible {
  let text: String
  let mistakes: [String]
  var testDescription: String { text }

  init(_ text: String, _ mistakes: String...) { (self.text, self.mistakes) = (text, mistakes) }
}

extension LayoutSet {
  /// The set of `files`, texts by name without ".json", each as if read from "layouts/NAME.json"; their entries' verbs
  /// are not looked at.
  static func of(_ files: KeyValuePairs<String, String>) throws(LayoutErrors) -> LayoutSet {
    let set = LayoutSet(LayoutFile.of(files), from: "layouts")
    if set.mistakes.isEmpty { return set }
    throw LayoutErrors(errors: set.sorted(set.mistakes))
  }

  /// The mistakes of the set of `files`, but for those of verbs, as they are told.
  static func mistakes(_ files: KeyValuePairs<String, String>) -> [String] {
    do throws(LayoutErrors) {
      _ = try of(files)
      return []
    } catch {
      return error.errors.map(\.description)
    }
  }
}

extension LayoutFile {
  fileprivate static func of(_ files: KeyValuePairs<String, String>) -> [LayoutFile] {
    files.map { LayoutFile(path: "layouts/\($0.key).json", bytes: Array($0.value.utf8)) }
  }
}

extension Rules {
  /// The rules of the set of `files`, texts by name without ".json", each as if read from "layouts/NAME.json".
  static func of(_ files: KeyValuePairs<String, String>) throws(LayoutErrors) -> Rules {
    try Planner.rules(LayoutFile.of(files), from: "layouts")
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

  /// The rules of the layouts that are compiled in.
  static func builtIn(_ set: BuiltInSet = .standard) throws -> Rules {
    let files = set.files.filter { LayoutFile.isLayout($0.name) }
    return try Planner.rules(
      files.map { LayoutFile(path: "\(set.name)/\($0.name)", bytes: $0.bytes) }, from: set.name, extending: .builtIn)
  }
}

extension SetFinder {
  /// Finds the sets that are compiled in.
  static var builtIn: SetFinder {
    let sets = BuiltInSet.all.map { set in
      let files = set.files.filter { LayoutFile.isLayout($0.name) }
      return (
        set.name,
        SetFiles(set.name, files.map { LayoutFile(path: "\(set.name)/\($0.name)", bytes: $0.bytes) })
      )
    }
    return SetFinder(builtIn: Dictionary(sets) { first, _ in first }) { place throws(LayoutErrors) in
      throw LayoutErrors(errors: [LayoutError(file: place, reason: "no such folder")])
    }
  }
}
