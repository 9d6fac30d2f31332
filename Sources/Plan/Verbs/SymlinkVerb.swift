// "symlink": a symlink to the path that the layout gives.

import Archive
import Basics
import Layout

/// A symlink.
struct SymlinkVerb: Verb {
  let target: Template

  var templates: [Template] { [target] }

  func add(to draft: inout Draft, at place: RulePlace, in context: DraftContext) throws {
    guard let to = try place.to(), !draft.style.isCruft(to.bytes) else { return }
    draft.collector.add(
      .symlink, at: to.bytes, mode: .symlink, owner: draft.style.generatedOwner,
      linkname: Array(try place.fill(target).utf8), rule: place.number)
  }
}

extension FileMode {
  /// Of symlinks: POSIX leaves it open, and every writer writes this.
  static let symlink = FileMode(bits: 0o777)
}
