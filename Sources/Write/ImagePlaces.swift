// Where the files of a planned image go: into the stage, where tarballs look for them, and into the images folder.

import Files
import Image
import Plan

/// Where an output goes: the number of a folder, and its name in there.
struct OutputPlace: Sendable {
  let folder: Int
  let name: String
}

/// Where the files of an image go.
struct ImagePlaces: Sendable {
  /// At least one; all are links to one file, where there can be such.
  var archives: [OutputPlace] = []
  var tags: [OutputPlace] = []
  /// Nil for no folder with a Dockerfile.
  var build: BuildPlaces?

  /// The folder that `docker build` makes the image from.
  struct BuildPlaces: Sendable {
    let folder: OutputPlace
    let dockerfile: OutputPlace
    /// Of the copy; nil for none.
    let executable: OutputPlace?
    let archive: OutputPlace
    /// Whether there is to be one.
    let hasArchive: Bool

    init(_ image: PlannedImage, folder: Int) {
      let place = { (name: String) in OutputPlace(folder: folder, name: "\(image.buildFolder)/\(name)") }
      self.folder = OutputPlace(folder: folder, name: image.buildFolder)
      dockerfile = place(PlannedImage.dockerfileName)
      executable = image.executable.map { place($0.name) }
      archive = place(Dockerfile.archiveName)
      hasArchive = image.dockerfile.hasArchive
    }

    /// Those of all files.
    var files: [OutputPlace] { [dockerfile, executable, hasArchive ? archive : nil].compactMap { $0 } }
  }

  /// Throws `OutputError` when something stands where a file of the image would, and `SystemError`.
  func check(in folder: OutputFolder) throws {
    for place in archives + tags + (build?.files ?? []) { try folder.checkPlace(of: place.name, in: place.folder) }
    if let build { try folder.checkFolder(build.folder.name, in: build.folder.folder) }
  }
}

extension OutputFolder {
  /// Where the output of `place` will stand.
  func path(of place: OutputPlace) -> [UInt8] { Array(path(of: place.name, in: place.folder).utf8) }
}
