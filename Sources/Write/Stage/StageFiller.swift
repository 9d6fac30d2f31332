// Fills the folders of the stage: the entries of each tarball as files, hard links where the file is there already.

import Archive
import Basics
import Files
package import Plan

/// The result of a folder of the stage.
package struct StagedResult: Sendable {
  package let folder: StagedFolder
  /// Folders, symlinks and files in it.
  package fileprivate(set) var entries = 0
  /// Files that are hard links to sources or to archives of the release.
  package fileprivate(set) var linked = 0
  /// Files that are copies, because of their mode or their file system.
  package fileprivate(set) var copied = 0
  /// Files that kpack made for it, such as texts.
  package fileprivate(set) var written = 0
  /// Bytes of all files.
  package fileprivate(set) var bytes: Int64 = 0
}

/// A folder of the stage that is filled, and the sources that it links to.
struct FilledFolder {
  let output: NewFolder
  private(set) var result: StagedResult
  private var sources: [SourceFile] = []

  /// The linked sources that changed in nothing but their links.
  var steadySources: [SourceFile] { sources.filter(output.isSteady) }

  /// The result after the commit, where links may have become copies.
  var finalResult: StagedResult {
    var result = result
    let copied = output.copiedLinks
    result.linked -= copied
    result.copied += copied
    return result
  }

  fileprivate init(_ folder: StagedFolder, _ output: NewFolder) {
    self.output = output
    result = StagedResult(folder: folder)
  }

  fileprivate mutating func addEntry() { result.entries += 1 }

  fileprivate mutating func addWritten(_ bytes: Int64) {
    result.written += 1
    result.bytes += bytes
  }

  /// Adds the file `source` at `path`: as a link where it has the mode and can be linked, else as a copy.
  fileprivate mutating func add(_ source: SourceFile, at path: [UInt8], mode: UInt16, isOwn: Bool) throws {
    result.bytes += source.identity.size
    let status = try FileStatus.of(source.path)
    if status.mode == mode && output.canLink(source.path, status) {
      output.link(source, to: path, isOwn: isOwn)
      if !isOwn { sources.append(source) }
      result.linked += 1
    } else {
      try output.copy(source, to: path, mode: mode)
      result.copied += 1
    }
  }
}

/// Fills folders of the stage from the artifacts of a plan.
struct StageFiller: Sendable {
  let plan: Plan
  let store: SourceStore
  /// The artifacts that are files, by number.
  let artifacts: [Int: WrittenArtifact]

  /// Fills `folder`, under its temporary name. Its links are made at the commit.
  ///
  /// Throws `SourceChanged` when a source is not what was planned.
  func fill(_ folder: StagedFolder, _ output: NewFolder) throws -> FilledFolder {
    var filled = FilledFolder(folder, output)
    let entries = plan.artifacts[folder.artifact].entries
    for index in 0..<entries.count {
      guard let path = folder.path(of: entries.name(at: index)) else { continue }
      filled.addEntry()
      let mode = entries.mode(at: index)
      switch entries.kind(at: index) {
      case .directory: try output.makeFolder(at: path, mode: mode)
      case .symlink: try output.makeSymlink(at: path, to: entries.entry(at: index, size: 0).linkname)
      case .file: try addFile(entries, index, at: path, mode: mode, to: &filled)
      case .hardlink, .char, .block, .fifo: preconditionFailure("no rule makes such an entry")
      }
    }
    return filled
  }

  private func addFile(
    _ entries: TarEntryList, _ index: Int, at path: [UInt8], mode: UInt16, to filled: inout FilledFolder
  ) throws {
    if let file = entries.sourceFile(at: index) {
      return try filled.add(file, at: path, mode: mode, isOwn: false)
    }
    guard case .source(let id) = entries.body(at: index) else {
      return try write([], at: path, mode: mode, to: &filled)
    }
    switch plan.sources[id] {
    case .file(let file): try filled.add(file, at: path, mode: mode, isOwn: false)
    case .artifact(let number), .nested(let number, _):
      guard let artifact = artifacts[number] else { preconditionFailure("an artifact that was not made") }
      try filled.add(artifact.file, at: path, mode: mode, isOwn: !artifact.result.isUnchanged)
    case .bytes(let bytes): try write(bytes, at: path, mode: mode, to: &filled)
    case .extent, .spool: try write(id, at: path, mode: mode, to: &filled)
    }
  }

  private func write(_ bytes: [UInt8], at path: [UInt8], mode: UInt16, to filled: inout FilledFolder) throws {
    try filled.output.makeFile(at: path, mode: mode) { file in try bytes.withUnsafeBytes { try file.write($0) } }
    filled.addWritten(Int64(bytes.count))
  }

  /// Writes a source that is a part of a spooled file.
  private func write(_ id: SourceID, at path: [UInt8], mode: UInt16, to filled: inout FilledFolder) throws {
    let count = store.size(of: id) ?? 0
    try filled.output.makeFile(at: path, mode: mode) { file in
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 1)
      defer { buffer.deallocate() }
      for offset in stride(from: 0, to: count, by: buffer.count) {
        // In bounds: at most the size of the buffer.
        let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(min(Int64(buffer.count), count - offset))])
        try store.read(id, from: offset, into: part)
        try file.write(UnsafeRawBufferPointer(part))
      }
    }
    filled.addWritten(count)
  }
}
