// One tarball before the plan takes it in.

import Archive
import Basics
import Layout

/// One tarball before the plan takes it in.
struct TarballDraft: Sendable {
  let key: TarballKey
  /// The name of the archive.
  let fileName: String
  /// Of deflate, 0 to 9.
  let level: Int
  var entries: TarEntryList
  /// What numbers the sources and origins of the entries.
  var draft: Draft

  /// Goes through the rules of a tarball. Throws when its time is not known.
  init(_ tarball: ScopedTarball, as fileName: String, in context: DraftContext) throws {
    let settings = tarball.layout.settings
    (key, self.fileName) = (tarball.key, fileName)
    level = context.options.level ?? settings.level
    let root = Result { try Self.root(of: tarball, context.facts) }
    let style = EntryStyle(
      root: (try? root.get()) ?? "", owner: settings.owner, exclude: settings.exclude, mode: settings.mode,
      mtime: try context.facts.mtime(settings.mtime))
    draft = Draft(tarball.layout.name, style)
    if case .failure(let error) = root {
      draft.said.refuse(error, at: settings.rootOrigin ?? tarball.layout.origin)
    }
    draft.add(tarball.rules, TemplateSubject(platform: tarball.key.platform), in: context)
    entries = draft.finish(as: fileName)
    for warning in TwinNames.warnings(of: entries, in: fileName) { draft.said.warn(warning) }
    for warning in draft.stagedImageWarnings.told(as: "staged images with a sloppy archive").of(fileName) {
      draft.said.warn(warning)
    }
  }

  private static func root(of tarball: ScopedTarball, _ facts: Facts) throws -> String {
    let root = try facts.fill(tarball.layout.settings.root, on: tarball.key.platform)
    if root.isEmpty || root == "." || ArchivePath.isName(root) { return root }
    throw Diagnostic(.usage, "expected the name of one folder, found \(quoted(root))")
  }
}
