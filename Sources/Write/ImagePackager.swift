// The images of a plan into files: which are written, and where.

import Archive
package import Basics
package import Cache
package import Files
import Layout
package import Plan
import Threads

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
  /// Whether all of its files stood there already and were left alone.
  package let isUnchanged: Bool
}

/// Writes the images of a plan.
package struct ImagePackager {
  /// The folders that are written into: of the stage and of the images folder, one for each platform, so that runs
  /// for other platforms can go on beside this one.
  package private(set) var folders: [String] = []
  /// What was done, and where the time went.
  package let log = WorkLog()
  private let plan: Plan
  private let options: WriteOptions
  /// By the number of the image.
  private var places: [ImagePlaces] = []

  /// A packager that writes into the folders of `locations`.
  package init(_ plan: Plan, locations: Locations, _ options: WriteOptions) {
    self.plan = plan
    self.options = options
    // By bytes: two names that are equal as text can be two folders.
    var numbers: [[UInt8]: Int] = [:]
    for image in plan.images {
      var places = ImagePlaces()
      for place in image.stagePlaces {
        let folder = number(of: "\(locations.stage)/\(place.folder)", &numbers)
        let name = place.place(of: image.fileName)
        places.archives.append(OutputPlace(folder: folder, name: name))
        places.tags.append(OutputPlace(folder: folder, name: ImageRule.tagFileName(of: name)))
      }
      if image.isKept {
        let folder = number(of: "\(locations.images)/\(image.platform.architecture)", &numbers)
        places.archives.append(OutputPlace(folder: folder, name: image.fileName))
        places.build = ImagePlaces.BuildPlaces(image, folder: folder)
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
  /// With a `cache`, what it knows is not made again, and an image that stands there as it would be written is left
  /// alone.
  ///
  /// Throws `OutputError` before any work, `SourceChanged`, `SystemError` or `Diagnostic`; then nothing was written.
  package func write(
    into folder: OutputFolder, cache: ArtifactCache? = nil, _ watch: @escaping (ImageResult) -> Void
  ) throws -> [ImageResult] {
    for places in places { try places.check(in: folder) }
    let store = plan.store()
    let memory = try cache.map { cache in
      try log.timed(.hashing) { try ImageMemory(cache, plan, store, folder, options) }
    }
    let made = try ordered(0..<plan.images.count, jobs: options.jobs) { number in
      try make(number, store, folder, memory)
    } committed: {
      watch($0.result)
    }
    let time = cache?.timeBeforeCommit(of: made.compactMap(\.written).flatMap(\.files).map(\.identity))
    try folder.commit()
    for case (let result, let written?) in made {
      if let time { memory?.keep(written, ofImage: result.image, at: places[result.image], since: time) }
    }
    return made.map(\.result)
  }

  /// Writes an image, unless it stands there.
  private func make(
    _ number: Int, _ store: ContentStore, _ folder: OutputFolder, _ memory: ImageMemory?
  ) throws -> (result: ImageResult, written: WrittenImage?) {
    let (image, places) = (plan.images[number], places[number])
    if let digest = log.timed(.hashing, { memory?.unchangedDigest(ofImage: number, at: places) }) {
      log.add(image.size, .leftAlone)
      return (result(number, digest, isUnchanged: true), nil)
    }
    let layerDigest = try log.timed(.hashing) {
      try memory?.layerDigest(ofImage: number) ?? image.layerDigest(in: store)
    }
    let written = try log.timed(.writing) {
      try ImageWriter(image, at: places, of: folder, store).write(layerDigest: layerDigest)
    }
    log.add(image.size, .written)
    return (result(number, written.digest, isUnchanged: false), written)
  }

  private func result(_ number: Int, _ digest: Digest, isUnchanged: Bool) -> ImageResult {
    let paths = places[number].archives.map { "\(folders[$0.folder])/\($0.name)" }
    return ImageResult(
      image: number, digest: digest, size: plan.images[number].size, paths: paths, isUnchanged: isUnchanged)
  }
}
