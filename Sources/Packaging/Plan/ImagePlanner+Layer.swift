// The new layer of an image: which entries it has, and what the base has to say about them.

import Archive
import Image
import JSON

extension ImagePlanner {
  /// The new layer: what the base brings to every image on it, the executable, what the image has beside it.
  ///
  /// `user` is the base's.
  func layer(
    on files: FileTable, _ base: BaseRule, _ changes: SettingChanges, user: String? = nil
  ) throws -> TarEntryList {
    let layout = TarballLayout(
      layerOf: rule, rules: base.entries + binaryRules + rule.entries, release: resolver.layouts.release)
    let builder = try TarballBuilder(resolver, layout, platform, image: rule, base: files)
    for rule in layout.rules { builder.add(rule, number: resolver.number(of: rule)) }
    if let directory = changes.workingDirectory {
      let owner = WorkdirOwner(base: user, image: changes.user)
      add(workingDirectory: directory, of: owner, to: builder, on: files)
    }
    let entries = builder.finishEntries(fileName: "image \(rule.name) for \(platform)")
    let mistakes = (0..<entries.count).compactMap { mistake(entries, $0, files) }
    for mistake in mistakes.dropLast() { resolver.refuse(mistake) }
    // What such a layer would make of the base is not worth a look.
    if let last = mistakes.last { throw last }
    return entries
  }

  /// Makes the working directory where neither the base nor a rule does, behind the links of both.
  ///
  /// Where builders differ in its owner, it counts as named by a rule: the Dockerfile's archive brings it then.
  private func add(
    workingDirectory: String, of owner: WorkdirOwner, to builder: TarballBuilder, on base: FileTable
  ) {
    let files = base.covered(by: builder.entriesSoFar)
    guard let path = files.resolve(Array(workingDirectory.utf8)), (files[path]?.kind ?? .directory) == .directory
    else {
      let reason = "a file or a loop of links is in its way"
      let place = "image \(rule.name): the workdir \(quoted(workingDirectory))"
      resolver.refuse(Diagnostic(.usage, "\(place) can be no folder: \(reason)", at: rule.origin))
      return
    }
    if files[path] != nil { return }
    // It brings no entry of its own; it is who needs the folder, should something else stand in its way.
    let need = EntryRule(bringing: .directory(Template(literal: workingDirectory)), to: nil, origin: rule.origin)
    builder.collector.add(
      missingFolder: path, owner: owner.owner, neededBy: resolver.number(of: need), isNamed: !owner.isOfEveryBuilder)
  }

  /// Why an entry cannot stand in a layer on `base`; nil when it can.
  private func mistake(_ entries: TarEntryList, _ index: Int, _ base: FileTable) -> Diagnostic? {
    let name = entries.name(at: index)
    let isFolder = entries.kind(at: index) == .directory
    let bare = isFolder ? name.dropLast() : name
    let place = "image \(rule.name): \(escapedName(bare))"
    let number = entries.origin(at: index)
    let origin = number == Plan.implied ? rule.origin : resolver.rules[Int(number)].origin
    let last = bare.split(separator: UInt8(ascii: "/")).last ?? bare
    // Layers know removed files by such names (image-spec, layer.md, "Whiteouts").
    if last.starts(with: ".wh.".utf8) {
      let reason = "names that begin with \".wh.\" remove files in a layer"
      return Diagnostic(.usage, "\(place): \(reason)", at: origin)
    }
    guard let known = base[Array(bare)], (known.kind == .directory) != isFolder else { return nil }
    let (found, wanted) = isFolder ? ("a file", "a folder") : ("a folder", "a file")
    return Diagnostic(.usage, "\(place): is \(found) in the base, and \(wanted) here", at: origin)
  }

  private var binaryRules: [EntryRule] {
    guard let binary = rule.binary else { return [] }
    let to = rule.to.text == "." ? nil : rule.to
    return [EntryRule(bringing: .binaries(.names([Template(literal: binary)])), to: to, origin: rule.origin)]
  }
}
