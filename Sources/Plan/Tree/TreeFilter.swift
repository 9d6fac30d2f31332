// What a rule takes of a tree: its include and exclude, and what its archive leaves out everywhere.

import Layout

/// What a rule takes of a tree, by the paths that its patterns look at.
struct TreeFilter {
  /// What the folders above a path say of it.
  enum State {
    /// It is left out.
    case out
    /// It is included with a folder above it.
    case inside
    /// Its own name decides.
    case open
  }

  private let include: [Glob]
  private let exclude: [Glob]
  /// What takes out a file: `exclude`, and the base names that the archive leaves out.
  private let fileExclude: [Glob]

  init(include: [Glob], exclude: [Glob], cruft: [Glob]) {
    self.include = include
    self.exclude = exclude.filter(\.isForFolder)
    fileExclude = exclude.filter { !$0.isForFolder } + cruft
  }

  /// Whether `include` names what git keeps in a tree, which is left out else: its config may hold tokens.
  var takesGit: Bool { include.contains { $0.names(Self.git) } }

  static let git = Array(".git".utf8)

  /// Whether only what `include` selects is taken.
  var isSelective: Bool { !include.isEmpty }

  /// Whether the file or symlink at `path` is taken, below folders in `state`.
  func takes(file path: [UInt8], _ state: State) -> Bool {
    if state == .out { return false }
    let isIncluded = include.isEmpty || state == .inside || include.contains { $0.matches(file: path) }
    return isIncluded && !fileExclude.contains { $0.matches(file: path) }
  }

  /// The state of what is below the folder at `path`, itself below folders in `state`.
  func state(below path: [UInt8], _ state: State) -> State {
    if state == .out || exclude.contains(where: { $0.matches(folder: path) }) { return .out }
    return state == .inside || include.contains { $0.matches(folder: path) } ? .inside : .open
  }

  /// The state of what stands at `path`, from all folders above it.
  func state(at path: [UInt8]) -> State {
    path.indices.filter { path[$0] == UInt8(ascii: "/") }.reduce(.open) { state(below: Array(path[..<$1]), $0) }
  }
}

/// Why a release cannot hold a name.
enum NameFault {
  /// What is wrong with `name`; nil when nothing is.
  static func of(_ name: [UInt8]) -> String? {
    if name.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return "has a control character in it" }
    return String(validating: name, as: UTF8.self) == nil ? "is not UTF-8" : nil
  }
}
