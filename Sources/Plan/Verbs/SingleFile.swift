// One file by its path, for verbs that name files. A symlink is followed; a file that cannot be packed is a mistake.

import Basics
import Files
import Layout

/// One file that a rule names.
struct SingleFile {
  let source: [UInt8]
  /// Where it goes.
  let path: ArchivePath
  /// The fault of the mistake when the file is missing.
  let fault: Fault
  /// The path as the rule says it, of a file of the source tree: links must not lead out of that.
  var pathInTree: String?
  /// The binary, when this is one of those that were built.
  var binary: (name: String, platform: Platform)?
  /// The image, when this is its file in the stage folder.
  var stagedImage: String?

  /// The file that the source leads to; nil, with the mistake in `draft`, when it cannot be packed.
  func find(
    for draft: inout Draft, at place: RulePlace, in context: DraftContext
  ) throws -> (file: SourceFile, status: FileStatus)? {
    let resolved: [UInt8]
    let status: FileStatus
    let isLink: Bool
    do throws(SystemError) {
      resolved = try Paths.resolved(source)
      status = try FileStatus.of(resolved)
      isLink = try FileStatus.of(source).isSymlink
    } catch {
      if place.options.isOptional && error.isAboutMissingFile { return nil }
      draft.said.refuse(missing(error, context.locations), at: place.origin)
      return nil
    }
    if let mistake = try mistake(resolved, status, context) {
      draft.said.refuse(mistake, at: place.origin)
      return nil
    }
    if draft.style.isCruft(path.bytes) { return nil }
    return (SourceFile(path: isLink ? resolved : source, identity: status.identity), status)
  }

  private func mistake(_ resolved: [UInt8], _ status: FileStatus, _ context: DraftContext) throws -> Diagnostic? {
    let shown = "\(path.text): \(escapedName(source))"
    if pathInTree != nil, let reason = try SourceTree(context).reasonAgainst(resolved) {
      return Diagnostic(.system, "\(shown): \(reason)")
    }
    if !status.isFile { return Diagnostic(fault, "\(shown): expected a file, found \(status.typeName)") }
    return context.own.contains(status) ? Diagnostic(.usage, "\(shown): is an output of this run") : nil
  }

  private func missing(_ error: SystemError, _ locations: Locations) -> Diagnostic {
    let reason = SystemError(operation: "find", path: source, errno: error.errno)
    guard let stagedImage else {
      let cause =
        binary.map { SharedCause.missingBinary($0.name, at: source, $0.platform) }
        ?? SharedCause(kind: .source(source), subject: "")
      let hint = error.isAboutMissingFile ? pathInTree.map(SourceTree.hint) ?? "" : ""
      return Diagnostic(
        fault, "\(path.text): source \(reason)\(hint)", cause: error.isAboutMissingFile ? cause : nil)
    }
    let bases = escapedName(locations.bases.utf8)
    let folder = Paths.parent(of: String(decoding: source, as: UTF8.self))
    return Diagnostic(
      fault, "\(path.text): staged image \(reason), and \(bases) holds no bases to make it from",
      cause: error.isAboutMissingFile ? SharedCause(kind: .bases(stage: folder), subject: stagedImage) : nil)
  }
}

extension Draft {
  /// Adds the file at `path`. The text `source` is used as its contents, so that one source counts as one file.
  ///
  /// An optional file is not added, because it may be missing where another entry has its path.
  mutating func addName(_ path: ArchivePath, of source: String, _ place: RulePlace) {
    if place.options.isOptional { return }
    addGenerated(.bytes(Array(source.utf8)), at: path, place)
  }
}
