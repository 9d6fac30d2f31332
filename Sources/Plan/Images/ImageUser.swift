// The user that an image sets: a name must be in the image's own passwd, else no container of it starts.

import Archive
import Basics
import Files
import Git
import Image
import Layout

/// Looks up the user of an image, as engines do it when a container starts (moby/sys, user.GetExecUser): numbers need no
/// entry, a name of a user is looked up in /etc/passwd, and one of a group in /etc/group.
struct ImageUser {
  /// "USER" or "USER:GROUP".
  let text: String
  let layer: ImageLayer
  /// All files of the image.
  let files: FileTable
  /// Those of its base, and the base itself where it is known.
  let base: DraftBase
  let context: DraftContext

  /// The most bytes of a file that names are looked up in.
  private static let largestFile: UInt64 = 1 << 20

  /// What is missing; nil where nothing is, or where it is not known.
  func reason() throws -> String? {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    if let user = parts.first, let reason = try reason(String(user), "user", "etc/passwd") { return reason }
    return parts.count > 1 ? try reason(String(parts[1]), "group", "etc/group") : nil
  }

  private func reason(_ name: String, _ kind: String, _ path: String) throws -> String? {
    if name.isEmpty || name.utf8.allSatisfy(\.isDigit) { return nil }
    let found = "the \(kind) \(quoted(name))"
    let remedy = "no container of it starts; a number needs no entry"
    guard let resolved = files.resolve(Array(path.utf8)), files[resolved]?.kind == .file else {
      return "\(found) is not known, because there is no /\(path) in it: \(remedy)"
    }
    guard let bytes = try contents(of: resolved) else { return nil }
    let names = bytes.split(separator: UInt8(ascii: "\n")).map { $0.prefix { $0 != UInt8(ascii: ":") } }
    if names.contains(where: { $0.elementsEqual(name.utf8) }) { return nil }
    return "\(found) is not in its /\(path): \(remedy)"
  }

  /// The bytes of a file of the base; nil for a large one.
  private func contents(ofBase path: [UInt8]) throws -> [UInt8]? {
    guard let image = base.image, let bases = context.bases, let entry = base.files[path],
      let count = entry.contents?.count, UInt64(clamping: count) <= Self.largestFile,
      let found = try bases.contents(of: entry, in: image, near: context.locations.out)
    else { return nil }
    // At most the bytes that were just asked for.
    var bytes = [UInt8](repeating: 0, count: Int(found.count))
    try bytes.withUnsafeMutableBytes { try found.spool.read(from: found.offset, into: $0) }
    return bytes
  }

  /// The bytes of a file of the image; nil for a large one.
  private func contents(of path: [UInt8]) throws -> [UInt8]? {
    guard let index = layer.entries.index(of: path) else { return try contents(ofBase: path) }
    let source: (any PartSource)?
    if let file = layer.entries.sourceFile(at: index) {
      source = file
    } else if case .source(let id) = layer.entries.body(at: index) {
      source = try OpenedSource(layer.draft.sources[Int(id.index)], in: context.git)
    } else {
      source = nil
    }
    guard let source, UInt64(clamping: source.byteCount) <= Self.largestFile else { return nil }
    return try source.part(from: 0, count: UInt64(clamping: source.byteCount))
  }
}
