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

  /// The lines. Throws `Diagnostic` for contents that stand in no file, which mtree cannot express.
  func lines() throws(Diagnostic) -> [String] {
    var lines = ["#mtree"]
    for index in 0..<tarball.entries.count { lines.append(try line(index)) }
    return lines
  }

  private func line(_ index: Int) throws(Diagnostic) -> String {
    let size = plan.size(of: tarball, at: index)
    let entry = tarball.entries.entry(at: index, size: size ?? 0)
    var words = [Self.escaped(entry.kind == .directory ? Array(entry.name.dropLast()) : entry.name)]
    words.append("type=\(entry.kind == .symlink ? "link" : entry.kind.rawValue)")
    words.append("mode=\(ListingRow(entry: entry, digest: nil).mode)")
    words.append("uid=\(entry.uid) gid=\(entry.gid) time=\(entry.mtime).0")
    if !entry.uname.isEmpty { words.append("uname=\(Self.escaped(entry.uname))") }
    if !entry.gname.isEmpty { words.append("gname=\(Self.escaped(entry.gname))") }
    if entry.kind == .symlink { words.append("link=\(Self.escaped(entry.linkname))") }
    if entry.kind == .file {
      if let size { words.append("size=\(size)") }
      words.append("contents=\(Self.escaped(try contents(index, entry)))")
    }
    return words.joined(separator: " ")
  }

  private func contents(_ index: Int, _ entry: TarEntry) throws(Diagnostic) -> [UInt8] {
    if let file = tarball.entries.sourceFile(at: index) { return file.path }
    if case .content(let id) = tarball.entries.body(at: index) {
      switch plan.contents[id] {
      case .file(let file): return file.path
      case .artifact(let number): return Array("\(out)/\(plan.tarballs[number].fileName)".utf8)
      // bsdtar takes an entry without contents from the path itself, which is not there; an empty file it can read.
      case .bytes(let bytes) where bytes.isEmpty: return Array("/dev/null".utf8)
      case .bytes, .extent: break
      }
    }
    throw Diagnostic(
      .usage, "\(tarball.fileName): \(escapedName(entry.name)): mtree cannot express contents that are in no file")
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
