// A first set of layouts: what its files say, what could not be said, and the command that packs with it.

import Basics
import JSON

/// A set of layouts to be written.
package struct LayoutSketch: Sendable {
  /// The files in the order in which they are told.
  package private(set) var files: [(name: String, text: String)] = []
  /// What is not as the user may expect, for warnings.
  package var remarks: [String] = []
  /// What else is worth to know.
  package var notes: [String] = []
  /// The options of the command that packs with it, but for those that name the layouts.
  package var options: [String] = []

  package init() {}

  /// Adds the layout `name`.json.
  mutating func add(_ name: String, _ members: [(String, JSONLiteral)]) {
    files.append(("\(name).json", LayoutText.text(.object([("$schema", .string("layout.schema.json"))] + members))))
  }
}

/// What sketches look at.
package struct SketchPlaces: Sendable {
  /// The source tree.
  package let root: String
  /// The folder of built binaries, where the command line names one.
  package let bin: String?
  /// That of a run without options.
  package let usualBin: String
  /// Folders and files below the root that are left out, as paths below it.
  package let leaving: Set<[UInt8]>

  package init(root: String, bin: String?, usualBin: String, leaving: Set<[UInt8]>) {
    (self.root, self.bin, self.usualBin, self.leaving) = (root, bin, usualBin, leaving)
  }
}

/// A mistake in what a sketch is to be made of.
package struct SketchError: Error, Equatable, Sendable, CustomStringConvertible {
  package let description: String
}

/// The name of a layout: letters, digits, ".", "_" and "-", and none that has another meaning.
func layoutName(_ text: String) -> String {
  let bytes = text.utf8.map { $0.isLetterOrDigit || "._-".utf8.contains($0) ? $0 : UInt8(ascii: "-") }
  let bare = Array(bytes.drop { !$0.isLetterOrDigit })
  let name = String(decoding: bare, as: UTF8.self)
  return name.isEmpty ? "archive" : ["release", "images"].contains(name) ? "\(name)-archive" : name
}
