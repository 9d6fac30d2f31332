// The files of one artifact: its own, the links to it, and its companions.

import Archive
import Basics
import Files
import Plan

/// The files of one artifact while they are written.
struct ArtifactFiles {
  private let folder: ReleaseFolder
  private let store: SourceStore
  /// The files written so far, without links.
  private(set) var written: [WrittenFile] = []

  init(in folder: ReleaseFolder, _ store: SourceStore) {
    self.folder = folder
    self.store = store
  }

  /// Writes the file of an artifact without encoding it; `watch` is told how many bytes are written, bit by bit.
  mutating func write(
    _ rope: Rope, of artifact: Artifact, watch: (Int64) -> Void
  ) throws -> (digest: Digest, file: SourceFile) {
    let state = artifact.isBinary ? artifact.entries.entry(at: 0, size: 0) : nil
    return try write(rope, into: try folder.create(artifact), at: folder.place(artifact), state: state, watch: watch)
  }

  private mutating func write(
    _ rope: Rope, into file: consuming OutputFile, at place: OutputPlace, state: TarEntry? = nil,
    watch: (Int64) -> Void = { _ in }
  ) throws -> (digest: Digest, file: SourceFile) {
    try rope.forEachChunk { chunk in
      try file.write(chunk)
      watch(Int64(chunk.count))
    }
    if let state { try file.set(mode: state.mode, mtime: state.mtime) }
    let (digest, source) = try file.finish()
    note(digest, at: place, source)
    return (digest, source)
  }

  /// Writes the companions of the artifact; gives the digest of the archive among them, nil for none.
  mutating func write(_ companions: [Artifact.Companion]) throws -> Digest? {
    var digest: Digest?
    for companion in companions {
      let place = folder[companion.place]
      switch companion.contents {
      case .text(let bytes): try write(bytes, to: place)
      case .copy(let source, let mode):
        let copy = try folder.outputs.copy(source, as: place.name, in: place.folder, mode: mode.bits)
        written.append(WrittenFile(digest: nil, place: place, identity: copy))
      case .archive(let entries):
        let file = try folder.outputs.create(place.name, in: place.folder)
        digest = try write(Rope(entries, in: store), into: file, at: place).digest
      case .absence: try folder.outputs.remove(place.name, in: place.folder)
      }
    }
    return digest
  }

  /// Makes links to `file` at `places`.
  func link(_ file: SourceFile, to places: some Sequence<Artifact.Place>) throws {
    for place in places.map({ folder[$0] }) { try folder.outputs.link(file, as: place.name, in: place.folder) }
  }

  /// Notes a file that is complete.
  mutating func note(_ digest: Digest, at place: OutputPlace, _ file: SourceFile) {
    written.append(WrittenFile(digest: digest, place: place, identity: file.identity))
  }

  private mutating func write(_ bytes: [UInt8], to place: OutputPlace) throws {
    var file = try folder.outputs.create(place.name, in: place.folder)
    try file.write(bytes)
    let (digest, source) = try file.finish()
    note(digest, at: place, source)
  }
}
