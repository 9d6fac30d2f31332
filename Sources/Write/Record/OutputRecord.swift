// The record of all files that runs made, and of the folders of the stage: where each stands, its size and digest, and what it belongs to. By it kpack
// tells its own files from those of others.

import Basics
import JSON
import Plan

/// The files that runs made and that are still there.
struct OutputRecord: Equatable {
  /// A file that a run made.
  struct Entry: Equatable {
    let size: Int64
    let digest: Digest
    /// The name of its artifact for messages; the files beside an artifact have that of the artifact.
    let artifact: String
    /// The name of the release that it belongs to.
    let release: String
    let owner: OutputOwner
    /// Whether it is a folder of the stage; then `size` is that of all files in it, `digest` that of its `FolderContents`.
    var isFolder = false
    /// Whether it is a checksum file.
    var isChecksums = false

    /// Whether it comes and goes with the archive of its artifact: a tarball has checksum files alone beside it.
    var isBesideOthers: Bool {
      switch owner {
      case .tarball: isChecksums
      case .image: !isFolder
      case .release: false
      }
    }
  }

  /// By the absolute path of the file, without links.
  var entries: [[UInt8]: Entry] = [:]

  private static let version = "1"
  /// The name that no layout of a tarball has: that of the layout of the release.
  fileprivate static let releaseLayout = "release"
  /// The most values in a document that is read; one of 16 MiB has no room for entries of more.
  static let mostValues = 1 << 20

  /// Whether the path is in a folder that the record has as a whole.
  func isInFolder(_ path: [UInt8]) -> Bool {
    var rest = path[...]
    while let slash = rest.lastIndex(of: UInt8(ascii: "/")) {
      rest = rest[..<slash]
      if entries[Array(rest)]?.isFolder == true { return true }
    }
    return false
  }
}

// The text: one entry a line, so that two records can be compared by their lines.
extension OutputRecord {
  /// The text of the record in the folder `base`, an absolute path without links. Folders below it are told relative to
  /// it, so that a tree can be moved.
  ///
  /// An entry with a name that is no UTF-8, which JSON cannot hold, is left out.
  func text(in base: [UInt8]) -> [UInt8] {
    let places = entries.compactMap { path, entry in RecordedPlace(path, in: base).map { ($0, entry) } }
    let lines = places.sorted { bytesPrecede($0.0.sortKey, $1.0.sortKey) }.map { place, entry in
      let owner: (String, JSONLiteral) =
        switch entry.owner {
        case .tarball(let name): ("layout", .string(name))
        case .image(let name): ("image", .string(name))
        case .release: ("layout", .string(Self.releaseLayout))
        }
      let line: JSONLiteral = .object(
        [
          ("folder", .string(place.folder)), ("name", .string(place.name)), ("size", .integer(entry.size)),
          ("sha256", .string("\(entry.digest)")), ("artifact", .string(entry.artifact)),
          ("release", .string(entry.release)), owner,
        ] + (entry.isFolder ? [("isFolder", .bool(true))] : [])
          + (entry.isChecksums ? [("isChecksums", .bool(true))] : []))
      return line.text
    }
    return Array("{\"version\":\(Self.version),\"outputs\":[\n\(lines.joined(separator: ",\n"))\n]}\n".utf8)
  }

  /// Reads the text of a record in the folder `base`.
  init(_ text: [UInt8], in base: [UInt8]) throws(RecordFault) {
    let document: JSONValue
    do throws(JSONError) {
      document = try JSONReader.read(text, mostValues: Self.mostValues)
    } catch {
      throw .damaged(line: error.position.line, reason: error.reason)
    }
    let members = try RecordMembers(document)
    guard case .number(let version)? = members["version"]?.kind else { throw members.fault("no \"version\"") }
    if version != Self.version { throw .version(version) }
    guard case .array(let outputs)? = members["outputs"]?.kind else { throw members.fault("no list \"outputs\"") }
    for output in outputs {
      let members = try RecordMembers(output)
      let place = RecordedPlace(folder: try members.string("folder"), name: try members.string("name"))
      guard let path = place.path(in: base) else { throw members.fault("no place of a file") }
      entries[path] = try members.entry()
    }
  }
}

