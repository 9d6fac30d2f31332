// One image before the plan takes it in: its base, the entries of its new layer, what it is called and where it goes.

import Archive
import Basics
import Image
import Layout

/// What an image stands on.
struct DraftBase: Sendable {
  let config: ImageConfig
  /// All files of its layers.
  let files: FileTable
  /// As the store has it; nil in a look at layouts alone.
  let image: BaseImage?

  init(_ image: BaseImage) { (config, files, self.image) = (image.config, image.files, image) }

  /// An empty one.
  init(for platform: Platform) {
    config = ImageConfig(platform: platform, settings: ImageSettings(), diffIDs: [], created: 0, history: [])
    (files, image) = (FileTable(), nil)
  }
}

/// One image before the plan takes it in.
struct ImageDraft: Sendable {
  let key: ImageKey
  /// Where the layout tells of it.
  let origin: RuleOrigin
  let references: [Reference]
  /// The name of its archive.
  let fileName: String
  let stagePlaces: [PlannedImage.StagePlace]
  /// Whether it goes into the images folder.
  let isKept: Bool
  let base: DraftBase
  /// What its config says.
  let platform: Platform
  let settings: ImageSettings
  let createdBy: String
  /// The entries of its new layer, with the draft that numbers their sources and origins.
  var layer: TarEntryList
  let draft: Draft
  let executable: PlannedImage.PlannedExecutable?
  let dockerfile: Dockerfile

  /// As tarballs know it that hold it.
  var held: HeldImage {
    HeldImage(
      fileName: fileName, tagFileName: ImageRule.tagFileName(of: fileName),
      tagText: Array("\(references.first?.tag ?? "")\n".utf8))
  }

  /// The name of the image and its platform, for messages about two.
  var shown: String { "\(origin) for \(key.platform)" }

  /// The archives, and the folder that `docker build` makes it from. The tags' names follow from those.
  func outputs(in locations: Locations) -> [String] {
    let staged = stagePlaces.map { place in "\(locations.stage)/\(place.folder)/\(place.place(of: fileName))" }
    if !isKept { return staged }
    let folder = "\(locations.images)/\(key.platform.architecture)"
    return staged + ["\(folder)/\(fileName)", "\(folder)/\(key.name).dockerbuild"]
  }
}

/// What came of the making of an image.
struct ImageDraftResult: Sendable {
  let image: Result<ImageDraft, any Error>
  /// Mistakes but for the one that ended it, and warnings.
  let said: Diagnostics

  /// As tarballs know it that hold it.
  var held: HeldImageResult { HeldImageResult(image: image.map(\.held), said: said) }
}
