// What rules bring as far as their layouts tell it: the names alone, for a look at layouts without a tree.

import Archive
import Basics
import Layout

extension Verb {
  /// Whether the layouts alone tell all that it brings.
  var isOfLayouts: Bool {
    switch self {
    case .images, .text, .directory, .symlink, .artifact: true
    case .binaries, .file, .tree, .paths, .git: false
    }
  }
}

extension TarballBuilder {
  /// Adds the files of known names that a rule brings, and fills in all that it says.
  func addNames(_ place: RulePlace) throws {
    let to = try place.to()
    switch place.rule.verb {
    case .binaries(let list):
      guard let platform = place.platform else { return }
      for name in try place.names(list, of: resolver.layouts.release.binaries) {
        try addName(try place.below(name + platform.executableSuffix), of: "\(platform)/\(name)", place)
      }
    case .file(let source):
      let source = try place.archivePath(source)
      if let to { try addName(to, of: source.text, place) }
    case .tree(let source):
      if source.text != "." { _ = try place.archivePath(source) }
      if let to, place.rule.include.isEmpty, !place.rule.isOptional {
        collector.add(folder: to.bytes, mode: .folder, owner: generatedOwner, rule: place.number)
      }
    case .paths(let sources): for source in sources { _ = try place.below(try place.archivePath(source).text) }
    case .git(let commit): _ = try place.fill(commit)
    case .images, .text, .directory, .symlink, .artifact: break
    }
  }

  /// Adds the file at `path` that comes from `source`, which stands for its contents: one source is one file.
  ///
  /// What may be missing may be so wherever something else stands in its place.
  private func addName(_ path: ArchivePath, of source: String, _ place: RulePlace) throws {
    if place.rule.isOptional { return }
    let content = resolver.plan.contents.add(.bytes(Array(source.utf8)))
    addContent(content, at: path, sourceMode: .generated, owner: generatedOwner, place)
  }
}