/// Why a file is not taken for a record.
package enum RecordFault: Error, Equatable, CustomStringConvertible {
  /// No regular file; the type in a word.
  case type(String)
  case large
  /// The message of the system.
  case unreadable(String)
  case damaged(line: Int, reason: String)
  /// A version of the format that is not this program's.
  case version(String)

  package var description: String {
    switch self {
    case .type(let name): "found \(name)"
    case .large: "found more than \(RecordFile.largest >> 20) MiB"
    case .unreadable(let text): text
    case .damaged(let line, let reason): "line \(line): \(reason)"
    case .version(let version): "found version \(version), which this kpack does not know"
    }
  }
}

/// A place as the record tells it.
private struct RecordedPlace {
  /// Relative to the folder of the record, or absolute; "." for that folder.
  let folder: String
  let name: String

  private static let slash = UInt8(ascii: "/")

  init(folder: String, name: String) { (self.folder, self.name) = (folder, name) }

  /// The place of `path` in the record of the folder `base`; nil when it is no UTF-8.
  init?(_ path: [UInt8], in base: [UInt8]) {
    guard let slash = path.lastIndex(of: Self.slash),
      let name = String(validating: path[(slash + 1)...], as: UTF8.self)
    else { return nil }
    let above = path[..<slash]
    // Of a file in the root, `above` is empty, and so is that of a record there.
    let root = base == [Self.slash] ? [] : base
    var folder: ArraySlice<UInt8> = above.isEmpty ? [Self.slash] : above
    if above.elementsEqual(root) {
      folder = [UInt8(ascii: ".")]
    } else if above.starts(with: root + [Self.slash]) {
      folder = above.dropFirst(root.count + 1)
    }
    guard let text = String(validating: folder, as: UTF8.self) else { return nil }
    self.init(folder: text, name: name)
  }

  /// The absolute path; nil when the place could lead anywhere else than its text says.
  func path(in base: [UInt8]) -> [UInt8]? {
    let root = base == [Self.slash] ? [] : base
    var parts = Array(folder.utf8).split(separator: Self.slash, omittingEmptySubsequences: false)
    let isAbsolute = folder.utf8.first == Self.slash
    if isAbsolute { parts.removeFirst() }
    if folder == "." || folder == "/" { parts = [] }
    parts.append(Array(name.utf8)[...])
    guard parts.allSatisfy(Self.isPart) else { return nil }
    return parts.reduce(isAbsolute ? [] : root) { $0 + [Self.slash] + $1 }
  }

  private static func isPart(_ part: ArraySlice<UInt8>) -> Bool {
    !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8)
      && !part.contains { $0 == slash || $0 == 0 }
  }

  /// The order in the record: by folder, then by name. No name has a NUL.
  var sortKey: [UInt8] { folder.utf8 + [0] + name.utf8 }
}

/// The members of an object in a record.
private struct RecordMembers {
  private let value: JSONValue
  private let members: [JSONMember]

  init(_ value: JSONValue) throws(RecordFault) {
    self.value = value
    guard case .object(let members) = value.kind else {
      throw .damaged(line: value.position.line, reason: "expected an object")
    }
    self.members = members
  }

  subscript(key: String) -> JSONValue? { members.first { $0.key == key }?.value }

  func fault(_ found: String) -> RecordFault { .damaged(line: value.position.line, reason: found) }

  func string(_ key: String) throws(RecordFault) -> String {
    guard case .string(let text)? = self[key]?.kind else { throw fault("no text \"\(key)\"") }
    return text
  }

  func entry() throws(RecordFault) -> OutputRecord.Entry {
    guard case .number(let digits)? = self["size"]?.kind, let size = Int64(digits), size >= 0 else {
      throw fault("no \"size\" of a file")
    }
    guard let digest = Digest(hex: Array(try string("sha256").utf8)) else { throw fault("no digest in \"sha256\"") }
    let layout = self["image"] == nil ? try string("layout") : nil
    let owner: OutputOwner =
      switch layout {
      case OutputRecord.releaseLayout?: .release
      case let layout?: .tarball(layout)
      case nil: .image(try string("image"))
      }
    return OutputRecord.Entry(
      size: size, digest: digest, artifact: try string("artifact"), release: try string("release"), owner: owner,
      isFolder: self["isFolder"]?.kind == .bool(true), isChecksums: self["isChecksums"]?.kind == .bool(true))
  }
}
