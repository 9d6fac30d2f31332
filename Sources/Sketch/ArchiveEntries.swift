// The entries of a layout that give the listing of a group's archives.

import Archive
import Basics
import JSON

/// The entries of one layout.
struct ArchiveEntries {
  /// A file of the tree that goes to a path on some of the platforms.
  private struct Piece {
    let row: ArchiveRow
    let slots: [Int]
    /// The source as a template.
    let source: String
    /// The path of the source, where it is the same on all platforms.
    let path: [UInt8]?
    /// The mode, where it is not what the source's gives.
    let mode: FileMode?
  }

  /// Programs of one folder on the same platforms.
  private struct Programs {
    let folder: [UInt8]
    let slots: [Int]
    let mode: FileMode?
    var names: [String]
  }

  private let platforms: [Platform?]
  /// Where programs were found.
  private(set) var programs: [ProgramPaths.Place] = []
  private(set) var hasOutsidePrograms = false
  private var bundles: [Programs] = []
  private var pieces: [Piece] = []
  private var others: [JSONLiteral] = []
  private var trees: [JSONLiteral] = []

  init(
    _ group: ArchiveGroup, version: String?, _ sources: inout ArchiveSources, _ sketch: inout LayoutSketch,
    _ names: inout PlatformNameTable
  ) throws {
    platforms = group.archives.map(\.platform)
    let all = ArchiveRows(group).rows
    let parents = Set(all.map(\.folder))
    var missing: [String] = []
    for row in all {
      guard let text = String(validating: row.path, as: UTF8.self),
        !row.path.contains(where: { $0 < 0x20 || $0 == 0x7F }),
        !row.path.split(separator: UInt8(ascii: "/")).contains(where: { $0.elementsEqual("..".utf8) })
      else {
        sketch.remarks.append("\(escapedName(row.path)): a name that kpack writes into no archive")
        continue
      }
      if try row.isProgram || isBuilt(row, &sources) {
        try add(program: row, &sources, &missing, group)
        continue
      }
      for (kind, slots) in Self.grouped(row, by: { $0.isFile ? .file : $0.entry.kind }) {
        switch kind {
        case .file, .hardlink: try add(file: row, slots, version, &sources, &missing, &names, text)
        case .directory: add(folder: row, slots, isEmpty: !parents.contains(row.path), text)
        case .symlink: add(symlink: row, slots, text)
        case .char, .block, .fifo:
          sketch.remarks.append("\(escapedName(row.path)): a \(kind.rawValue), which kpack writes into no archive")
        }
      }
    }
    if !missing.isEmpty {
      sketch.remarks.append("not found in the source tree, and named by a likely path: \(missing.firstFew)")
    }
    findTrees(all, sources)
  }

  /// The slots in groups of one mode, in their order; no group is empty.
  private static func runs(of slots: [Int], by mode: (Int) -> FileMode?) -> [[Int]] {
    var groups: [[Int]] = []
    for slot in slots {
      if let index = groups.firstIndex(where: { mode($0[0]) == mode(slot) }) {
        groups[index].append(slot)
      } else {
        groups.append([slot])
      }
    }
    return groups
  }

  /// The slots of a row by something of their items.
  private static func grouped<Key: Equatable>(
    _ row: ArchiveRow, by key: (ArchiveContents.Item) -> Key
  ) -> [(key: Key, slots: [Int])] {
    var groups: [(key: Key, slots: [Int])] = []
    for slot in row.slots {
      guard let item = row.items[slot] else { continue }
      let own = key(item)
      if let index = groups.firstIndex(where: { $0.key == own }) {
        groups[index].slots.append(slot)
      } else {
        groups.append((own, [slot]))
      }
    }
    return groups
  }
}

// Reading the rows
extension ArchiveEntries {
  /// Whether the tree has a file with these contents in a folder of each platform, as it has for built programs.
  private func isBuilt(_ row: ArchiveRow, _ sources: inout ArchiveSources) throws -> Bool {
    for slot in row.slots {
      guard let item = row.items[slot], item.isFile, item.isExecutable, let platform = platforms[slot],
        let found = try sources.program(item, named: row.name, on: platform)?.found, found.isSame,
        NameWords(found.file.path, version: "").platform == platform
      else { return false }
    }
    return true
  }

