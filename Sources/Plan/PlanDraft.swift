// A plan while it is made: tarballs and images, each with numbers of their own.

import Archive
import Basics
import Files
import Image
import Layout

/// One tarball of a plan that is being made.
struct PlannedTarball {
  /// The name of its layout.
  let layout: String
  let platform: Platform?
  /// The name of the archive.
  let fileName: String
  /// Of deflate, 0 to 9.
  let level: Int
  /// Its entries, sorted; the origin of each is its rule's number, or `Plan.implied`.
  let entries: TarEntryList
  /// The numbers of the tarballs that it holds; they stand before it.
  let holds: [Int]
  /// The numbers of the images that it holds.
  let images: [Int]
  /// Images that it takes from the stage folder as they stand.
  let stagedImages: Int
}

/// What becomes a plan.
struct PlanDraft {
  /// Each after those that it holds.
  var tarballs: [PlannedTarball] = []
  var images: [PlannedImage] = []
  var contents = ContentTable()
  var gitArchives: [GitArchive] = []
  var rules: [RuleOrigin] = []
  var warnings: [String] = []
  /// How many images, from the first on, are written where they belong, and not only into tarballs that hold them.
  var writtenImages = 0

  /// A store of the contents, with what git archives are read from.
  func store() -> ContentStore { ContentStore(contents, gitArchives) }

  /// Bytes of an entry's contents; nil for a tarball of the same plan.
  func size(of tarball: PlannedTarball, at index: Int) -> Int64? { contents.size(of: tarball.entries.body(at: index)) }

  /// Where a content comes from, for people.
  func source(of id: ContentID) -> String {
    switch contents[id] {
    case .bytes: "text"
    case .file(let file): escapedName(file.path)
    case .extent(let spool, _, _): "git \(gitArchives[spool].commit)"
    case .spool: "base image"
    case .artifact(let number): tarballs[number].fileName
    case .nested(let number, _): "image \(images[number].name) for \(images[number].platform)"
    }
  }

  /// The plan: the images first, then the tarballs, which may hold them.
  func finished(for locations: Locations) -> Plan {
    let images = images.enumerated().map { Artifact($1, in: locations, isWritten: $0 < writtenImages) }
    let tarballs = tarballs.map { tarball in
      Artifact(tarball, in: locations, needs: tarball.images + tarball.holds.map { $0 + images.count })
    }
    var contents = contents
    contents.renumberArtifacts({ $0 + images.count }, nested: { $0 })
    return Plan(
      artifacts: images + tarballs, contents: contents, gitArchives: gitArchives, rules: rules, warnings: warnings)
  }
}

extension ContentTable {
  /// Bytes of an entry's contents; nil for another tarball of the release.
  func size(of body: TarEntryBody) -> Int64? {
    switch body {
    case .none: 0
    case .file(_, _, let identity): identity.size
    case .content(let id): size(of: id)
    }
  }
}

extension ContentStore {
  /// A store of `contents`, with what git archives are read from.
  convenience init(_ contents: ContentTable, _ gitArchives: [GitArchive]) {
    self.init(contents)
    for (number, archive) in gitArchives.enumerated() { add(spool: archive.spool, number: number) }
  }
}
