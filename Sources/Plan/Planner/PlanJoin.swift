// Joins drafts into one plan. Their sources and origins get the plan's numbers: each distinct source once, in the order
// in which the drafts name them.

import Archive
import Basics
import Files
import Git
import Image
import Layout

/// One of the archives of one image.
private struct ImageArchiveKey: Hashable {
  let image: ImageKey
  let archive: ImageArchive
}

/// Joins drafts into a plan.
struct PlanJoin {
  /// The tarballs, each after those that it holds.
  private var tarballs: [PlannedTarball] = []
  /// The packages, with what they are made of.
  private var packages: [(planned: PlannedTarball, draft: PackageDraft)] = []
  private var plannedImages: [PlannedImage] = []
  private var sources = SourceTable()
  private var gitArchives: [GitArchive] = []
  private var rules: [RuleOrigin] = []
  /// All images: those that tarballs may hold, and those that the command line asks for.
  private let images: [ImageKey: ImageDraft]
  private let git: GitArchives
  private let format: ImageFormat
  /// Whether the tarballs' entries are put into the stage.
  private let isStaging: Bool
  private let layouts: String?
  private var tarballNumbers: [TarballKey: Int] = [:]
  private var imageNumbers: [ImageArchiveKey: Int] = [:]
  /// The new layers of images by number.
  private var imageLayers: [ImageKey: (number: Int, entries: TarEntryList)] = [:]
  /// The numbers of the images that are written to their places.
  private var ownImages: Set<Int> = []
  /// One archive of each of these images, for an OCI image layout.
  private var ociParts: [OCIPart] = []
  private var files: [FileKey: SourceID] = [:]
  /// The sources of a commit's files, by item; nil for an item that is no file.
  private var commits: [String: [SourceID?]] = [:]
  private var bases: [ImageDigest: [ImageBuilder.Layer]] = [:]
  /// Bytes of all sources so far. The limit is an exbibyte.
  private var bytes: Int64 = 0
  private static let mostBytes: Int64 = 1 << 60

  /// An empty plan; `images` are all that may be added.
  init(_ images: [ImageKey: ImageDraft], _ git: GitArchives, _ options: ReleaseOptions) {
    (self.images, self.git) = (images, git)
    (format, isStaging, layouts) = (options.imageFormat, options.isStaging, options.layouts)
  }

  /// Adds a tarball; the tarballs that it holds were added before. Its entries get the plan's numbers in place, because
  /// there may be a million to copy.
  mutating func add(_ tarball: inout TarballDraft) throws {
    let offset = rules.count
    rules += tarball.draft.origins.map(\.origin)
    let numbers = try tarball.draft.sources.map { try number(of: $0) }
    Self.renumber(&tarball.entries, numbers, offset)
    tarball.draft.forgetSources()
    let planned = PlannedTarball(
      layout: tarball.key.layout, platform: tarball.key.platform, fileName: tarball.fileName, level: tarball.level,
      entries: tarball.entries, holds: tarball.draft.held.tarballs.compactMap { tarballNumbers[$0] }.sorted(),
      images: tarball.draft.held.images.compactMap { imageNumbers[.init(image: $0, archive: .plain)] }.sorted(),
      stagedImages: tarball.draft.stagedImages, isBinary: tarball.isBinary, isWritten: tarball.isWritten,
      unit: isStaging ? tarball.unit : nil)
    try checkSize(of: planned)
    if let package = tarball.package {
      packages.append((planned, package))
      return
    }
    tarballNumbers[tarball.key] = tarballs.count
    tarballs.append(planned)
  }

  /// Adds an image that is written to its places.
  mutating func addOwn(_ key: ImageKey) throws {
    for archive in try image(key).archives { ownImages.insert(try add(key, archive)) }
    // The archives of one image differ in their names alone.
    if let number = try image(key).archives.first.flatMap({ imageNumbers[.init(image: key, archive: $0)] }) {
      ociParts.append(OCIPart(key: key, number: number, image: plannedImages[number]))
    }
  }

