// What a source tree has beside its programs that a release ships, and what the project is called.

import Basics
import Files
import Image

/// The files of a project that go into its archives.
struct ProjectFiles {
  /// A folder that goes in as a whole, and the folder of the archive that it becomes.
  struct Folder {
    let path: String
    let to: String
    /// The patterns for what is taken; empty for all.
    let include: [String]
  }

  /// Files at the top of the tree that people read: licenses, READMEs, lists of changes.
  private(set) var documents: [String] = []
  private(set) var folders: [Folder] = []
  /// The name of the project.
  let name: String

  /// The beginnings of names of documents, in capitals.
  private static let beginnings = [
    "LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "README", "CHANGELOG", "CHANGES",
  ]
  /// The ends of names of documents; one without a dot is a document too.
  private static let ends = ["", ".md", ".txt", ".rst", ".adoc"]
  /// Folders of man pages, the likely ones first.
  private static let manFolders = ["man", "docs/man", "doc/man", "share/man", "docs", "doc"]
  private static let completionFolders = [
    "completions", "completion", "complete", "contrib/completion", "contrib/completions", "share/completions",
  ]

  init(in places: SketchPlaces) throws {
    let tree = try TreeIndex(of: places.root, leaving: places.leaving, depth: 4)
    for file in tree.files where !file.path.contains(UInt8(ascii: "/")) {
      guard let name = String(validating: file.path, as: UTF8.self), Self.isDocument(name) else { continue }
      documents.append(name)
    }
    name = try Self.name(of: tree, places)
    if let pages = Self.pages(in: tree) { folders.append(pages) }
    let completions = Self.completionFolders.first { !tree.files(below: Array($0.utf8)).isEmpty }
    if let completions { folders.append(Folder(path: completions, to: "completions", include: [])) }
  }

  private static func isDocument(_ name: String) -> Bool {
    let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let end = parts.count > 1 ? ".\(parts[1].lowercased())" : ""
    let start = parts[0].uppercased()
    // "LICENSE-MIT" too.
    return ends.contains(end)
      && beginnings.contains { start == $0 || start.hasPrefix("\($0)-") || start.hasPrefix("\($0)_") }
  }

  /// The first folder with man pages: files that end in a dot and the number of a section.
  private static func pages(in tree: TreeIndex) -> Folder? {
    for folder in manFolders {
      let files = tree.files(below: Array(folder.utf8))
      let pages = files.filter { file in
        guard let dot = file.name.lastIndex(of: UInt8(ascii: ".")) else { return false }
        let end = file.name[(dot + 1)...]
        return end.count == 1 && end.first.map { (UInt8(ascii: "1")...UInt8(ascii: "8")).contains($0) } ?? false
      }
      if pages.isEmpty { continue }
      return Folder(path: folder, to: "man", include: pages.count == files.count ? [] : ["*.[1-8]"])
    }
    return nil
  }
}

// The name
extension ProjectFiles {
  /// The name that go.mod or Cargo.toml gives, else that of the tree's folder.
  private static func name(of tree: TreeIndex, _ places: SketchPlaces) throws -> String {
    let module = try lines(of: "go.mod", in: tree).first { $0.hasPrefix("module ") }.map {
      goName(String($0.dropFirst(7)))
    }
    let package = try cargoName(lines(of: "Cargo.toml", in: tree))
    let folder = try Paths.resolved(Array(places.root.utf8))
    let own = String(decoding: folder.split(separator: UInt8(ascii: "/")).last ?? [], as: UTF8.self)
    let found = [module, package, own].compactMap { $0 }.first { !$0.isEmpty } ?? ""
    return layoutName(found) == "archive"
      ? "project"
      : found.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "/") } ? found : layoutName(found)
  }

  /// The last part of a module's path that is no major version (Go Modules Reference, "Module paths").
  private static func goName(_ path: String) -> String {
    let bare = path.prefix { $0 != " " }.filter { $0 != "\"" && $0 != " " && $0 != "\r" }
    let parts = bare.split(separator: "/")
    let isVersion = { (part: Substring) in
      part.first == "v" && part.count > 1 && part.dropFirst().allSatisfy(\.isNumber)
    }
    return String(parts.last { !isVersion($0) } ?? "")
  }

  /// `name` in the table [package] (The Cargo Book, "The Manifest Format").
  private static func cargoName(_ lines: [String]) -> String? {
    var isInPackage = false
    for line in lines {
      let text = line.filter { $0 != " " && $0 != "\t" && $0 != "\r" }
      if text.hasPrefix("[") { isInPackage = text.hasPrefix("[package]") }
      guard isInPackage, text.hasPrefix("name=\"") else { continue }
      return String(text.dropFirst("name=\"".count).prefix { $0 != "\"" })
    }
    return nil
  }

  /// The most bytes of such a file that are read.
  private static let longestFile: Int64 = 1 << 20

  /// The lines of a small text at the top of the tree; none where it is not there.
  private static func lines(of name: String, in tree: TreeIndex) throws -> [String] {
    guard let file = tree.files.first(where: { $0.path.elementsEqual(name.utf8) }), file.target == nil,
      file.source.identity.size <= longestFile,
      let bytes = try file.source.part(from: 0, count: UInt64(file.source.identity.size))
    else { return [] }
    return bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
  }
}
