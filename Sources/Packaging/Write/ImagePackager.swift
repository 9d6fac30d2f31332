// The images of a plan into files: the archive of each, its tag, and the folder that `docker build` makes it from.

package import Archive
import Image

/// What was made of a planned image.
package struct ImageResult: Sendable {
  /// The image's number in the plan.
  package let image: Int
  /// Digest of the archive.
  package let digest: Digest
  /// Bytes of the archive.
  package let size: Int64
  /// Where the archive stands.
  package let paths: [String]
}

/// Writes the images of a plan.
package struct ImagePackager {
  /// Where an output goes: the number of a folder, and its name in there.
  private struct Place {
    let folder: Int
    let name: String
  }

  /// Where the files of an image go.
  private struct Places {
    var archives: [Place] = []
    var tags: [Place] = []
    /// The folder with the Dockerfile; nil for none.
    var build: Place?
  }

  /// The folders that are written into: of the stage and of the images folder, one for each platform, so that runs
  /// for other platforms can go on beside this one.
  package private(set) var folders: [String] = []
  private let plan: Plan
  private let jobs: Int
  /// By the number of the image.
  private var places: [Places] = []

  /// A packager that writes into the folders of `locations` on `jobs` threads.
  package init(_ plan: Plan, locations: Locations, jobs: Int) {
    self.plan = plan
    self.jobs = jobs
    // By bytes: two names that are equal as text can be two folders.
    var numbers: [[UInt8]: Int] = [:]
    for image in plan.images {
      var places = Places()
      for place in image.stagePlaces {
        let folder = number(of: "\(locations.stage)/\(place.folder)", &numbers)
        let name = place.place(of: image.fileName)
        places.archives.append(Place(folder: folder, name: name))
        places.tags.append(Place(folder: folder, name: ImageRule.tagFileName(of: name)))
      }
      if image.isKept {
        let folder = number(of: "\(locations.images)/\(image.platform.architecture)", &numbers)
        places.archives.append(Place(folder: folder, name: image.fileName))
        places.build = Place(folder: folder, name: image.buildFolder)
      }
      self.places.append(places)
    }
  }

  private mutating func number(of folder: String, _ numbers: inout [[UInt8]: Int]) -> Int {
    if let known = numbers[Array(folder.utf8)] { return known }
    numbers[Array(folder.utf8)] = folders.count
    folders.append(folder)
    return folders.count - 1
  }

  /// Writes every image into `folder`, which has all of `folders` in their order, and commits them together.
  ///
  /// Throws `OutputError` before any work, `SourceChanged`, `SystemError` or `Diagnostic`; then nothing was written.
  package func write(into folder: OutputFolder, _ watch: @escaping (ImageResult) -> Void) throws -> [ImageResult] {
    for (image, places) in zip(plan.images, places) { try check(places, of: image, in: folder) }
    let store = plan.store()
    let results = try ordered(0..<plan.images.count, jobs: jobs) { number in
      try write(number, store, folder)
    } committed: {
      watch($0)
    }
    try folder.commit()
    return results
  }
}

// One image
extension ImagePackager {
  /// Throws `OutputError` when something stands where a file of the image would.
  private func check(_ places: Places, of image: PlannedImage, in folder: OutputFolder) throws(OutputError) {
    let files = places.build.map { build in
      image.buildFiles.map { Place(folder: build.folder, name: "\(build.name)/\($0)") }
    }
    for place in places.archives + places.tags + (files ?? []) {
      try folder.checkPlace(of: place.name, in: place.folder)
    }
    if let build = places.build { try folder.checkFolder(build.name, in: build.folder) }
  }

  private func write(_ number: Int, _ store: ContentStore, _ folder: OutputFolder) throws -> ImageResult {
    let (image, places) = (plan.images[number], places[number])
    let rope = try image.rope(in: store, layerDigest: try image.layerDigest(in: store))
    for place in places.tags { try write(image.tagText, to: place, of: folder) }
    if let build = places.build { try writeBuildFolder(image, build, store, folder) }
    guard let first = places.archives.first else { preconditionFailure("an image was planned without a place") }
    let (digest, file) = try write(rope, to: first, of: folder)
    for place in places.archives.dropFirst() { try folder.link(file, as: place.name, in: place.folder) }
    return ImageResult(
      image: number, digest: digest, size: rope.count,
      paths: places.archives.map { "\(folders[$0.folder])/\($0.name)" })
  }

  private func writeBuildFolder(
    _ image: PlannedImage, _ build: Place, _ store: ContentStore, _ folder: OutputFolder
  ) throws {
    let place = { (name: String) in Place(folder: build.folder, name: "\(build.name)/\(name)") }
    try write(Array(image.dockerfile.text.utf8), to: place(PlannedImage.dockerfileName), of: folder)
    if let executable = image.executable {
      let copy = place(executable.name)
      try folder.copy(executable.file, as: copy.name, in: copy.folder, mode: executable.mode.bits)
    }
    let archive = place(Dockerfile.archiveName)
    if let rope = image.contextRope(in: store) {
      _ = try write(rope, to: archive, of: folder)
    } else {
      try folder.remove(archive.name, in: archive.folder)
    }
  }

  private func write(_ bytes: [UInt8], to place: Place, of folder: OutputFolder) throws {
    try folder.write(bytes, as: place.name, in: place.folder)
  }

  private func write(
    _ rope: Rope, to place: Place, of folder: OutputFolder
  ) throws -> (digest: Digest, file: SourceFile) {
    var file = try folder.create(place.name, in: place.folder)
    try rope.forEachChunk { try file.write($0) }
    return try file.finish()
  }
}
