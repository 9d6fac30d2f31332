// Layouts that give the listing of existing archives.

import Archive
import Basics
import Files
import JSON

/// Makes layouts from archives.
package struct ArchiveSketch {
  private let groups: [ArchiveGroup]
  private var sources: ArchiveSources
  private let places: SketchPlaces
  private var names = PlatformNameTable()
  private var sketch = LayoutSketch()
  private var programs: [ProgramPaths.Place] = []
  private var hasOutsidePrograms = false
  private var lists: [(name: String, binaries: [String])] = []
  private var platformLists: [(name: String, platforms: [Platform])] = []

  /// The layouts of the archives at `paths`.
  ///
  /// `opening` is told each archive before it is read. Throws `SketchError` where archives do not belong together, and
  /// what reading them throws.
  package static func make(
    from paths: [String], in places: SketchPlaces, limit: Int64, opening: ([UInt8]) -> Void,
    warning: (String) throws -> Void
  ) throws -> LayoutSketch {
    let contents = try paths.map { path in
      opening(Array(path.utf8))
      return try ArchiveContents(reading: path, limit: limit) { try warning("\(escapedName(path.utf8)): \($0)") }
    }
    // What the names say before their suffix: ".tar.gz" is a part of no version.
    let versions = contents.compactMap { NameWords($0.fileName).version?.text }
    let archives = contents.map { NamedArchive($0, version: nil) }
    let numbers = Set(versions.map { Self.number($0) })
    if numbers.count > 1 {
      let all = numbers.sorted().map { quoted($0) }.joined(separator: " and ")
      throw SketchError(description: "expected archives of one version, found \(all)")
    }
    var maker = Self(
      groups: try ArchiveGroup.of(archives), sources: try ArchiveSources(places), places: places)
    return try maker.make(version: versions.max { $0.utf8.count < $1.utf8.count })
  }

  private init(groups: [ArchiveGroup], sources: ArchiveSources, places: SketchPlaces) {
    (self.groups, self.sources, self.places) = (groups, sources, places)
  }

  /// A version without the "v" that some names have before it.
  private static func number(_ version: String) -> String {
    version.utf8.first.map { $0 | 0x20 == UInt8(ascii: "v") } == true ? String(version.dropFirst()) : version
  }

  private mutating func make(version: String?) throws -> LayoutSketch {
    let release = releaseName
    var used: Set<String> = []
    var tarballs: [(name: String, group: ArchiveGroup, entries: [JSONLiteral])] = []
    for group in groups {
      var name = Self.name(of: group, in: release)
      var number = 2
      while !used.insert(name).inserted {
        name = "\(Self.name(of: group, in: release))-\(number)"
        number += 1
      }
      let entries = try ArchiveEntries(group, version: version, &sources, &sketch, &names)
      programs += entries.programs
      hasOutsidePrograms = hasOutsidePrograms || entries.hasOutsidePrograms
      tarballs.append((name, group, entries.json { self.listName(of: $0, layout: name) }))
    }
    // The names of files are looked at before release.json is written, which has the names of platforms.
    let layouts = tarballs.map { tarball in
      (tarball.name, members(of: tarball.group, named: tarball.name, tarball.entries))
    }
    let paths = ProgramPaths(programs, names)
    sketch.add("release", releaseMembers(release, paths))
    for (name, members) in layouts { sketch.add(name, members) }
    tellPrograms(paths)
    tellTimes()
    if let version { sketch.options += ["--version", version] }
    return sketch
  }

  /// The name of a list of binaries, which is made at its first use.
  private mutating func listName(of binaries: [String], layout: String) -> String {
    if let list = lists.first(where: { $0.binaries == binaries }) { return list.name }
    let name = groups.count == 1 && lists.isEmpty ? "all" : free(layout, in: lists.map(\.name))
    lists.append((name, binaries))
    return name
  }

  private func free(_ name: String, in used: [String]) -> String {
    if !used.contains(name) { return name }
    return (2...).lazy.map { "\(name)-\($0)" }.first { !used.contains($0) } ?? name
  }

  private mutating func platformList(of group: ArchiveGroup, named name: String) -> String {
    let platforms = group.archives.compactMap(\.platform)
    if let list = platformLists.first(where: { $0.platforms == platforms }) { return list.name }
    let own = groups.count { $0.hasPlatforms } == 1 ? "all" : name
    platformLists.append((own, platforms))
    return own
  }
}

// release.json and the heads of the layouts
extension ArchiveSketch {
  /// The name of the release: what the names of all archives begin with, or the root's name where that is a part of it.
  private var releaseName: String {
    let leads = groups.map(\.lead)
    let parts = leads.map { $0.split(whereSeparator: { "-_".contains($0) }) }
    var common = parts.first ?? []
    for other in parts { common = zip(common, other).prefix { $0.0 == $0.1 }.map(\.0) }
    // As much of the first name as the common parts take.
    let name = common.last.map { String(leads[0][..<$0.endIndex]) } ?? ""
    let root = groups.first?.archives.first.map { NameWords($0.contents.root).lead } ?? ""
    if groups.count == 1, !root.isEmpty, name.utf8.starts(with: root.utf8) { return root }
    return name.isEmpty ? (leads.first { !$0.isEmpty } ?? "release") : name
  }

