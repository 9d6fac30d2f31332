// The archives of a release that one layout gives: those that differ by platform alone.

import Archive
import Basics
import Image

/// An archive with what its name says.
struct NamedArchive {
  let contents: ArchiveContents
  /// The words of the file's name.
  let words: NameWords
  /// What the name begins with before those words and its suffix.
  let lead: String
  /// The platform that it is for; nil for one that is for all.
  let platform: Platform?

  init(_ contents: ArchiveContents, version: String?) {
    self.contents = contents
    words = NameWords(contents.fileName, version: version)
    let name = contents.fileName
    let suffix = ArchiveFormat.suffixes.map(\.utf8).first {
      name.count > $0.count && name.suffix($0.count).elementsEqual($0)
    }
    lead = NameWords(Array(name.dropLast(suffix?.count ?? 0)), version: words.version?.text ?? "").lead
    platform = words.platform ?? Self.platform(words, contents)
  }

  /// The platform of a name that has a system alone: what its programs are for.
  private static func platform(_ words: NameWords, _ contents: ArchiveContents) -> Platform? {
    guard let system = words.system?.meaning, words.architecture == nil else { return nil }
    let machines = contents.items.compactMap(\.machines)
    if machines.isEmpty { return nil }
    let likely = ["amd64", "arm64", "386", "arm"].map { Platform(os: system, architecture: $0) }
    return likely.first { platform in
      machines.allSatisfy { $0.suit(os: platform.os, architecture: platform.architecture) }
    }
  }
}

/// Archives of one layout, of different platforms; or a single one that is for all.
struct ArchiveGroup {
  let archives: [NamedArchive]

  /// What all names begin with.
  var lead: String { archives.first?.lead ?? "" }
  /// Whether they are for platforms.
  var hasPlatforms: Bool { archives.first?.platform != nil }

  /// The groups of `archives`, in their order. Throws `SketchError` where two would have one name.
  static func of(_ archives: [NamedArchive]) throws -> [ArchiveGroup] {
    var order: [[UInt8]] = []
    var byLead: [[UInt8]: [NamedArchive]] = [:]
    for archive in archives {
      // A NUL keeps those for all apart from those for platforms.
      let key = Array(archive.lead.utf8) + (archive.platform == nil ? [0] : [])
      if byLead[key] == nil { order.append(key) }
      byLead[key, default: []].append(archive)
    }
    return try order.flatMap { key in
      let members = byLead[key] ?? []
      if isOne(members) { return [ArchiveGroup(archives: members)] }
      return try byFrame(members)
    }
  }

  /// Groups by what the names have beside the words of platforms.
  private static func byFrame(_ archives: [NamedArchive]) throws -> [ArchiveGroup] {
    var groups: [[NamedArchive]] = []
    for archive in archives {
      let index = groups.firstIndex { $0[0].words.frame == archive.words.frame }
      if let index { groups[index].append(archive) } else { groups.append([archive]) }
    }
    for group in groups where !isOne(group) {
      let twin = group.dropFirst().first { $0.platform == group[0].platform } ?? group[0]
      throw SketchError(
        description: "\(escapedName(group[0].contents.path.utf8)) and \(escapedName(twin.contents.path.utf8)): "
          + "expected archives for different platforms, found two for \(group[0].platform.map { "\($0)" } ?? "all")")
    }
    return groups.map { ArchiveGroup(archives: $0) }
  }

  private static func isOne(_ archives: [NamedArchive]) -> Bool {
    let platforms = archives.map(\.platform)
    return Set(platforms).count == platforms.count
  }
}
