// A set of layouts and those that it extends, read and joined: what it does not say itself stands in the next one.

import Basics
import JSON

/// A set of layouts before it is read.
package struct SetFiles: Sendable {
  /// The folder, for messages and for folders that are named from it.
  package let place: String
  package let files: [LayoutFile]

  package init(_ place: String, _ files: [LayoutFile]) { (self.place, self.files) = (place, files) }
}

/// Finds the sets that others extend.
package struct SetFinder {
  private let builtIn: [String: SetFiles]
  private let read: (String) throws(LayoutErrors) -> [LayoutFile]

  /// `builtIn` are the built-in sets by name; `read` gives the layouts of a folder.
  package init(builtIn: [String: SetFiles], read: @escaping (String) throws(LayoutErrors) -> [LayoutFile]) {
    (self.builtIn, self.read) = (builtIn, read)
  }

  /// Finds no sets.
  package init() { self.init(builtIn: [:]) { place throws(LayoutErrors) in throw .init(missing: place) } }

  /// The set that `folder` extends by `name`; nil, with the mistakes noted, where there is none. A built-in set goes
  /// before a folder; a name with a slash is a folder's.
  fileprivate func set(_ name: String, extendedBy folder: SetFiles, at field: LayoutField) -> SetFiles? {
    let isPath = name.utf8.contains(UInt8(ascii: "/")) || name == "." || name == ".."
    if !isPath, let set = builtIn[name] { return set }
    let near = didYouMean(name, in: builtIn.keys.sorted())
    let unknown = "no built-in set is named \(quoted(name))\(near)"
    if name.isEmpty || name.utf8.contains(0) {
      field.refuse(unknown)
      return nil
    }
    let place = Self.path(name, from: folder.place)
    do throws(LayoutErrors) {
      return SetFiles(place, try read(place))
    } catch {
      for mistake in error.errors {
        guard mistake.file == place else {
          field.notes.add(mistake)
          continue
        }
        field.refuse("\(isPath ? "" : "\(unknown); ")\(escapedName(place.utf8)): \(mistake.reason)")
      }
      return nil
    }
  }

  /// `path` from the folder `place`, without "." and with ".." resolved as far as the text tells.
  private static func path(_ path: String, from place: String) -> String {
    let joined = path.utf8.first == UInt8(ascii: "/") ? path : "\(place)/\(path)"
    var parts: [Substring.UTF8View] = []
    for part in joined.utf8.split(separator: UInt8(ascii: "/")) where !part.elementsEqual(".".utf8) {
      if part.elementsEqual("..".utf8), let last = parts.last, !last.elementsEqual("..".utf8) {
        parts.removeLast()
      } else {
        parts.append(part)
      }
    }
    let start = joined.utf8.first == UInt8(ascii: "/") ? "/" : ""
    let text = parts.map { String($0) ?? "" }.joined(separator: "/")
    return start.isEmpty && text.isEmpty ? "." : start + text
  }
}

extension LayoutErrors {
  fileprivate init(missing place: String) { self.init(errors: [LayoutError(file: place, reason: "no such folder")]) }
}

/// The joined files of a set.
struct SetChain {
  /// The documents by the names of their layouts; without those that could not be read.
  private(set) var fields: [String: LayoutField] = [:]
  /// The names of all layouts, sorted.
  private(set) var names: [String] = []
  /// Whether every set that is extended was found.
  private(set) var isComplete = true
  /// The files of all sets in the order in which their mistakes are told.
  private(set) var paths: [String] = []
  /// The files of the set itself.
  private(set) var own: Set<String> = []

  /// The key of release.json that names the set to extend.
  static let key = "extends"
  /// The most sets that stand behind one another. A link may lead a chain of folders in a circle.
  private static let most = 16
  /// The objects of release.json and images.json that are replaced as a whole, for they are values by platform: their
  /// order counts.
  private static let whole: Set<String> = ["binaryPath", "registry", "repository", "tag"]
  /// The objects whose own objects are joined too.
  private static let deep: Set<String> = ["names"]

  private let notes: LayoutNotes

  /// Reads the set of `folder` and those behind it.
  init(_ folder: SetFiles, _ finder: SetFinder, _ notes: LayoutNotes) {
    self.notes = notes
    var sets: [(folder: SetFiles, fields: [String: LayoutField])] = []
    var next: SetFiles? = folder
    while let folder = next {
      let fields = read(folder)
      sets.append((folder, fields))
      next = extended(by: folder, fields, behind: sets.map(\.folder.place), finder)
    }
    own = Set(folder.files.map(\.path))
    paths = sets.flatMap { set in
      let files = Dictionary(set.folder.files.map { ($0.name, $0.path) }) { first, _ in first }
      let others = files.keys.filter { $0 != "release" && $0 != "images" }.sorted()
      return (["release", "images"] + others).compactMap { files[$0] }
    }
    var names: Set<String> = []
    for set in sets.reversed() {
      names.formUnion(set.folder.files.map(\.name))
      put(set.fields, isFirst: set.folder.place == sets.last?.folder.place)
      for (name, field) in set.fields where field.value.kind == .null && fields[name] == nil { names.remove(name) }
    }
    self.names = names.sorted()
  }

