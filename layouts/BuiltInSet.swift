// The sets of layouts that are compiled into the tool: the folders beside this file, byte for byte. A new set is a new
// folder with .json files and a link to layout.schema.json; the build finds it.

/// A built-in set of layouts. `all` is made by EmbedLayouts.
package struct BuiltInSet: Sendable {
  /// The set that is used where none is named.
  package static let standard: BuiltInSet = {
    guard let set = named("kubernetes-1.7") else { preconditionFailure("layouts/kubernetes-1.7 was not built in") }
    return set
  }()

  /// The name of its folder.
  package let name: String
  /// The name and the text of each file, sorted by name.
  let texts: [(name: String, text: String)]

  /// The name and the bytes of each file, the JSON Schema's too, sorted by name.
  package var files: [(name: String, bytes: [UInt8])] { texts.map { ($0.name, Array($0.text.utf8)) } }

  /// The set of this name, if there is one.
  package static func named(_ name: String) -> BuiltInSet? { all.first { $0.name == name } }
}
