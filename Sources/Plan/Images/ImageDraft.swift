// One image before it is in the plan: its base, the entries of its new layer, its names and its places.

import Archive
import Basics
import Image
import Layout

/// The base of an image in a draft.
struct DraftBase: Sendable {
  let config: ImageConfig
  /// All files of its layers.
  let files: FileTable
  /// The base from the store; nil for an empty one.
  let image: BaseImage?
  /// Whether the image is made on this base; else it stands for one that is missing, or not looked at.
  let isKnown: Bool

  init(_ image: BaseImage) { (config, files, self.image, isKnown) = (image.config, image.files, image, true) }

  /// An empty base.
  init(for platform: Platform, isKnown: Bool) {
    self.isKnown = isKnown
    var settings = ImageSettings()
    // As builders give it to what is FROM scratch (BuildKit, frontend/dockerfile/dockerfile2llb, `emptyImage`).
    settings.environment = [ImageSettings.usualPath]
    config = ImageConfig(platform: platform, settings: settings, diffIDs: [], created: 0, history: [])
    (files, image) = (FileTable(), nil)
  }
}

/// One image before it is in the plan.
struct ImageDraft: Sendable {
  let key: ImageKey
  /// The place of its rule in the layout.
  let origin: RuleOrigin
  /// Its own name.
  let reference: Reference
  /// More names that all of its archives have.
  let moreNames: [Reference]
  /// The release's name, which its archive in the images folder has too; nil for none.
  let releaseReference: Reference?
  /// The name of its archive.
  let fileName: String
  let stagePlaces: [PlannedImage.StagePlace]
  /// Whether it goes into the images folder.
  let isKept: Bool
  let base: DraftBase
  /// The platform in its config.
  let platform: Platform
  let settings: ImageSettings
  let annotations: [Descriptor.Annotation]
  let createdBy: String
  /// The entries of its new layer; the draft has the numbers of their sources and origins.
  var layer: TarEntryList
  let draft: Draft
  let executable: PlannedImage.PlannedExecutable?
  let dockerfile: Dockerfile

  /// The part that tarballs holding it need.
  var held: HeldImage {
    HeldImage(
      fileName: fileName, tagFileName: ImageRule.tagFileName(of: fileName),
      tagText: Array("\(reference.tag ?? "")\n".utf8))
  }

  /// The archives that a run writes for it, when it is asked for.
  var archives: [ImageArchive] {
    if releaseReference == nil { return [.plain] }
    return stagePlaces.isEmpty ? [.released] : [.plain, .released]
  }

  /// The names in one of its archives.
  func references(in archive: ImageArchive) -> [Reference] {
    [reference] + moreNames + (archive == .released ? releaseReference.map { [$0] } ?? [] : [])
  }

  /// The image and its platform, for messages about two images.
  var shown: String { "\(origin) for \(key.platform)" }

  /// The paths of its archives and of the folder for `docker build`. The paths of the tag files follow from these.
  func outputs(in locations: Locations) -> [String] {
    let staged = stagePlaces.map { place in "\(locations.stage)/\(place.folder)/\(place.place(of: fileName))" }
    if !isKept { return staged }
    let folder = "\(locations.images)/\(key.platform.architectureName)"
    let build = "\(locations.dockerfiles)/\(key.platform.architectureName)/\(key.name)"
    return staged + ["\(folder)/\(fileName)", build]
  }
}

/// One of the archives of an image, which differ in the names that they have.
enum ImageArchive: Hashable {
  /// With the image's own name alone: for the stage folder, for tarballs, and for the images folder where the release
  /// gives no name.
  case plain
  /// With the release's name too: for the images folder.
  case released
}

/// The result of making an image.
struct ImageDraftResult: Sendable {
  let image: Result<ImageDraft, any Error>
  /// All warnings and mistakes, but for the mistake that ended it.
  let said: Diagnostics

  /// The part that tarballs holding it need.
  var held: HeldImageResult { HeldImageResult(image: image.map(\.held), said: said) }
}
