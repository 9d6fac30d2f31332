// "paths": files, trees and symlinks of the source tree, each under its own relative path, by name or by pattern.

import Basics
import Files
import Glibc
import Layout

/// Several paths of the source tree.
struct PathsVerb: Verb {
  /// A path or a pattern, and where the layout has it.
  struct Source {
    let template: Template
    let origin: RuleOrigin

    /// Whether it is a pattern, on some platform or on this one.
    var isPattern: Bool { template.choices.contains { PathPattern.isOne($0.text) } }
    func isPattern(on platform: Platform?) -> Bool {
      template.choice(on: platform).map { PathPattern.isOne($0.text) } ?? false
    }
  }

  let sources: [Source]

  static let key = "paths"
  static let guide = VerbGuide(argument: "[PATH...]", brings: "each keeps its own path in there")
  static let options = ["to", "include", "exclude", "optional", "mode", "owner", "capabilities", "unchecked"]
  static let needsTo = false

  init?(_ entry: VerbEntry) {
    guard let elements = entry.field.elements else { return nil }
    if elements.isEmpty { entry.field.refuse("expected at least one path") }
    sources = elements.compactMap { field in
      let template = entry.templates.value(field) { field in
        let path = entry.templates.path(field)
        if let path, PathPattern.isOne(path.text) { _ = field.taking { try PathPattern($0) } }
        return path
      }
      return template.map { Source(template: $0, origin: field.origin) }
    }
  }

  var templates: [Template] { sources.map(\.template) }
  var sourcePaths: [Template] { sources.filter { !$0.isPattern }.map(\.template) }

  func add(to draft: inout Draft, at place: RulePlace, in context: DraftContext) throws {
    var taken = 0
    for source in sources {
      do {
        for path in try paths(of: source, draft, place, context) {
          do {
            let found = try Found(path, of: source, place)
            taken += try add(found, to: &draft, at: place, in: context)
          } catch {
            draft.said.refuse(error, at: place.origin)
          }
        }
      } catch {
        draft.said.refuse(error, at: source.isPattern(on: place.platform) ? source.origin : place.origin)
      }
    }
    try place.checkSelection(taken)
  }

  func addNames(to draft: inout Draft, at place: RulePlace, in context: DraftContext) throws {
    _ = try place.to()
    for source in sources { _ = try place.below(try place.archivePath(source.template).text) }
  }

  /// A path of the source tree that is taken.
  private struct Found {
    let path: ArchivePath
    let template: Template
    /// Whether a pattern found it.
    let isMatch: Bool

    init(_ path: [UInt8], of source: Source, _ place: RulePlace) throws {
      if let fault = NameFault.of(path) { throw Diagnostic(.system, "\(escapedName(path)): the name \(fault)") }
      self.path = try place.archivePath(Template(literal: String(decoding: path, as: UTF8.self)))
      (template, isMatch) = (source.template, source.isPattern(on: place.platform))
    }
  }

  /// The path that `source` names, or those that it fits: at least one unless the rule is optional. Files that the
  /// archive leaves out everywhere do not count.
  private func paths(
    of source: Source, _ draft: Draft, _ place: RulePlace, _ context: DraftContext
  ) throws -> [[UInt8]] {
    let path = try place.archivePath(source.template)
    guard source.isPattern(on: place.platform) else { return [path.bytes] }
    let tree = SourceTree(context)
    let found = try PathPattern(path.text).paths(below: tree.root, context.own)
    let taken = try found.filter { path in
      guard draft.style.isCruft(path) else { return true }
      return try FileStatus.ifThere(tree.path(below: path))?.isFolder == true
    }
    if !taken.isEmpty || place.options.isOptional { return taken }
    throw Diagnostic(.usage, "\(quoted(path.text)) fits nothing in \(escapedName(tree.root))")
  }

  /// Adds the entries of one path; returns the number of its files and symlinks.
  private func add(
    _ found: Found, to draft: inout Draft, at place: RulePlace, in context: DraftContext
  ) throws -> Int {
    let tree = SourceTree(context)
    let (path, template) = (found.path, found.template)
    let source = tree.path(path)
    let to = try place.below(path.text).bytes
    let status: FileStatus
    do throws(SystemError) {
      status = try FileStatus.of(source)
    } catch {
      if place.options.isOptional && error.isAboutMissingFile { return 0 }
      let cause = SharedCause(kind: .source(source), subject: "")
      throw Diagnostic(.system, "\(escapedName(to)): source \(error)", cause: error.isAboutMissingFile ? cause : nil)
    }
    // The last part may be a link, and is stored as one; the folders above it must stay in the tree.
    try tree.checkInside(try Paths.resolved(Self.folder(above: path, in: source)), source)
    let filter = place.filter(draft.style)
    let above = filter.state(at: path.bytes)
    guard status.isFolder else {
      var marks = filter.noMarks
      filter.mark(allOf: path.bytes, isFolder: false, in: &marks)
      draft.said.patterns.add(marks, of: place.options)
      guard filter.takes(file: path.bytes, above) else { return 0 }
      try addSingle(source, status, to, for: FilePurpose(.path, of: template, place), &draft, place)
      return 1
    }
    try tree.checkNotOutput(try Paths.resolved(source), source)
    let state = filter.state(below: path.bytes, above)
    if state == .out {
      var marks = filter.noMarks
      filter.mark(allOf: path.bytes, isFolder: true, in: &marks)
      draft.said.patterns.add(marks, of: place.options)
      return 0
    }
    // A folder that a pattern found may be there for the run's own folders alone.
    let isNeeded = !(found.isMatch && context.own.liesBelow(status))
    if place.options.include.isEmpty && isNeeded {
      let mode = draft.mode(of: status, at: to)
      draft.collector.add(folder: to, mode: mode, owner: draft.owner(of: status, place), rule: place.number)
    }
    let slash = [UInt8(ascii: "/")]
    let walk = SourceTree.Walk(
      source: source, to: to + slash, patternPrefix: path.bytes + slash, state: state, filter: filter,
      purpose: FilePurpose(.tree, of: template, place))
    return try tree.add(walk, to: &draft, at: place)
  }

  private func addSingle(
    _ source: [UInt8], _ status: FileStatus, _ to: [UInt8], for purpose: FilePurpose, _ draft: inout Draft,
    _ place: RulePlace
  ) throws {
    guard status.isFile || status.isSymlink else {
      throw Diagnostic(.system, "\(escapedName(source)): \(status.typeName); \(FileStatus.wantedTypes)")
    }
    let target = status.isSymlink ? try Paths.target(of: source, in: AT_FDCWD, path: source) : []
    if let fault = NameFault.of(target) {
      throw Diagnostic(.system, "\(escapedName(source)): its target \(escapedName(target)) \(fault)")
    }
    let start = Draft.PathStart(folder: draft.collector.add(sourceFolder: source), dropping: to.count)
    let item = WalkedItem(path: [], status: status, target: target)
    draft.add(item, at: to, from: start, source: source, for: purpose, place)
  }

  /// The folder that has the last part of `path`; `source` is the path below the source tree's root.
  private static func folder(above path: ArchivePath, in source: [UInt8]) -> [UInt8] {
    let folder = Array(source.dropLast(path.name.count))
    return folder.isEmpty ? Array(".".utf8) : folder
  }
}
