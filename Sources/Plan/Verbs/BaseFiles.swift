// Files of a base image for entries with "from": what its layers make together, with modes, owners and capabilities as
// they are there. Links are followed inside of the base alone.

import Archive
import Basics
import Files
import Image
import Layout

/// The files of a base image.
struct BaseFiles {
  private let image: BaseImage
  /// The name in the layout.
  private let name: String
  private let context: DraftContext

  /// The files of the base `name` on the platform of the rule. Throws `Diagnostic` and the errors of the store.
  init(_ name: String, at place: RulePlace, in context: DraftContext) throws {
    (self.name, self.context) = (name, context)
    guard let bases = context.bases, let platform = place.platform else {
      throw Diagnostic(.data, "the base \(quoted(name)): \(escapedName(context.locations.bases.utf8)) holds no bases")
    }
    let reference = try NamedBase(name, place.subject, context.facts)
    do {
      image = try bases.image(reference.reference, for: platform)
    } catch let error as ImageError {
      throw Diagnostic(.data, "from \(quoted(name)): \(error)")
    }
  }

  /// Adds the file at `path`, links followed, as `to`.
  func add(file path: ArchivePath, to: ArchivePath, _ draft: inout Draft, at place: RulePlace) throws {
    guard let resolved = image.files.resolve(path.bytes), let entry = image.files[resolved] else {
      if place.options.isOptional && image.files.obstacle(on: path.bytes) == nil { return }
      throw missing(path.bytes)
    }
    guard entry.kind == .file else {
      throw Diagnostic(.data, "\(shown(path.bytes)): expected a file, found a \(entry.kind.rawValue)")
    }
    if draft.style.isCruft(to.bytes) { return }
    try add(entry, at: to.bytes, from: path.bytes, &draft, place)
  }

  /// Adds all below the folder at `path`, "." for the root; links that lead to it are followed.
  func add(tree path: String, _ draft: inout Draft, at place: RulePlace) throws {
    let start = path == "." ? [] : Array(path.utf8)
    guard let folder = image.files.resolve(start), let entry = image.files[folder] else {
      if place.options.isOptional { return }
      throw missing(start)
    }
    guard entry.kind == .directory else {
      throw Diagnostic(.data, "\(shown(start)): expected a folder, found a \(entry.kind.rawValue)")
    }
    let to = try place.to()?.bytes
    let filter = place.filter(draft.style)
    if let to, !filter.isSelective { add(folder: entry, at: to, &draft, place) }
    let below = to.map { $0 + [UInt8(ascii: "/")] } ?? []
    var taken = 0
    for (path, entry) in image.files.contents(of: folder) {
      let above = filter.state(at: path)
      if entry.kind == .directory {
        if !filter.isSelective && filter.state(below: path, above) != .out {
          add(folder: entry, at: below + path, &draft, place)
        }
      } else if filter.takes(file: path, above) {
        taken += 1
        try add(
          entry, at: below + path, from: folder.isEmpty ? path : folder + [UInt8(ascii: "/")] + path, &draft, place)
      }
    }
    try place.checkSelection(taken)
  }

  private func add(folder entry: FileTable.Entry, at path: [UInt8], _ draft: inout Draft, _ place: RulePlace) {
    draft.collector.add(
      folder: path, mode: FileMode(bits: entry.mode), owner: owner(of: entry, place), rule: place.number)
  }

  private func add(
    _ entry: FileTable.Entry, at path: [UInt8], from source: [UInt8], _ draft: inout Draft, _ place: RulePlace
  ) throws {
    if let fault = NameFault.of(path) ?? NameFault.of(entry.linkname) {
      throw Diagnostic(.data, "\(shown(source)): the name \(fault)")
    }
    switch entry.kind {
    case .symlink:
      draft.collector.add(
        .symlink, at: path, mode: .symlink, owner: owner(of: entry, place), linkname: entry.linkname, rule: place.number
      )
    case .file:
      guard let contents = try context.bases?.contents(of: entry, in: image, near: context.locations.out) else {
        throw Diagnostic(.data, "\(shown(source)): a sparse file, whose bytes are not taken out of a layer")
      }
      draft.collector.add(
        .file, at: path, mode: place.options.mode ?? FileMode(bits: entry.mode), owner: owner(of: entry, place),
        capabilities: place.options.capabilities ?? entry.capabilities,
        body: .source(draft.add(.spool(contents.spool, offset: contents.offset, count: contents.count))),
        rule: place.number)
    case .directory, .hardlink, .char, .block, .fifo:
      throw Diagnostic(
        .data, "\(shown(source)): a \(entry.kind.rawValue); a layer is made from files, folders and symlinks")
    }
  }

  private func owner(of entry: FileTable.Entry, _ place: RulePlace) -> Owner {
    place.options.owner ?? Owner(uid: UInt32(clamping: entry.uid), gid: UInt32(clamping: entry.gid))
  }

  private func missing(_ path: [UInt8]) -> Diagnostic {
    let fault = image.files.obstacle(on: path) == .loop ? "is behind a loop of links" : "is not there"
    return Diagnostic(.data, "\(shown(path)): \(fault)")
  }

  private func shown(_ path: [UInt8]) -> String { "\(escapedName(path)) of the base \(image.reference.familiar)" }
}
