// A thing that a run makes, a tarball, a package or the archive of an image: its entries, the artifacts that are made
// before it, and where it is written.

package import Archive
package import Basics
package import Files
import Image
package import Layout

/// A thing that a run makes.
package struct Artifact: Sendable {
  /// The kind of the artifact, which decides how it is made from its entries.
  package enum Format: Sendable {
    /// A tarball. The level, 0 to 9, is used where the format compresses.
    case archive(ArchiveFormat, level: Int)
    /// The contents of its one entry, as they are.
    case binary
    /// The archive of an image; the entries are those of its new layer.
    case image(PlannedImage)
    /// A package; the entries are those of its payload, which it needs.
    case package(PlannedPackage)
    /// The archive of a package's files, a gzipped tar or cpio.
    case payload(PackageFormat, level: Int)
  }

  /// A file in a folder that the run writes into.
  package struct Place: Sendable {
    /// Path of the folder, as locations give it.
    package let folder: String
    /// The name in there, which may have folders of its own.
    package let name: String

    package init(folder: String, name: String) {
      self.folder = folder
      self.name = name
    }

    package var path: String { "\(folder)/\(name)" }
  }

  /// A file that is written with an artifact, beside it.
  package struct Companion: Sendable {
    /// The contents of the file.
    package enum Contents: Sendable {
      case text([UInt8])
      /// A copy of a file with these permission bits.
      case copy(SourceFile, FileMode)
      /// A plain tar of these entries.
      case archive(TarEntryList)
      /// Nothing: a file that an earlier run left at the place is removed.
      case absence
    }

    package let place: Place
    package let contents: Contents
    /// The folder of the place, which must not be a folder of others; nil where the place has no folder of its own.
    package let folder: Place?
  }

  /// The name of its layout, or of its image.
  package let layout: String
  package let platform: Platform?
  /// The name of its file.
  package let fileName: String
  package let format: Format
  /// Sorted; the origin of each is its rule's number in the plan, or `Plan.implied`.
  package let entries: TarEntryList
  /// The numbers of the artifacts that it holds, each once. They stand before it in the plan.
  package let needs: [Int]
  /// How many images it takes from the stage folder as they stand.
  package let stagedImages: Int
  /// The places of its one file, linked where possible. None when it is only held by other artifacts.
  package let places: [Place]
  package let companions: [Companion]
  /// The places in folders of the stage that hold it, which the run makes.
  package internal(set) var stagedPlaces: [Place] = []
  /// Where its file is made when it is only for others, and gets no name; nil for all but payloads.
  private let scratchPlace: Place?
  /// Whether it is a result of the run; else it is made for others that hold it.
  package let isResult: Bool
  /// Where an earlier run may have left the same file; for one that has no places of its own.
  package let usualPlaces: [Place]

  /// The layout or the image that it is made from.
  package var owner: OutputOwner { image == nil ? .tarball(layout) : .image(layout) }

  /// The image that it is, if it is one.
  package var image: PlannedImage? { if case .image(let image) = format { image } else { nil } }

  /// Whether it is a file that is shipped as it is.
  package var isBinary: Bool { if case .binary = format { true } else { false } }

  /// The package that it is, if it is one.
  package var package: PlannedPackage? { if case .package(let package) = format { package } else { nil } }

  /// Whether it is a tarball.
  package var isTarball: Bool { if case .archive = format { true } else { false } }

  /// Whether it is the payload of a package.
  package var isPayload: Bool { if case .payload = format { true } else { false } }

  /// The first place that has its file, if any.
  package var firstPlace: Place? { places.first ?? stagedPlaces.first ?? scratchPlace }

  /// The name for messages: "client.tar.gz", "image kube-proxy for linux/amd64", and behind that the release's name if
  /// the image has it.
  package var title: String {
    guard let image else { return fileName }
    let more = image.releaseReference.map { ", named \($0.familiar)" } ?? ""
    return "image \(image.name) for \(image.platform)\(more)"
  }

  init(_ tarball: PlannedTarball, in locations: Locations, needs: [Int]) {
    layout = tarball.layout
    platform = tarball.platform
    fileName = tarball.fileName
    // The layout was checked for a suffix that is a format's.
    let archive = Format.archive(ArchiveFormat(fileName: Array(fileName.utf8)) ?? .tarGzip, level: tarball.level)
    format = tarball.isBinary ? .binary : archive
    entries = tarball.entries
    self.needs = needs
    stagedImages = tarball.stagedImages
    isResult = tarball.isWritten
    usualPlaces = [Place(folder: locations.out, name: fileName)]
    places = isResult ? usualPlaces : []
    companions = []
    scratchPlace = nil
  }

  /// The payload of a package, of `entries`.
  init(
    payloadOf package: PackageFields, _ planned: PlannedTarball, _ entries: TarEntryList, in locations: Locations,
    needs: [Int]
  ) {
    layout = planned.layout
    platform = planned.platform
    fileName = "\(package.fileName).payload"
    format = .payload(package.format, level: planned.level)
    self.entries = entries
    self.needs = needs
    stagedImages = planned.stagedImages
    isResult = false
    usualPlaces = []
    places = []
    companions = []
    scratchPlace = Place(folder: locations.out, name: fileName)
  }

  /// A package, whose payload has `entries`.
  init(_ package: PlannedPackage, _ planned: PlannedTarball, _ entries: TarEntryList, in locations: Locations) {
    layout = planned.layout
    platform = planned.platform
    fileName = package.fields.fileName
    format = .package(package)
    self.entries = entries
    needs = [package.payload]
    stagedImages = 0
    isResult = true
    usualPlaces = [Place(folder: locations.out, name: fileName)]
    places = usualPlaces
    companions = []
    scratchPlace = nil
  }

  /// The artifact of an image. Its places in `staged`, folders of the stage that the run makes, come with these.
  init(_ image: PlannedImage, in locations: Locations, isWritten: Bool, staged: [StagedFolder]) {
    layout = image.name
    platform = image.platform
    fileName = image.fileName
    format = .image(image)
    entries = image.layer
    needs = []
    stagedImages = 0
    isResult = isWritten
    let outputs = ImageOutputs(image, in: locations)
    usualPlaces = outputs.places
    func isApart(_ place: Place) -> Bool { isWritten && !staged.contains { $0.holds(place.path) } }
    places = outputs.places.filter(isApart)
    companions = outputs.companions.filter { isApart($0.place) }
    scratchPlace = nil
  }
}

