// The folders that a release is written into, as one transaction.

import Files
import Image
import Plan

/// The place of an output: the number of a folder, and the name in it.
struct OutputPlace {
  let folder: Int
  let name: String
}

/// The folders of a release, by number.
struct ReleaseFolder: Sendable {
  let outputs: OutputFolder
  private let numbers: [[UInt8]: Int]

  /// `outputs` has the folders of `plan`, in the order that `paths(of:)` gives.
  init(_ outputs: OutputFolder, for plan: Plan) {
    self.outputs = outputs
    let paths = Self.paths(of: plan)
    // By bytes: two different folders can have names that are equal as Unicode text.
    numbers = Dictionary(uniqueKeysWithValues: paths.enumerated().map { (Array($1.utf8), $0) })
  }

  /// The folders that the outputs of a plan go into, each once.
  static func paths(of plan: Plan) -> [String] {
    paths(
      of: plan.artifacts.flatMap { $0.places + $0.companions.map(\.place) } + plan.stagedFolders.map(\.place)
        + (plan.oci.map { [Artifact.Place(folder: $0.folder, name: OCIFolder.indexName)] } ?? []))
  }

  /// The folders of `places`, each once.
  static func paths(of places: [Artifact.Place]) -> [String] {
    var known: Set<[UInt8]> = []
    return places.map(\.folder).filter { known.insert(Array($0.utf8)).inserted }
  }

  subscript(place: Artifact.Place) -> OutputPlace {
    guard let folder = numbers[Array(place.folder.utf8)] else { preconditionFailure("a folder that was not opened") }
    return OutputPlace(folder: folder, name: place.name)
  }

  /// The first place of an artifact, where its file is written.
  func place(_ artifact: Artifact) -> OutputPlace {
    guard let first = artifact.firstPlace else {
      preconditionFailure("an artifact without a place is written")
    }
    return self[first]
  }

  /// Begins the file of an artifact. Without a place of its own it gets no name: folders of the stage link to it.
  func create(_ artifact: Artifact) throws -> OutputFile {
    let place = place(artifact)
    if artifact.places.isEmpty { return try outputs.createScratch(place.name, in: place.folder) }
    return try outputs.create(place.name, in: place.folder)
  }

  /// The final path of the output of `place`.
  func path(of place: OutputPlace) -> [UInt8] { Array(outputs.path(of: place.name, in: place.folder).utf8) }

  /// Throws `OutputError` when a folder is in the place of a checksum file.
  func check(_ file: ChecksumFile) throws {
    let place = self[file.place]
    try outputs.checkPlace(of: place.name, in: place.folder)
  }

  /// Throws `OutputError` when a folder is in the place of a file of the artifact, or the reverse.
  func check(_ artifact: Artifact) throws {
    for place in artifact.places.map({ self[$0] }) { try outputs.checkPlace(of: place.name, in: place.folder) }
    for companion in artifact.companions {
      if case .absence = companion.contents { continue }
      let place = self[companion.place]
      try outputs.checkPlace(of: place.name, in: place.folder)
    }
    for folder in artifact.companions.compactMap(\.folder).map({ self[$0] }) {
      try outputs.checkFolder(folder.name, in: folder.folder)
    }
  }
}