  private func image(_ key: ImageKey) throws -> ImageDraft {
    guard let image = images[key] else { throw Diagnostic(.usage, "no image \(key.name) for \(key.platform)") }
    return image
  }

  /// Adds one of the archives of an image once, and returns its number.
  private mutating func add(_ key: ImageKey, _ archive: ImageArchive) throws -> Int {
    let archiveKey = ImageArchiveKey(image: key, archive: archive)
    if let number = imageNumbers[archiveKey] { return number }
    let image = try image(key)
    // In the order in which the image needs them: the layers of its base first.
    let baseLayers = layers(of: image.base)
    let layer = try layer(of: image)
    let builder = ImageBuilder(
      baseConfig: image.base.config, baseLayers: baseLayers, platform: image.platform, settings: image.settings,
      created: layer.entries.mtime, createdBy: image.createdBy, annotations: image.annotations)
    var planned = PlannedImage(
      name: key.name, origin: image.origin, platform: key.platform, references: image.references(in: archive),
      releaseReference: archive == .released ? image.releaseReference : nil,
      builder: builder, format: format, layerNumber: layer.number, layer: layer.entries,
      hasBase: image.base.isKnown, fileName: image.fileName,
      stagePlaces: archive == .plain ? image.stagePlaces : [],
      isKept: image.isKept && (archive == .released || image.releaseReference == nil), executable: image.executable,
      dockerfile: image.dockerfile)
    if planned.hasBase { planned.size = try planned.archiveSize(in: SourceStore(sources, gitArchives)) }
    imageNumbers[archiveKey] = plannedImages.count
    plannedImages.append(planned)
    return plannedImages.count - 1
  }

  /// The new layer of an image, with the plan's numbers: the same list for all of its archives.
  private mutating func layer(of image: ImageDraft) throws -> (number: Int, entries: TarEntryList) {
    if let known = imageLayers[image.key] { return known }
    let offset = rules.count
    rules += image.draft.origins.map(\.origin)
    let numbers = try image.draft.sources.map { try number(of: $0) }
    var entries = image.layer
    Self.renumber(&entries, numbers, offset)
    let layer = (imageLayers.count, entries)
    imageLayers[image.key] = layer
    return layer
  }

  /// The plan: first the images, then the tarballs, which may hold them.
  func finished(
    _ release: PlannedRelease, for locations: Locations, _ warnings: [String], cut: PlatformCut?,
    checksums: [FilledChecksumRule], hasOCI: Bool
  ) throws -> Plan {
    let count = plannedImages.count
    let staged = tarballs.enumerated().compactMap { number, tarball in
      tarball.unit.map { StagedFolder($0, of: number + count, in: locations.stage) }
    }
    let check = StageCheck(folders: staged, locations: locations, layouts: layouts)
    if !staged.isEmpty { try check.check() }
    let images = plannedImages.enumerated().map {
      Artifact($1, in: locations, isWritten: ownImages.contains($0), staged: staged)
    }
    let tarballs = tarballs.map { tarball in
      Artifact(tarball, in: locations, needs: tarball.images + tarball.holds.map { $0 + count })
    }
    var sources = sources
    sources.renumberArtifacts({ $0 + count }, nested: { $0 })
    var artifacts = images + tarballs
    addPackages(to: &artifacts, &sources, in: locations)
    if !staged.isEmpty { try check.checkSources(of: artifacts, sources) }
    for folder in staged { Self.addPlaces(in: folder, to: &artifacts, sources) }
    let oci = hasOCI && !ociParts.isEmpty ? try OCIRelease(ociParts, of: release.name, in: locations) : nil
    try oci?.check(locations, layouts: layouts)
    return Plan(
      artifacts: artifacts, sources: sources, gitArchives: gitArchives, rules: rules, release: release,
      warnings: warnings, stagedFolders: staged, platformCut: cut,
      checksums: ChecksumFile.all(by: checksums, of: artifacts, in: locations), oci: oci)
  }

