// One image into files: its archive, its tag, and the folder that `docker build` makes it from.

import Archive
import Basics
import Files
import Image
import Plan

/// An output that a run wrote.
struct WrittenFile {
  /// Nil for the copy of the executable, whose bytes are those of its source.
  let digest: Digest?
  let place: OutputPlace
  /// Its state after the last write, before it got its name.
  let identity: FileIdentity
}

/// What was written of an image.
struct WrittenImage {
  /// Of the archive.
  let digest: Digest
  /// Of the archive that the Dockerfile adds; nil for none.
  let buildArchive: Digest?
  /// The files, those left out that are links to others.
  let files: [WrittenFile]
}

/// Writes the files of one image.
struct ImageWriter {
  private let image: PlannedImage
  private let places: ImagePlaces
  private let store: ContentStore
  private let folder: OutputFolder
  private var files: [WrittenFile] = []

  /// A writer into the places of `folder`.
  init(_ image: PlannedImage, at places: ImagePlaces, of folder: OutputFolder, _ store: ContentStore) {
    self.image = image
    self.places = places
    self.folder = folder
    self.store = store
  }

  /// Writes them; the digest of the new layer is `layerDigest`.
  ///
  /// Throws `SourceChanged`, `SystemError` or `Diagnostic`.
  consuming func write(layerDigest: Digest) throws -> WrittenImage {
    let rope = try image.rope(in: store, layerDigest: layerDigest)
    for place in places.tags { try write(image.tagText, to: place) }
    let buildArchive = try places.build.flatMap { try writeBuildFolder($0) }
    guard let first = places.archives.first else { preconditionFailure("an image was planned without a place") }
    let (digest, file) = try write(rope, to: first)
    for place in places.archives.dropFirst() { try folder.link(file, as: place.name, in: place.folder) }
    return WrittenImage(digest: digest, buildArchive: buildArchive, files: files)
  }

  /// The digest of the archive in there; nil for none.
  private mutating func writeBuildFolder(_ build: ImagePlaces.BuildPlaces) throws -> Digest? {
    try write(Array(image.dockerfile.text.utf8), to: build.dockerfile)
    if let executable = image.executable, let place = build.executable {
      let copy = try folder.copy(executable.file, as: place.name, in: place.folder, mode: executable.mode.bits)
      files.append(WrittenFile(digest: nil, place: place, identity: copy))
    }
    guard let rope = image.contextRope(in: store) else {
      try folder.remove(build.archive.name, in: build.archive.folder)
      return nil
    }
    return try write(rope, to: build.archive).digest
  }

  private mutating func write(_ bytes: [UInt8], to place: OutputPlace) throws {
    var file = try folder.create(place.name, in: place.folder)
    try file.write(bytes)
    _ = finished(try file.finish(), at: place)
  }

  private mutating func write(_ rope: Rope, to place: OutputPlace) throws -> (digest: Digest, file: SourceFile) {
    var file = try folder.create(place.name, in: place.folder)
    try rope.forEachChunk { try file.write($0) }
    return finished(try file.finish(), at: place)
  }

  private mutating func finished(
    _ written: (digest: Digest, file: SourceFile), at place: OutputPlace
  ) -> (digest: Digest, file: SourceFile) {
    files.append(WrittenFile(digest: written.digest, place: place, identity: written.file.identity))
    return written
  }
}