  /// The name of a group's layout: what its archives have in their names behind that of the release.
  private static func name(of group: ArchiveGroup, in release: String) -> String {
    let lead = group.lead
    let rest =
      lead.utf8.starts(with: release.utf8)
      ? String(decoding: lead.utf8.dropFirst(release.utf8.count), as: UTF8.self) : lead
    return layoutName(rest.utf8.contains(where: \.isLetterOrDigit) ? rest : release)
  }

  private mutating func members(
    of group: ArchiveGroup, named name: String, _ entries: [JSONLiteral]
  ) -> [(String, JSONLiteral)] {
    var members: [(String, JSONLiteral)] = []
    members.append(("tarball", text(of: group) { $0.words }))
    if group.hasPlatforms { members.append(("platforms", .string(platformList(of: group, named: name)))) }
    let archive = archiveMembers(of: group)
    if !archive.isEmpty { members.append(("archive", .object(archive))) }
    return members + [("entries", .array(entries))]
  }

  /// A text of each archive as a template, or as values by platform.
  private mutating func text(of group: ArchiveGroup, _ words: (NamedArchive) -> NameWords) -> JSONLiteral {
    guard group.hasPlatforms else {
      return .string(group.archives.first.map { words($0).template(system: nil, architecture: nil) } ?? "")
    }
    let named = group.archives.compactMap { archive in archive.platform.map { ($0, words(archive)) } }
    return PlatformTexts(named, &names).json
  }

  private mutating func archiveMembers(of group: ArchiveGroup) -> [(String, JSONLiteral)] {
    var members: [(String, JSONLiteral)] = []
    if group.archives.contains(where: { !$0.contents.root.isEmpty }) {
      members.append(("root", text(of: group) { NameWords($0.contents.root, version: $0.words.version?.text) }))
    }
    let owners = Dictionary(
      grouping: group.archives.flatMap(\.contents.items), by: { "\($0.entry.uid):\($0.entry.gid)" }
    ).mapValues(\.count)
    if let owner = owners.max(by: { ($0.value, $1.key) < ($1.value, $0.key) })?.key {
      if owner != "0:0" { members.append(("owner", .string(owner))) }
      if owners.count > 1 {
        sketch.remarks.append("\(names(of: group)): entries of several owners; all get \(owner)")
      }
    }
    for archive in group.archives {
      if let mode = archive.contents.rootMode, mode != .folder {
        sketch.remarks.append(
          "\(archive.contents.path): its root has mode \(mode.octal); kpack writes \(FileMode.folder.octal)")
      }
    }
    let bare = group.archives.filter { !$0.contents.hasFolders }
    if let first = bare.first {
      sketch.notes.append("\(escapedName(first.contents.path.utf8)): has no entries for folders; kpack writes them")
    }
    return members
  }

  private func names(of group: ArchiveGroup) -> String {
    group.archives.map { escapedName($0.contents.path.utf8) }.firstFew
  }

  private func releaseMembers(_ name: String, _ paths: ProgramPaths?) -> [(String, JSONLiteral)] {
    var members: [(String, JSONLiteral)] = [("name", .string(name))]
    if !platformLists.isEmpty {
      let lists = platformLists.map { ($0.name, JSONLiteral.array($0.platforms.map { .string("\($0)") })) }
      members.append(("platforms", .object(lists)))
    }
    if !lists.isEmpty {
      let lists = lists.map { ($0.name, JSONLiteral.array($0.binaries.map { .string($0) })) }
      members.append(("binaries", .object(lists)))
    }
    if let path = paths?.json { members.append(("binaryPath", path)) }
    if let json = names.json { members.append(("names", json)) }
    return members
  }

  /// Tells where programs are looked for.
  private mutating func tellPrograms(_ paths: ProgramPaths?) {
    if programs.isEmpty { return }
    guard let paths else {
      sketch.remarks.append(
        "the built programs stand in no order that a path by platform says; put them at BIN/OS/ARCH/NAME")
      return
    }
    let folder: String
    if hasOutsidePrograms {
      let bin = places.bin ?? places.usualBin
      folder = paths.folder.isEmpty ? bin : "\(bin)/\(paths.folder)"
    } else {
      folder = places.root == "." ? paths.folder : "\(places.root)/\(paths.folder)"
    }
    if folder != places.usualBin || places.bin != nil { sketch.options += ["--bin", folder.isEmpty ? "." : folder] }
  }

  private mutating func tellTimes() {
    let times = Set(groups.flatMap(\.archives).map(\.contents.time))
    if times.count == 1, let time = times.first ?? nil, time >= 0 {
      sketch.options += ["--epoch", "\(time)"]
    } else {
      sketch.notes.append("the entries have several times; kpack gives all entries of a release one, that of --epoch")
    }
  }
}
