// A planned tarball in the words of mtree(5), which bsdtar reads as the description of an archive.

import Archive
import Packaging

/// The mtree specification of a tarball.
struct MtreeSpecification {
  private let tarball: PlannedTarball
  private let plan: Plan
  private let out: String

  /// `out` is where the tarballs that this one holds stand.
  init(_ tarball: PlannedTarball, _ plan: Plan, out: String) {
    self.tarball = tarball
    self.plan = plan
    self.out = out
  }

  /// Gives `print` each line. Throws what it throws, and `Diagnostic` for contents that stand in no file, which mtree
  /// cannot express.
  func write(_ print: (String) throws -> Void) throws {
    for index in 0..<tarball.entries.count { _ = try contents(index) }
    try print("#mtree")
    for index in 0..<tarball.entries.count {
      try print(try line(index))
      // A folder without a slash in its name becomes the one that names without a slash are taken from.
      let name = tarball.entries.name(at: index)
      if tarball.entries.kind(at: index) == .directory && !name.dropLast().contains(UInt8(ascii: "/")) {
        try print("..")
      }
    }
  }

  private func line(_ index: Int) throws(Diagnostic) -> String {
    let size = plan.size(of: tarball, at: index)
    let entry = tarball.entries.entry(at: index, size: size ?? 0)
    let name = entry.kind == .directory ? Array(entry.name.dropLast()) : entry.name
    var words = [Self.escaped(name)]
    words.append("type=\(entry.kind == .symlink ? "link" : entry.kind.rawValue)")
    words.append("mode=\(ListingRow(entry: entry, digest: nil).mode)")
    words.append("uid=\(entry.uid) gid=\(entry.gid) time=\(entry.mtime).0")
    if !entry.uname.isEmpty { words.append("uname=\(Self.escaped(entry.uname))") }
    if !entry.gname.isEmpty { words.append("gname=\(Self.escaped(entry.gname))") }
    if entry.kind == .symlink { words.append("link=\(Self.escaped(entry.linkname))") }
    if entry.kind == .file {
      if let size { words.append("size=\(size)") }
      words.append("contents=\(Self.escaped(try contents(index)))")
    }
    return words.joined(separator: " ")
  }

  /// The path of an entry's contents; empty for what has none.
  private func contents(_ index: Int) throws(Diagnostic) -> [UInt8] {
    if let file = tarball.entries.sourceFile(at: index) { return file.path }
    guard case .content(let id) = tarball.entries.body(at: index) else { return [] }
    switch plan.contents[id] {
    case .file(let file): return file.path
    case .artifact(let number): return Array("\(out)/\(plan.tarballs[number].fileName)".utf8)
    case .bytes, .extent:
      let name = escapedName(tarball.entries.name(at: index))
      throw Diagnostic(.usage, "\(tarball.fileName): \(name): mtree cannot express contents that stand in no file")
    }
  }

  /// Blanks, control bytes, backslash, "#" and bytes outside ASCII as `\ooo` (mtree(5), vis(3)).
  private static func escaped(_ text: [UInt8]) -> String {
    var escaped: [UInt8] = []
    for byte in text {
      if byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "\\") && byte != UInt8(ascii: "#") {
        escaped.append(byte)
      } else {
        escaped += [UInt8(ascii: "\\")] + [byte >> 6, byte >> 3 & 7, byte & 7].map { UInt8(ascii: "0") + $0 }
      }
    }
    return String(decoding: escaped, as: UTF8.self)
  }
}
