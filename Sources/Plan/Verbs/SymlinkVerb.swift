// "symlink": a symlink to the path that the layout gives.

import Archive
import Basics
import Layout

/// A symlink.
struct SymlinkVerb: Verb {
  let target: Template

  static let key = "symlink"
  static let guide = VerbGuide(argument: "TARGET", brings: "a link to any place")
  static let options = ["to", "owner"]
  static let needsTo = true

  /// Reads the target: any path without control characters.
  init?(_ entry: VerbEntry) {
    let target = entry.templates.value(entry.field) { field in
      guard let target = entry.templates.text(field) else { return nil }
      let bytes = target.text.utf8
      if !bytes.isEmpty && bytes.count <= ArchivePath.longest && !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
        return target
      }
      field.refuse("expected the target of a link, found \(field.found)")
      return nil
    }
    guard let target else { return nil }
    self.target = target
  }

  var templates: [Template] { [target] }

  func add(to draft: inout Draft, at place: RulePlace, in context: DraftContext) throws {
    guard let to = try place.to(), !draft.style.isCruft(to.bytes) else { return }
    draft.collector.add(
      .symlink, at: to.bytes, mode: .symlink, owner: draft.generatedOwner(place),
      linkname: Array(try place.fill(target).utf8), rule: place.number)
  }
}

extension FileMode {
  /// The mode of symlinks: POSIX leaves it open, and every tar writer uses this.
  static let symlink = FileMode(bits: 0o777)
}
