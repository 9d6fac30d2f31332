// A planned tarball as an mtree(5) specification, which bsdtar reads as the description of an archive.

import Archive
import Basics
import Files
import Plan

/// The mtree specification of a tarball.
struct MtreeSpecification {
  private let tarball: Artifact
  private let plan: Plan
  private let out: String

  /// `out` is the folder of the tarballs that this one holds.
  init(_ tarball: Artifact, _ plan: Plan, out: String) {
    self.tarball = tarball
    self.plan = plan
    self.out = out
  }

  /// The count of files whose contents are not in a file on disk: mtree has their size and digest, but not the bytes.
  var filesWithoutSource: Int {
    (0..<tarball.entries.count).count { tarball.entries.kind(at: $0) == .file && contents($0) == nil }
  }

  /// Calls `print` with each line; throws what it throws.
  func write(_ print: (String) throws -> Void) throws {
    try print("#mtree")
    for index in 0..<tarball.entries.count {
      try print(line(index))
      // After a folder whose name has no slash, mtree resolves names without a slash in that folder: ".." leaves it.
      let name = tarball.entries.name(at: index)
      if tarball.entries.kind(at: index) == .directory && !name.dropLast().contains(UInt8(ascii: "/")) {
        try print("..")
      }
    }
  }

  private func line(_ index: Int) -> String {
    let record = plan.record(of: tarball, at: index)
    let entry = record.entry
    let name = entry.kind == .directory ? Array(entry.name.dropLast()) : entry.name
    var words = [Self.escaped(name)]
    words.append("type=\(entry.kind == .symlink ? "link" : entry.kind.rawValue)")
    words.append("mode=\(record.mode)")
    words.append("uid=\(entry.uid) gid=\(entry.gid) time=\(entry.mtime).0")
    if !entry.uname.isEmpty { words.append("uname=\(Self.escaped(entry.uname))") }
    if !entry.gname.isEmpty { words.append("gname=\(Self.escaped(entry.gname))") }
    if entry.kind == .symlink { words.append("link=\(Self.escaped(entry.linkname))") }
    if entry.kind == .file {
      if let size = record.size { words.append("size=\(size)") }
      if let contents = contents(index) { words.append("contents=\(Self.escaped(contents))") }
      if let digest = digest(index) { words.append("sha256digest=\(digest)") }
    }
    return words.joined(separator: " ")
  }

  /// The path of the file with an entry's contents; nil when no file on disk has them.
  private func contents(_ index: Int) -> [UInt8]? {
    if let file = tarball.entries.sourceFile(at: index) { return file.path }
    guard case .source(let id) = tarball.entries.body(at: index) else { return nil }
    switch plan.sources[id] {
    case .file(let file): return file.path
    case .artifact(let number): return Array("\(out)/\(plan.artifacts[number].fileName)".utf8)
    case .bytes, .extent, .spool, .nested: return nil
    }
  }

  /// The digest of contents that are in the plan itself.
  private func digest(_ index: Int) -> Digest? {
    guard case .source(let id) = tarball.entries.body(at: index), case .bytes(let bytes) = plan.sources[id] else {
      return nil
    }
    return SHA256.digest(of: bytes)
  }

  /// The text with blanks, control bytes, backslash, "#" and bytes outside ASCII as `\ooo` (mtree(5), vis(3)).
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