  private mutating func add(
    program row: ArchiveRow, _ sources: inout ArchiveSources, _ missing: inout [String], _ group: ArchiveGroup
  ) throws {
    let name = String(decoding: row.name, as: UTF8.self)
    var modes: [Int: FileMode?] = [:]
    for slot in row.slots {
      guard let item = row.items[slot], let platform = platforms[slot] else { continue }
      let place = try sources.program(item, named: row.name, on: platform)
      let usual = place?.found.file.usualMode ?? FileMode(bits: 0o755)
      modes[slot] = .some(item.mode == usual ? nil : item.mode)
      guard let place else {
        missing.append("\(name) for \(platform)")
        continue
      }
      programs.append(ProgramPaths.Place(platform: platform, name: name, path: place.found.file.path))
      hasOutsidePrograms = hasOutsidePrograms || place.isOutside
    }
    for slots in Self.runs(of: row.slots, by: { modes[$0] ?? nil }) {
      let mode = modes[slots[0]] ?? nil
      let index = bundles.firstIndex { $0.folder == row.folder && $0.slots == slots && $0.mode == mode }
      if let index {
        bundles[index].names.append(name)
      } else {
        bundles.append(Programs(folder: row.folder, slots: slots, mode: mode, names: [name]))
      }
    }
  }

  private mutating func add(
    file row: ArchiveRow, _ slots: [Int], _ version: String?, _ sources: inout ArchiveSources,
    _ missing: inout [String], _ names: inout PlatformNameTable, _ path: String
  ) throws {
    var found: [Int: TreeFile] = [:]
    for slot in slots {
      guard let item = row.items[slot] else { continue }
      found[slot] = try sources.source(of: item, at: row.path)?.file
    }
    let lacking = slots.filter { found[$0] == nil }
    if let item = lacking.first.flatMap({ row.items[$0] }), let text = Self.text(of: item, version) {
      let members = [("text", JSONLiteral.string(text)), ("to", .string(NameWords.literal(row.path)))]
      others.append(entry(members, mode: item.mode == .generated ? nil : item.mode, lacking))
    } else if !lacking.isEmpty {
      missing.append(path)
      for (mode, slots) in Self.grouped(row, by: { $0.mode == .generated ? nil : $0.mode }) {
        let own = slots.filter(lacking.contains)
        if own.isEmpty { continue }
        pieces.append(Piece(row: row, slots: own, source: NameWords.literal(row.path), path: row.path, mode: mode))
      }
    }
    addPieces(row, found, &names)
  }

  /// Adds what was found: a source for all platforms, one that names the platform, or several.
  private mutating func addPieces(_ row: ArchiveRow, _ found: [Int: TreeFile], _ names: inout PlatformNameTable) {
    let slots = found.keys.sorted()
    let paths = Set(found.values.map(\.path))
    var templates: [Int: String] = [:]
    if paths.count > 1 {
      let words = slots.compactMap { slot in
        platforms[slot].flatMap { platform in found[slot].map { (platform, NameWords($0.path, version: "")) } }
      }
      let common = PlatformTexts(words, &names).common
      for slot in slots { templates[slot] = common }
    }
    func source(_ slot: Int) -> String { templates[slot] ?? found[slot].map { NameWords.literal($0.path) } ?? "" }
    func mode(_ slot: Int) -> FileMode? {
      guard let item = row.items[slot], let file = found[slot] else { return nil }
      return item.mode == file.usualMode ? nil : item.mode
    }
    var done: Set<Int> = []
    for slot in slots where !done.contains(slot) {
      let same = slots.filter { source($0) == source(slot) && mode($0) == mode(slot) }
      done.formUnion(same)
      let path = templates[slot] == nil ? found[slot]?.path : nil
      pieces.append(Piece(row: row, slots: same, source: source(slot), path: path, mode: mode(slot)))
    }
  }

