// The packages of one layout before the plan takes them in: the files that the rules brought, as each format has them.

import Archive
import Basics
import Files
import Layout

/// A package before the plan takes it in.
struct PackageDraft: Sendable {
  private(set) var fields: PackageFields
  private let settings: PackageSettings

  /// The folder above all names in packages: they begin with "./".
  static let root = "."
  private static let prefix = Array("./".utf8)
  /// A script has a few lines; what is longer is another file.
  private static let longestScript: Int64 = 1 << 20
  /// The largest size and time that an rpm's header and cpio have room for.
  private static let largestNumber = Int64(UInt32.max)

  var fileNameOrigin: RuleOrigin { settings.fileName.origin }

  /// Nil, with mistakes in `said`, when it has no name, version or architecture.
  init?(_ settings: PackageSettings, on platform: Platform?, _ facts: Facts, _ said: inout Diagnostics) {
    guard let fields = PackageFiller.fields(settings, on: platform, facts, &said) else { return nil }
    (self.fields, self.settings) = (fields, settings)
  }

  /// Takes what needs the tree: the scripts, and the files of `draft`, of which `entries` is the list.
  mutating func take(_ entries: TarEntryList, _ draft: inout Draft, in context: DraftContext) {
    if context.options.isDry { return }
    for (script, path) in settings.scripts.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      do {
        let subject = TemplateSubject()
        fields.scripts[script] = try contents(of: context.facts.path(path.template, subject), in: context)
      } catch {
        draft.said.refuse(error, at: path.origin)
      }
    }
    for mark in PackageMark.allCases { takeMark(mark, settings.marks[mark] ?? [], entries, &draft) }
    if fields.format == .rpm {
      checkGhosts(entries, &draft)
      return checkNumbers(entries, &draft)
    }
    for path in (fields.marks[.config] ?? []).union(fields.marks[.replacedConfig] ?? []).sorted(by: bytesPrecede)
    where path.last == UInt8(ascii: " ") {
      // dpkg reads a line of the list without the blanks at its end, and an update would replace the file.
      let reason = "/\(escapedName(path)): a deb cannot list a file of \"config\" whose name ends in a blank"
      draft.said.refuse(Diagnostic(.usage, reason, at: settings.origin))
    }
    for index in 0..<entries.count where !entries.capabilities(at: index).isEmpty {
      let name = escapedName(entries.name(at: index))
      draft.said.warn(
        "\(fields.fileName): \(name): a deb has no capabilities of files; a script can set them by setcap")
    }
  }

  private mutating func takeMark(
    _ mark: PackageMark, _ globs: [PlacedGlob], _ entries: TarEntryList, _ draft: inout Draft
  ) {
    var paths: Set<[UInt8]> = []
    for placed in globs {
      let found = (0..<entries.count).compactMap { index -> [UInt8]? in
        guard entries.kind(at: index) == .file else { return nil }
        let path = Array(entries.name(at: index).dropFirst(Self.prefix.count))
        return placed.glob.matches(below: path) ? path : nil
      }
      if found.isEmpty {
        draft.said.refuse(
          Diagnostic(.usage, "\(quoted(placed.glob.text)) matches no file of the package", at: placed.origin))
      }
      paths.formUnion(found)
    }
    fields.marks[mark] = paths
  }

  /// A ghost is a file that the package owns and does not bring, so nothing of the package may have its path.
  private func checkGhosts(_ entries: TarEntryList, _ draft: inout Draft) {
    var seen: Set<[UInt8]> = []
    for ghost in fields.ghosts {
      let name = Self.prefix + ghost
      let isEntry = entries.index(of: name) ?? entries.index(of: name + [UInt8(ascii: "/")])
      let shown = "the ghost /\(escapedName(ghost))"
      if isEntry != nil {
        draft.said.refuse(Diagnostic(.usage, "\(shown) is a file of the package too", at: settings.origin))
      } else if !seen.insert(ghost).inserted {
        draft.said.refuse(Diagnostic(.usage, "\(shown) stands here twice", at: settings.origin))
      }
    }
  }

  private func checkNumbers(_ entries: TarEntryList, _ draft: inout Draft) {
    if entries.mtime > Self.largestNumber || entries.mtime < 0 {
      draft.said.refuse(
        Diagnostic(.usage, "an rpm has no room for the time \(entries.mtime) of its entries", at: settings.origin))
    }
    for index in 0..<entries.count {
      let size = draft.size(of: entries.body(at: index)) ?? 0
      if size <= Self.largestNumber { continue }
      let name = escapedName(entries.name(at: index))
      let reason = "\(name): \(size) bytes; an rpm that rpm before 4.12 can read has files of less than 4 GiB"
      draft.said.refuse(Diagnostic(.usage, reason, at: settings.origin))
    }
  }

  private func contents(of path: ArchivePath, in context: DraftContext) throws -> [UInt8] {
    let tree = SourceTree(context)
    let source = tree.path(path)
    let shown = escapedName(source)
    let resolved = try Paths.resolved(source)
    try tree.checkInside(resolved, source)
    let status = try FileStatus.of(resolved)
    if !status.isFile { throw Diagnostic(.system, "\(shown): expected a script, found \(status.typeName)") }
    let size = status.identity.size
    if size > Self.longestScript {
      throw Diagnostic(.usage, "\(shown): expected a script of at most \(Self.longestScript) bytes, found \(size)")
    }
    // At most the bytes that were just asked for.
    var bytes = [UInt8](repeating: 0, count: Int(size))
    try bytes.withUnsafeMutableBytes {
      try SourceFile(path: resolved, identity: status.identity).read(from: 0, into: $0)
    }
    if !bytes.starts(with: "#!".utf8) {
      throw Diagnostic(.usage, "\(shown): expected a script that begins with \"#!\" and its interpreter")
    }
    let line = bytes.prefix { $0 != UInt8(ascii: "\n") }.dropFirst(2)
    if line.last == UInt8(ascii: "\r") {
      throw Diagnostic(
        .usage, "\(shown): its first line ends in a carriage return, so that no system finds its interpreter")
    }
    if line.first(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }) != UInt8(ascii: "/") {
      throw Diagnostic(.usage, "\(shown): expected the absolute path of an interpreter after \"#!\"")
    }
    if bytes.contains(0) { throw Diagnostic(.usage, "\(shown): expected a script, found a NUL byte") }
    return bytes
  }

  /// The entries of the payload, from those of the draft with the plan's numbers: with a folder for the root in a deb, which has all parents;
  /// in an rpm without the folders that no rule names, which belong to other packages.
  func payload(of entries: TarEntryList) -> TarEntryList {
    var entries = entries
    switch fields.format {
    case .deb:
      entries.form = .gnu
      // The shortest of all names fits.
      _ = entries.append(
        name: Self.prefix, kind: .directory, mode: FileMode.folder.bits, owner: .root, origin: Plan.implied)
      entries.sort()
    case .rpm:
      entries.remove(at: (0..<entries.count).filter { entries.origin(at: $0) == Plan.implied })
      entries.sortByPath()
    }
    return entries
  }
}

extension Glob {
  /// Whether it matches the file at `path` below the root, or a folder above it.
  fileprivate func matches(below path: [UInt8]) -> Bool {
    if matches(file: path) { return true }
    return path.indices.contains { path[$0] == UInt8(ascii: "/") && matches(folder: path[..<$0]) }
  }
}