  /// Adds first all payloads, then all packages: none has to wait for what comes right before it.
  private func addPackages(to artifacts: inout [Artifact], _ sources: inout SourceTable, in locations: Locations) {
    let first = artifacts.count
    for (planned, package) in packages {
      let needs = planned.images + planned.holds.map { $0 + plannedImages.count }
      artifacts.append(
        Artifact(payloadOf: package.fields, planned, package.payload(of: planned.entries), in: locations, needs: needs))
    }
    for (index, (planned, package)) in packages.enumerated() {
      let number = first + index
      let made = PlannedPackage(
        fields: package.fields, payload: number, contents: sources.add(.artifact(number)),
        level: planned.level)
      artifacts.append(Artifact(made, planned, artifacts[number].entries, in: locations))
    }
  }

  /// Adds to each artifact its places in a folder of the stage.
  private static func addPlaces(in folder: StagedFolder, to artifacts: inout [Artifact], _ sources: SourceTable) {
    let entries = artifacts[folder.artifact].entries
    for index in 0..<entries.count {
      guard case .source(let id) = entries.body(at: index), let place = folder.place(of: entries.name(at: index)) else {
        continue
      }
      switch sources[id] {
      case .artifact(let number), .nested(let number, _): artifacts[number].stagedPlaces.append(place)
      case .bytes, .file, .extent, .spool: break
      }
    }
  }

  private static func renumber(_ entries: inout TarEntryList, _ contents: [SourceID], _ offset: Int) {
    entries.renumber(
      content: { contents[Int($0.index)] },
      origin: { $0 == EntryCollector.implied ? Plan.implied : $0 + UInt32(truncatingIfNeeded: offset) })
  }

  private mutating func number(of source: DraftSource) throws -> SourceID {
    switch source {
    case .bytes(let bytes): return sources.add(.bytes(bytes))
    case .file(let file, let key):
      if let known = files[key] { return known }
      let id = sources.add(.file(file))
      files[key] = id
      return id
    case .git(let commit, let item):
      let numbers = try commits[commit] ?? add(commit: commit)
      guard let id = numbers[item] else { throw Diagnostic(.system, "git \(commit): no file") }
      return id
    case .spool(let spool, let offset, let count):
      return sources.add(.spool(spool, offset: offset, count: count))
    case .tarball(let key):
      guard let number = tarballNumbers[key] else { throw Diagnostic(.usage, "no tarball \(key)") }
      return sources.add(.artifact(number))
    case .image(let key):
      let number = try add(key, .plain)
      return sources.add(.nested(number, count: plannedImages[number].size))
    }
  }

  private mutating func add(commit: String) throws -> [SourceID?] {
    let archive = try git.known(commit)
    let number = gitArchives.count
    gitArchives.append(archive)
    var numbers: [SourceID?] = []
    for item in archive.items {
      let extent = Source.extent(spool: number, offset: item.offset, count: item.entry.size)
      numbers.append(item.entry.kind == .file ? sources.add(extent) : nil)
    }
    commits[commit] = numbers
    return numbers
  }

  private mutating func layers(of base: DraftBase) -> [ImageBuilder.Layer] {
    guard let image = base.image else { return [] }
    if let known = bases[image.manifestDigest] { return known }
    let layers = image.layers.map { layer in
      let content: Source =
        switch layer.bytes {
        case .file(let file): .file(file)
        case .spool(let spool, let offset): .spool(spool, offset: offset, count: layer.size)
        }
      return ImageBuilder.Layer(diffID: layer.diffID, size: layer.size, content: sources.add(content))
    }
    bases[image.manifestDigest] = layers
    return layers
  }

  /// Limits the sum of all sizes, so that later code need not check for overflow.
  private mutating func checkSize(of tarball: PlannedTarball) throws {
    for index in 0..<tarball.entries.count {
      let (sum, overflows) = bytes.addingReportingOverflow(sources.size(of: tarball.entries.body(at: index)) ?? 0)
      guard !overflows, sum <= Self.mostBytes else {
        let name = escapedName(tarball.entries.name(at: index))
        throw Diagnostic(.system, "\(tarball.fileName): \(name): more than \(Self.mostBytes) bytes in one release")
      }
      bytes = sum
    }
  }
}
