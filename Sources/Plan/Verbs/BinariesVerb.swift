// "binaries": built binaries, from the folder of their platform.

import Layout

/// Built binaries.
struct BinariesVerb: Verb {
  let names: NameList

  static let key = "binaries"
  static let guide = VerbGuide(argument: "LIST", brings: "LIST may be an array of names")
  static let options = ["to", "optional", "mode", "owner", "capabilities", "unchecked"]
  static let needsTo = false

  init?(_ entry: VerbEntry) {
    guard let names = entry.nameList(of: "list of binaries", entry.names.binaries) else { return nil }
    entry.checkPlatform()
    self.names = names
  }

  /// The binary of this name.
  init(_ name: String) { names = .names([Template(literal: name)]) }

  var templates: [Template] { names.templates }
  var isChosenByPlatform: Bool { true }

  func add(to draft: inout Draft, at place: RulePlace, in context: DraftContext) throws {
    guard let platform = place.platform else { return }
    try context.locations.check(.bin)
    let binaries = BuiltBinaries(context.facts)
    for name in try place.names(names, of: context.facts.layouts.release.binaries) {
      let path = try place.below(name + platform.executableSuffix)
      let source = try binaries.path(name, on: platform)
      let request = SingleFile(source: source, path: path, fault: .system, binary: (name, platform))
      guard let found = try request.find(for: &draft, at: place, in: context) else { continue }
      draft.addFile(
        found.file, found.status, at: path.bytes, place, for: FilePurpose(builtFor: platform))
    }
  }

  func addNames(to draft: inout Draft, at place: RulePlace, in context: DraftContext) throws {
    _ = try place.to()
    guard let platform = place.platform else { return }
    for name in try place.names(names, of: context.facts.layouts.release.binaries) {
      draft.addName(try place.below(name + platform.executableSuffix), of: "\(platform)/\(name)", place)
    }
  }
}
