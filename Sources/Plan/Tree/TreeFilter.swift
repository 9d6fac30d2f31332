// The part of a tree that a rule takes: its include and exclude, and the names that its archive leaves out everywhere.

import Layout

/// The part of a tree that a rule takes, by the paths that its patterns are matched with.
struct TreeFilter {
  /// The result of matching the folders above a path.
  enum State {
    /// The path is left out.
    case out
    /// A folder above it is included, so it is too.
    case inside
    /// The path's own name decides.
    case open
  }

  private let include: [Glob]
  /// Those of the rule, `include` first.
  private let patterns: [Glob]
  private let exclude: [Glob]
  /// Patterns that leave out files: those of `exclude`, and the base names that the archive leaves out.
  private let fileExclude: [Glob]

  init(include: [Glob], exclude: [Glob], cruft: [Glob]) {
    self.include = include
    patterns = include + exclude
    self.exclude = exclude.filter(\.isForFolder)
    fileExclude = exclude.filter { !$0.isForFolder } + cruft
  }

  /// Whether `include` names git's folder in a tree. It is left out otherwise, because its config may hold tokens.
  var takesGit: Bool { include.contains { $0.names(Self.git) } }

  static let git = Array(".git".utf8)

  /// Whether only paths that `include` selects are taken.
  var isSelective: Bool { !include.isEmpty }

  /// No marks for the patterns of the rule.
  var noMarks: PatternMarks { PatternMarks(count: patterns.count) }

  /// Marks the patterns that `path` fits, among those that have no mark.
  func mark(_ path: [UInt8], isFolder: Bool, in marks: inout PatternMarks) {
    for (number, pattern) in patterns.enumerated() where !marks.isMet[number] {
      if isFolder ? pattern.matches(folder: path) : pattern.matches(file: path) { marks.meet(number) }
    }
  }

  /// The same for `path` and all folders above it.
  func mark(allOf path: [UInt8], isFolder: Bool, in marks: inout PatternMarks) {
    for index in path.indices where path[index] == UInt8(ascii: "/") {
      mark(Array(path[..<index]), isFolder: true, in: &marks)
    }
    mark(path, isFolder: isFolder, in: &marks)
  }

  /// Whether the file or symlink at `path` is taken, below folders in `state`.
  func takes(file path: [UInt8], _ state: State) -> Bool {
    if state == .out { return false }
    let isIncluded = include.isEmpty || state == .inside || include.contains { $0.matches(file: path) }
    return isIncluded && !fileExclude.contains { $0.matches(file: path) }
  }

  /// The state for paths in the folder at `path`, which is itself in folders with `state`.
  func state(below path: [UInt8], _ state: State) -> State {
    if state == .out || exclude.contains(where: { $0.matches(folder: path) }) { return .out }
    return state == .inside || include.contains { $0.matches(folder: path) } ? .inside : .open
  }

  /// The state of `path`, from all folders above it.
  func state(at path: [UInt8]) -> State {
    path.indices.filter { path[$0] == UInt8(ascii: "/") }.reduce(.open) { state(below: Array(path[..<$1]), $0) }
  }
}

/// Why a release cannot hold a name.
enum NameFault {
  /// The mistake in `name`, if any.
  static func of(_ name: [UInt8]) -> String? {
    if name.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return "has a control character in it" }
    return String(validating: name, as: UTF8.self) == nil ? "is not UTF-8" : nil
  }
}
