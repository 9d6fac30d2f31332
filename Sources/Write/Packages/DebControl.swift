// What a deb says of itself: the files of its control archive. deb-control(5), deb-md5sums(5), deb-conffiles(5),
// deb-preinst(5) and the like.

import Archive
import Basics
import Layout
import Plan

/// The control archive of a deb.
struct DebControl {
  let fields: PackageFields
  let entries: TarEntryList
  /// Bytes of the contents of an entry, by its index.
  let size: (Int) -> Int64
  /// The sums of the entries; nil for all of them where only what the archive depends on is wanted.
  let sums: [FileSums?]?

  /// The names of fields, in the order of a control file.
  private static let relationNames: [(PackageRelation, String)] = [
    (.preDepends, "Pre-Depends"), (.depends, "Depends"), (.recommends, "Recommends"), (.suggests, "Suggests"),
    (.enhances, "Enhances"), (.breaks, "Breaks"), (.conflicts, "Conflicts"), (.provides, "Provides"),
    (.replaces, "Replaces"),
  ]
  private static let scriptNames: [(PackageScript, String)] = [
    (.preInstall, "preinst"), (.postInstall, "postinst"), (.preRemove, "prerm"), (.postRemove, "postrm"),
  ]
  private static let prefixCount = 2

  /// The plain tar.
  func archive() throws -> [UInt8] {
    var rope = Rope(in: SourceStore(SourceTable()))
    func add(_ name: String, _ kind: TarEntryKind = .file, mode: UInt16, _ bytes: [UInt8] = []) {
      let root = Array("root".utf8)
      let entry = TarEntry(
        name: Array("./\(name)".utf8), kind: kind, mode: mode, mtime: entries.mtime, uname: root, gname: root)
      rope.append(entry, kind == .file ? .bytes(bytes) : .none)
    }
    add("", .directory, mode: 0o755)
    let conffiles = conffiles
    if !conffiles.isEmpty { add("conffiles", mode: 0o644, conffiles) }
    add("control", mode: 0o644, Array(control.utf8))
    if sums != nil { add("md5sums", mode: 0o644, md5sums) }
    for (script, name) in Self.scriptNames {
      if let bytes = fields.scripts[script] { add(name, mode: 0o755, bytes) }
    }
    rope.appendEnd()
    var bytes: [UInt8] = []
    try rope.forEachChunk { bytes += $0 }
    return bytes
  }

  /// The file "control".
  var control: String {
    var lines: [String] = []
    func add(_ name: String, _ value: String?) { if let value { lines.append("\(name): \(value)") } }
    add("Package", fields.name)
    add("Version", fields.fullVersion)
    add("Architecture", fields.architecture)
    add("Maintainer", fields.texts[.maintainer])
    add("Installed-Size", String(installedSize))
    for (kind, name) in Self.relationNames {
      let all = fields.relations.filter { $0.kind == kind }.flatMap(\.dependencies)
      if !all.isEmpty { add(name, all.map { $0.map(Self.text).joined(separator: " | ") }.joined(separator: ", ")) }
    }
    add("Section", fields.texts[.section] ?? "misc")
    add("Priority", fields.texts[.priority] ?? "optional")
    add("Homepage", fields.texts[.homepage])
    let (summary, more) = fields.described
    add("Description", summary)
    // Each further line begins with a blank, and an empty one is a dot (deb-control(5), "Description").
    // One that begins with a dot has a second blank, since such lines are kept for later use.
    lines += more.map { line in
      if line.utf8.allSatisfy({ $0 == UInt8(ascii: " ") }) { return " ." }
      return line.utf8.first == UInt8(ascii: ".") ? "  \(line)" : " \(line)"
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private static func text(of dependency: PackageDependency) -> String {
    dependency.name + (dependency.bound.map { " (\($0.comparison.rawValue) \($0.version))" } ?? "")
  }

  /// KiB: of each file its size, rounded up, and one for all else (deb-substvars(5), "Installed-Size").
  private var installedSize: Int64 {
    (0..<entries.count).reduce(0) { sum, index in
      sum.addingClamped(entries.kind(at: index) == .file ? (size(index) >> 10) + (size(index) & 1023 == 0 ? 0 : 1) : 1)
    }
  }

  /// The paths below the root of the files, with their indexes.
  private var files: [(index: Int, path: ArraySlice<UInt8>)] {
    (0..<entries.count).filter { entries.kind(at: $0) == .file }.map {
      ($0, entries.name(at: $0).dropFirst(Self.prefixCount))
    }
  }

  /// The paths of the files that people change. dpkg has one kind of them.
  private var configPaths: Set<[UInt8]> {
    (fields.marks[.config] ?? []).union(fields.marks[.replacedConfig] ?? [])
  }

  private var conffiles: [UInt8] {
    let paths = configPaths
    return files.filter { paths.contains(Array($0.path)) }.flatMap {
      [UInt8(ascii: "/")] + $0.path + [UInt8(ascii: "\n")]
    }
  }

  /// Without the files that people change, as debhelper does (dh_md5sums(1)).
  private var md5sums: [UInt8] {
    let paths = configPaths
    return files.filter { !paths.contains(Array($0.path)) }.flatMap { index, path in
      Array("\(sums?[index]?.md5 ?? "")  ".utf8) + path + [UInt8(ascii: "\n")]
    }
  }
}