  /// The text of a small file that has the version in it and nothing else.
  private static func text(of item: ArchiveContents.Item, _ version: String?) -> String? {
    guard let version, let bytes = item.text, let text = String(validating: bytes, as: UTF8.self) else { return nil }
    let bare = text.utf8.reversed().drop { $0 == UInt8(ascii: "\n") }.reversed()
    let end = String(repeating: "\n", count: text.utf8.count - bare.count)
    if bare.elementsEqual(version.utf8) { return (version.hasPrefix("v") ? "{version}" : "{semver}") + end }
    return bare.elementsEqual("v\(version)".utf8) ? "v{semver}" + end : nil
  }

  private mutating func add(folder row: ArchiveRow, _ slots: [Int], isEmpty: Bool, _ path: String) {
    for (mode, own) in Self.grouped(row, by: \.mode) where isEmpty || mode != .folder {
      let mode = mode == .folder ? nil : mode
      others.append(
        entry([("directory", .string(NameWords.literal(path.utf8)))], mode: mode, own.filter(slots.contains)))
    }
  }

  private mutating func add(symlink row: ArchiveRow, _ slots: [Int], _ path: String) {
    for (target, own) in Self.grouped(row, by: \.entry.linkname) {
      let used = own.filter(slots.contains)
      if used.isEmpty { continue }
      let members = [
        ("symlink", JSONLiteral.string(NameWords.literal(target))), ("to", .string(NameWords.literal(row.path))),
      ]
      others.append(entry(members, mode: nil, used))
    }
  }
}

// Writing the entries
extension ArchiveEntries {
  /// All entries; `listName` gives the name of a list of binaries.
  func json(_ listName: ([String]) -> String) -> [JSONLiteral] {
    var entries: [JSONLiteral] = []
    for bundle in bundles {
      var members: [(String, JSONLiteral)] = [("binaries", .string(listName(bundle.names)))]
      if !bundle.folder.isEmpty { members.append(("to", .string(NameWords.literal(bundle.folder)))) }
      entries.append(entry(members, mode: bundle.mode, bundle.slots))
    }
    return entries + pathEntries + trees + fileEntries + others
  }

  /// Whether a piece keeps its path in the tree.
  private func isPath(_ piece: Piece) -> Bool { piece.path == piece.row.path }

  private var pathEntries: [JSONLiteral] {
    var bundles: [(slots: [Int], mode: FileMode?, paths: [String])] = []
    for piece in pieces where isPath(piece) {
      if let index = bundles.firstIndex(where: { $0.slots == piece.slots && $0.mode == piece.mode }) {
        bundles[index].paths.append(piece.source)
      } else {
        bundles.append((piece.slots, piece.mode, [piece.source]))
      }
    }
    return bundles.map { bundle in
      entry([("paths", .array(bundle.paths.map { .string($0) }))], mode: bundle.mode, bundle.slots)
    }
  }

  private var fileEntries: [JSONLiteral] {
    pieces.filter { !isPath($0) }.map { piece in
      let members = [("file", JSONLiteral.string(piece.source)), ("to", .string(NameWords.literal(piece.row.path)))]
      return entry(members, mode: piece.mode, piece.slots)
    }
  }

  private func entry(_ members: [(String, JSONLiteral)], mode: FileMode?, _ slots: [Int]) -> JSONLiteral {
    var members = members
    if let mode { members.append(("mode", .string(mode.octal))) }
    let patterns = PlatformCondition.patterns(for: slots.compactMap { platforms[$0] }, of: platforms.compactMap { $0 })
    if let patterns { members.append(("platforms", patterns)) }
    return .object(members)
  }

  /// The fewest files for which a folder is written as one entry.
  private static let fewestFiles = 2
  /// The most files of a folder that an entry for it leaves out by name.
  private static let mostLeftOut = 3

