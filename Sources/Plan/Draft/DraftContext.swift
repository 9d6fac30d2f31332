// What verbs look things up in while they add to a draft: they read it, and write into the draft alone.

import Git

/// An image that tarballs hold, as far as they have to know it.
struct HeldImage: Sendable {
  /// The name of its archive, that of the file with its tag, and what that says.
  let fileName: String
  let tagFileName: String
  let tagText: [UInt8]
}

/// The making of an image that tarballs hold: what came of it, and what is to be said of it.
struct HeldImageResult: Sendable {
  let image: Result<HeldImage, any Error>
  let said: Diagnostics
}

/// What verbs look things up in.
struct DraftContext {
  let facts: Facts
  /// The run's own places, which no tree takes in.
  let own: OwnPlaces
  let git: GitArchives
  /// The images that are made; nil where there are no bases to make them from, so that they are taken from the stage.
  var images: Result<[ImageKey: HeldImageResult]?, any Error>

  var options: ReleaseOptions { facts.options }
  var locations: Locations { facts.options.locations }
}
