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
  private let plan: Plan
  private let stage: String
  private let images: String
  private let jobs: Int

  /// A packager that writes into the folders of `locations` on `jobs` threads.
  package init(_ plan: Plan, locations: Locations, jobs: Int) {
    self.plan = plan
    stage = locations.stage
    images = locations.images
    self.jobs = jobs
  }

  /// The folders that are written into: of the stage and of the images folder, one for each platform, so that runs
  /// for other platforms can go on beside this one.
  package var folders: [String] {
    var folders: [String] = []
    for folder in plan.images.flatMap(self.folders) where !folders.contains(folder) { folders.append(folder) }
    return folders
  }

  private func folders(of image: PlannedImage) -> [String] {
    image.stagePlaces.map { "\(stage)/\($0.folder)" } + (image.isKept ? [kept(image)] : [])
  }

  private func kept(_ image: PlannedImage) -> String { "\(images)/\(image.platform.architecture)" }

  /// Writes every image into `folder`, which has all of `folders` in their order, and commits them together.
  ///
  /// Throws `SourceChanged` or `SystemError`; then nothing was written.
  package func write(into folder: OutputFolder, _ watch: @escaping (ImageResult) -> Void) throws -> [ImageResult] {
    let store = plan.store()
    let results = try Self.ordered(0..<plan.images.count, jobs: jobs) { number in
      try write(plan.images[number], number, store, folder)
    } committed: {
      watch($0)
    }
    try folder.commit()
    return results
  }

  /// The ropes of the archives of `numbers`, in their order, hashed side by side.
  static func ropes(_ plan: Plan, _ numbers: [Int], _ store: ContentStore, jobs: Int) throws -> [Rope] {
    try ordered(numbers, jobs: jobs) {
      try plan.images[$0].rope(in: store)
    } committed: { _ in
    }
  }

  private final class NoTool {}

  /// The results of `work` on the items, in their order, made by `jobs` threads.
  private static func ordered<Item: Sendable, Result>(
    _ items: some Sequence<Item>, jobs: Int, _ work: @escaping @Sendable (Item) throws -> Result,
    committed: @escaping (Result) -> Void
  ) throws -> [Result] {
    var rest = Array(items)[...]
    var results: [Result] = []
    let workers = OrderedWorkers<Item, Result, NoTool>(
      window: max(2, jobs), next: { rest.popFirst().map { .job($0) } ?? .end }, makeTool: { NoTool() },
      work: { item, _ in try work(item) },
      commit: { result in
        results.append(result)
        committed(result)
      })
    try workers.run(threads: jobs)
    return results
  }
}

// One image
extension ImagePackager {
  private func write(
    _ image: PlannedImage, _ number: Int, _ store: ContentStore, _ folder: OutputFolder
  ) throws -> ImageResult {
    let rope = try image.rope(in: store)
    var places: [(folder: String, name: String)] = image.stagePlaces.map { place in
      ("\(stage)/\(place.folder)", place.place(of: image.fileName))
    }
    for place in places {
      try write(image.tagText, as: ImageRule.tagFileName(of: place.name), in: place.folder, folder)
    }
    if image.isKept {
      places.append((kept(image), image.fileName))
      try writeBuildFolder(image, store, folder)
    }
    guard let first = places.first else { throw Diagnostic(.usage, "image \(image.name): it has no place to go to") }
    let (digest, file) = try write(rope, as: first.name, in: first.folder, folder)
    for place in places.dropFirst() { try folder.link(file, as: place.name, in: index(of: place.folder)) }
    return ImageResult(
      image: number, digest: digest, size: rope.count, paths: places.map { "\($0.folder)/\($0.name)" })
  }

  private func writeBuildFolder(_ image: PlannedImage, _ store: ContentStore, _ folder: OutputFolder) throws {
    let place = kept(image)
    try write(Array(image.dockerfile.text.utf8), as: "\(image.buildFolder)/Dockerfile", in: place, folder)
    if let executable = image.executable {
      try folder.copy(
        executable.file, as: "\(image.buildFolder)/\(executable.name)", in: index(of: place),
        mode: executable.mode.bits)
    }
    if let rope = image.contextRope(in: store) {
      _ = try write(rope, as: "\(image.buildFolder)/\(Dockerfile.archiveName)", in: place, folder)
    }
  }

  private func index(of path: String) -> Int { folders.firstIndex(of: path) ?? 0 }

  private func write(_ bytes: [UInt8], as name: String, in place: String, _ folder: OutputFolder) throws {
    var file = try folder.create(name, in: index(of: place))
    try file.write(bytes)
    _ = try file.finish()
  }

  private func write(
    _ rope: Rope, as name: String, in place: String, _ folder: OutputFolder
  ) throws -> (digest: Digest, file: SourceFile) {
    var file = try folder.create(name, in: index(of: place))
    try rope.forEachChunk { try file.write($0) }
    return try file.finish()
  }
}
