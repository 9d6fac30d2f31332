// Where built programs stand: the folder that all of them are in, and the path of one below it by platform.

import Basics
import JSON

/// The folder of binaries and what "binaryPath" is in it.
struct ProgramPaths {
  /// A program that was found.
  struct Place {
    let platform: Platform
    /// Its name without ".exe".
    let name: String
    /// Its path below the source tree, or below the folder of binaries.
    let path: [UInt8]
  }

  /// The folder that all programs are in, as a path below that of the places; empty for that folder itself.
  let folder: String
  /// The path of a program below it.
  let template: PlatformTexts

  /// The path that kpack looks at when layouts name no other.
  static let usual = "{os}/{arch}/{binary}"
  private static let usualWithVariants = "{os}/{arch}{variant}/{binary}"

  /// "binaryPath" of release.json; nil for the usual one.
  var json: JSONLiteral? {
    let common = template.common
    return common == Self.usual || common == Self.usualWithVariants ? nil : template.json
  }

  /// The paths of `places`; `table` has the words that file names have, and gets no others. Nil when the programs of one platform stand in ways that no template says.
  init?(_ places: [Place], _ table: PlatformNameTable) {
    var table = table
    table.isComplete = true
    let found = [false, true].lazy.compactMap { Self(places, replacingAll: $0, table) }.first
    guard let found else { return nil }
    self = found
  }

  private init?(_ places: [Place], replacingAll: Bool, _ table: PlatformNameTable) {
    var table = table
    let named = places.compactMap { place in
      Self.marked(place, replacingAll: replacingAll).map { (place.platform, NameWords($0)) }
    }
    guard named.count == places.count, !named.isEmpty else { return nil }
    let texts = PlatformTexts(named.map { ($0.0, NameWords($0.1.name, version: "")) }, &table).texts
    var byPlatform: [(platform: Platform, text: String)] = []
    for (platform, marked) in texts {
      let text = marked.replacing(Self.mark, with: "{binary}")
      if let known = byPlatform.first(where: { $0.platform == platform }) {
        if known.text != text { return nil }
      } else {
        byPlatform.append((platform, text))
      }
    }
    folder = Self.folder(of: byPlatform.map(\.text))
    let count = folder.isEmpty ? 0 : folder.utf8.count + 1
    template = PlatformTexts(
      byPlatform.map { ($0.platform, String(decoding: $0.text.utf8.dropFirst(count), as: UTF8.self)) })
  }

  /// What stands for a program's name until all paths are templates.
  private static let mark = "\u{1}"

  /// The path with a mark for the program's name in its last part, or wherever the name stands alone.
  private static func marked(_ place: Place, replacingAll: Bool) -> [UInt8]? {
    let name = Array(place.name.utf8)
    var path = place.path
    let suffix = Array(".exe".utf8)
    if place.platform.os == "windows", path.suffix(suffix.count).elementsEqual(suffix) { path.removeLast(suffix.count) }
    var last = path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
    var index = replacingAll ? 0 : last
    var hasMark = false
    while index + name.count <= path.count {
      let end = index + name.count
      let isAlone =
        (index == 0 || !path[index - 1].isLetterOrDigit) && (end == path.count || !path[end].isLetterOrDigit)
      if isAlone && path[index..<end].elementsEqual(name) {
        path.replaceSubrange(index..<end, with: mark.utf8)
        hasMark = hasMark || index >= last
        // In the last part the name stands once.
        if index >= last { break }
        last -= name.count - mark.utf8.count
      }
      index += 1
    }
    return hasMark ? path : nil
  }

  /// The folders that all of `paths` begin with, as far as they have no variable.
  private static func folder(of paths: [String]) -> String {
    let parts = paths.map {
      $0.utf8.split(separator: UInt8(ascii: "/")).map { String(decoding: Array($0), as: UTF8.self) }.dropLast()
    }
    guard let first = parts.first else { return "" }
    var count = 0
    while count < first.count, !first[count].utf8.contains(UInt8(ascii: "{")),
      parts.allSatisfy({ $0.count > count && $0[count].utf8.elementsEqual(first[count].utf8) })
    {
      count += 1
    }
    return first.prefix(count).joined(separator: "/")
  }
}