/// The outputs of an image: in the stage, where tarballs look for them, and in the folders of images and Dockerfiles.
private struct ImageOutputs {
  private(set) var places: [Artifact.Place] = []
  private(set) var companions: [Artifact.Companion] = []

  init(_ image: PlannedImage, in locations: Locations) {
    for place in image.stagePlaces {
      let folder = "\(locations.stage)/\(place.folder)"
      let name = place.place(of: image.fileName)
      places.append(.init(folder: folder, name: name))
      let tag = Artifact.Place(folder: folder, name: ImageRule.tagFileName(of: name))
      companions.append(.init(place: tag, contents: .text(image.tagText), folder: nil))
    }
    guard image.isKept else { return }
    let folder = "\(locations.images)/\(image.platform.architectureName)"
    places.append(.init(folder: folder, name: image.fileName))
    addBuildFolder(of: image, in: "\(locations.dockerfiles)/\(image.platform.architectureName)")
  }

  /// Adds the folder from which `docker build` makes the same image.
  private mutating func addBuildFolder(of image: PlannedImage, in folder: String) {
    let build = Artifact.Place(folder: folder, name: image.name)
    func add(_ name: String, _ contents: Artifact.Companion.Contents) {
      let place = Artifact.Place(folder: folder, name: "\(image.name)/\(name)")
      companions.append(.init(place: place, contents: contents, folder: build))
    }
    add(PlannedImage.dockerfileName, .text(Array(image.dockerfile.text.utf8)))
    if let executable = image.executable { add(executable.name, .copy(executable.file, executable.mode)) }
    add(Dockerfile.archiveName, image.contextEntries.map { .archive($0) } ?? .absence)
  }
}

/// One tarball of a plan that is being made.
struct PlannedTarball {
  /// The name of its layout.
  let layout: String
  let platform: Platform?
  /// The name of the archive.
  let fileName: String
  /// The deflate level, 0 to 9.
  let level: Int
  /// Its entries, sorted; the origin of each is its rule's number, or `Plan.implied`.
  let entries: TarEntryList
  /// The numbers of the tarballs that it holds; they stand before it.
  let holds: [Int]
  /// The numbers of the images that it holds.
  let images: [Int]
  /// How many images it takes from the stage folder as they stand.
  let stagedImages: Int
  /// Whether its one entry is shipped as it is.
  let isBinary: Bool
  /// Whether its archive is written; else only its entries are staged, or others hold it.
  let isWritten: Bool
  /// Where its entries are staged; nil where they are not.
  let unit: StageUnit?
}