  /// Finds folders that the archive has just as the tree does, the outer ones first, and writes each as one entry.
  private mutating func findTrees(_ rows: [ArchiveRow], _ sources: ArchiveSources) {
    let slash = [UInt8(ascii: "/")]
    var folders: Set<[UInt8]> = []
    for piece in pieces {
      var folder = piece.row.folder
      while !folder.isEmpty, folders.insert(folder).inserted {
        folder = folder.lastIndex(of: slash[0]).map { Array(folder[..<$0]) } ?? []
      }
    }
    var done: [[UInt8]] = []
    for folder in folders.sorted(by: bytesPrecede) where !done.contains(where: { folder.starts(with: $0 + slash) }) {
      let below = rows.filter { $0.path.starts(with: folder + slash) }
      guard let tree = tree(for: folder, below, sources) else { continue }
      done.append(folder)
      pieces.removeAll { $0.row.path.starts(with: folder + slash) }
      others.removeAll { Self.isBelow(folder, $0) }
      trees.append(tree)
    }
  }

  /// Whether an entry for a symlink or a folder goes below `folder`.
  private static func isBelow(_ folder: [UInt8], _ entry: JSONLiteral) -> Bool {
    guard case .object(let members) = entry else { return false }
    let path = members.first { $0.0 == "to" || $0.0 == "directory" }?.1
    guard case .string(let text)? = path else { return false }
    return text.utf8.starts(with: NameWords.literal(folder).utf8)
      && Array(text.utf8).dropFirst(NameWords.literal(folder).utf8.count).first.map { $0 == UInt8(ascii: "/") } ?? true
  }

  /// The entry for all of `folder`, where the tree has a folder with the same in it.
  private func tree(for folder: [UInt8], _ below: [ArchiveRow], _ sources: ArchiveSources) -> JSONLiteral? {
    let slash = UInt8(ascii: "/")
    let own = pieces.filter { $0.row.path.starts(with: folder + [slash]) }
    let files = below.filter { $0.items.values.contains { $0.isFile } }
    guard own.count >= Self.fewestFiles, own.count == files.count, let first = own.first, let start = first.path else {
      return nil
    }
    let end = Array(first.row.path.dropFirst(folder.count))
    guard start.count > end.count, start.suffix(end.count).elementsEqual(end) else { return nil }
    let source = Array(start.dropLast(end.count))
    guard
      own.allSatisfy({ piece in
        piece.path == source + piece.row.path.dropFirst(folder.count) && piece.mode == nil && piece.slots == first.slots
      })
    else { return nil }
    let inTree = sources.files(below: source)
    let links = Dictionary(inTree.compactMap { file in file.target.map { (file.path, $0) } }) { first, _ in first }
    for row in below where !files.contains(where: { $0.path == row.path }) {
      let path = source + row.path.dropFirst(folder.count)
      guard row.slots == first.slots else { return nil }
      for item in row.items.values {
        switch item.entry.kind {
        case .directory:
          // An empty folder must be one in the tree too; of the others the files speak.
          let isEmpty = !below.contains { $0.path.starts(with: row.path + [slash]) }
          if item.mode != .folder || isEmpty != sources.emptyFolders.contains(path) { return nil }
        case .symlink: if links[path] != item.entry.linkname { return nil }
        case .file, .hardlink, .char, .block, .fifo: return nil
        }
      }
    }
    let known = Set(below.map { source + $0.path.dropFirst(folder.count) })
    let more = inTree.filter { !known.contains($0.path) }.map { Array($0.path.dropFirst(source.count)) }
    let moreFolders = sources.emptyFolders.filter { $0.starts(with: source + [slash]) && !known.contains($0) }
    guard more.count <= Self.mostLeftOut, moreFolders.isEmpty, more.count < own.count else { return nil }
    var members: [(String, JSONLiteral)] = [("tree", .string(NameWords.literal(source)))]
    members.append(("to", .string(NameWords.literal(folder))))
    if !more.isEmpty { members.append(("exclude", .array(more.map { .string(Self.pattern($0)) }))) }
    return entry(members, mode: nil, first.slots)
  }

  /// The pattern for one path.
  private static func pattern(_ path: [UInt8]) -> String {
    String(decoding: path.flatMap { "*?[\\".utf8.contains($0) ? [UInt8(ascii: "\\"), $0] : [$0] }, as: UTF8.self)
  }
}
