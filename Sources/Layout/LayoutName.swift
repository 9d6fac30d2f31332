// The names of lists, groups, flags and layouts.

import Basics

/// What a name that layouts declare and refer to may be.
///
/// ASCII alone: a name is looked up as a String, and those that differ only in Unicode form would fall together.
enum LayoutName {
  /// Whether `name` is one or more letters, digits, ".", "_" and "-".
  static func isValid(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy { $0.isLetterOrDigit || Array("._-".utf8).contains($0) }
  }
}