  private func read(_ folder: SetFiles) -> [String: LayoutField] {
    var fields: [String: LayoutField] = [:]
    for file in folder.files {
      if !LayoutName.isValid(file.name) {
        notes.add(LayoutError(file: file.path, reason: "the name of a layout has letters, digits, '.', '_' and '-'"))
      }
      do {
        let value = try JSONReader.read(file.bytes, document: notes.number(ofDocument: file.path))
        fields[file.name] = LayoutField(value: value, file: file.path, path: "", notes: notes)
      } catch {
        notes.add(LayoutError(file: file.path, position: error.position, path: error.path, reason: error.reason))
      }
    }
    return fields
  }

  /// The set that `folder` extends; nil for none. `places` are those of the sets so far.
  private mutating func extended(
    by folder: SetFiles, _ fields: [String: LayoutField], behind places: [String], _ finder: SetFinder
  ) -> SetFiles? {
    guard let field = fields["release"]?.member(Self.key) else { return nil }
    isComplete = false
    guard let name = field.string, let set = finder.set(name, extendedBy: folder, at: field) else { return nil }
    if let start = places.firstIndex(of: set.place) {
      let circle = (places[start...] + [set.place]).map { escapedName($0.utf8) }.joined(separator: " -> ")
      field.refuse("a set cannot extend itself: \(circle)")
      return nil
    }
    if places.count < Self.most {
      isComplete = true
      return set
    }
    field.refuse("expected at most \(Self.most) sets behind one another, found more")
    return nil
  }

  /// Puts the files of a set over those that it extends; the first set extends none.
  private mutating func put(_ own: [String: LayoutField], isFirst: Bool) {
    if isFirst { return fields = own }
    for (name, field) in own.sorted(by: { $0.key < $1.key }) {
      let extended = fields[name]
      if field.value.kind == .null && name != "release" {
        if extended == nil { field.refuse("null takes a layout out, and the extended set has no \(name).json") }
        fields[name] = nil
      } else if let extended, name == "release" || name == "images" {
        fields[name] = join(field, over: extended)
      } else {
        fields[name] = field
      }
    }
  }

  /// release.json or images.json, key by key, and key by key in its objects too.
  private func join(_ own: LayoutField, over extended: LayoutField) -> LayoutField {
    guard case .object(let members) = own.value.kind, case .object(let others) = extended.value.kind else { return own }
    let inherited = others.filter { ![Self.key, "$schema"].contains($0.key) }
    let joined = join(members, over: inherited, at: own) { key, field, old in
      if Self.whole.contains(key) { return nil }
      return join(field, over: old) { inner, field, old in
        Self.deep.contains(key) ? join(field, over: old) { _, _, _ in nil } : nil
      }
    }
    return own.with(.object(joined))
  }

  /// An object, key by key; `inner` joins two values of one key, or gives nil where the new one takes the other's place.
  private func join(
    _ own: LayoutField, over extended: JSONValue, _ inner: (String, LayoutField, JSONValue) -> JSONValue?
  ) -> JSONValue? {
    guard case .object(let members) = own.value.kind, case .object(let others) = extended.kind else { return nil }
    return own.with(.object(join(members, over: others, at: own, inner))).value
  }

  private func join(
    _ own: [JSONMember], over extended: [JSONMember], at field: LayoutField,
    _ inner: (String, LayoutField, JSONValue) -> JSONValue?
  ) -> [JSONMember] {
    var joined = extended
    for member in own {
      guard let value = field.member(member.key) else { continue }
      let index = joined.firstIndex { $0.key.utf8.elementsEqual(member.key.utf8) }
      guard member.value.kind != .null else {
        if let index {
          joined.remove(at: index)
        } else {
          let near = didYouMean(member.key, in: extended.map(\.key))
          value.refuse("null takes a key out, and the extended set has no \(quoted(member.key)) here\(near)")
        }
        continue
      }
      guard let index else {
        joined.append(member)
        continue
      }
      let new = inner(member.key, value, joined[index].value) ?? member.value
      joined[index] = JSONMember(key: member.key, keyPosition: member.keyPosition, value: new)
    }
    return joined
  }
}
