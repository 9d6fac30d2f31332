// The OCI image layout of a run: its images, each under an index of its platforms, in a folder that holds nothing else.

package import Archive
package import Basics
import Files
package import Image
import Layout

/// The OCI image layout of a release.
package struct OCIRelease: Sendable {
  /// One image of it.
  package struct Member: Sendable {
    /// The image's name in its layout.
    package let name: String
    /// Its names in index.json.
    package let names: [String]
    package let annotations: [Descriptor.Annotation]
    /// The numbers of the artifacts that are the image on each platform.
    package let artifacts: [Int]

    /// The name of its archive in the folder.
    package var archiveName: String { "\(name)\(OCIRelease.archiveSuffix)" }
  }

  /// The path of the folder.
  package let folder: String
  /// The name of the release.
  package let release: String
  package let members: [Member]

  /// The end of the names of archives in the folder.
  package static let archiveSuffix = ".oci.tar"

  /// The image of `member` in `plan`; `layers` has the digest of the new layer of each artifact.
  package static func image(
    _ member: Member, of plan: Plan, in store: SourceStore, layers: [Int: Digest]
  ) -> PlatformImage {
    let images = member.artifacts.compactMap { number in
      plan.artifacts[number].image.flatMap { image in layers[number].map { image.built(in: store, layerDigest: $0) } }
    }
    return PlatformImage(names: member.names, annotations: member.annotations, images: images)
  }
}

/// An image on one platform, for the layout.
struct OCIPart {
  let key: ImageKey
  /// The number of its artifact.
  let number: Int
  let image: PlannedImage
}

extension OCIRelease {
  /// The layout of `parts`, which are in the order of the plan. Throws `Diagnostic` when two images have one name, or one
  /// image is twice for a platform.
  init(_ parts: [OCIPart], of release: String, in locations: Locations) throws {
    (folder, self.release) = (locations.oci, release)
    var groups: [(group: String, name: String, parts: [OCIPart])] = []
    for part in parts {
      if let index = groups.firstIndex(where: { $0.group == part.key.group && $0.name == part.key.name }) {
        groups[index].parts.append(part)
      } else if let other = groups.first(where: { $0.name == part.key.name }) {
        let both = "\(other.parts[0].image.origin) and \(part.image.origin)"
        throw Diagnostic(.usage, "two images have the output \(part.key.name)\(Self.archiveSuffix): \(both)")
      } else {
        groups.append((part.key.group, part.key.name, [part]))
      }
    }
    members = try groups.map { try Self.member($0.name, $0.parts) }
  }

  private static func member(_ name: String, _ parts: [OCIPart]) throws -> Member {
    var seen: Set<Platform> = []
    for part in parts where !seen.insert(part.image.builder.platform).inserted {
      let reason = "two images for \(part.image.builder.platform) in one index"
      throw Diagnostic(.usage, "image \(name): \(reason)", at: part.image.origin)
    }
    // The names that it has on every platform. Where each has a name of its own, the bare name with the tag that all have.
    let own = parts.map { part in part.image.references.filter { $0 != part.image.releaseReference } }
    var names = own[0].filter { name in own.allSatisfy { $0.contains(name) } }.map(\.familiar)
    if own.contains(where: { $0[0] != own[0][0] }) {
      let tags = Set(own.map { $0[0].tag ?? "" })
      let bare = tags.count == 1 ? "\(name):\(tags.first ?? "")" : name
      if !names.contains(bare) { names.insert(bare, at: 0) }
    }
    let annotations = parts[0].image.builder.annotations.filter { annotation in
      parts.allSatisfy { $0.image.builder.annotations.contains(annotation) }
    }
    return Member(name: name, names: names, annotations: annotations, artifacts: parts.map(\.number))
  }

  /// Throws a `Diagnostic` when the folder is a folder of the run, in one or around one, or holds what is not the layout
  /// of this release. `layouts` is the folder of the layouts; nil for the built-in ones.
  func check(_ locations: Locations, layouts: String?) throws {
    let shown = escapedName(folder.utf8)
    let own = try Self.place(of: Array(folder.utf8))
    let slash = [UInt8(ascii: "/")]
    let others =
      [
        ("the stage", locations.stage), ("the folder of binaries", locations.bin),
        ("the folder of tarballs", locations.out),
      ]
      + [("the folder of images", locations.images), ("the folder of Dockerfiles", locations.dockerfiles)]
      + [("the folder of bases", locations.bases), ("the cache", locations.cache)]
    for (name, path) in others {
      let other = try Self.place(of: Array(path.utf8))
      if own == other || own.starts(with: other + slash) {
        throw Diagnostic(
          .usage, "--oci: \(shown) is in \(name), \(escapedName(path.utf8)); expected a folder of its own")
      }
    }
    for path in [locations.root] + others.map(\.1) + (layouts.map { [$0] } ?? []) {
      let other = try Self.place(of: Array(path.utf8))
      if own == other || other.starts(with: own + slash) {
        throw Diagnostic(.usage, "--oci: \(escapedName(path.utf8)) is in \(shown); expected a folder of its own")
      }
    }
    switch try OCIFolder.content(of: folder) {
    case .nothing, .release(release): return
    case .release(let other):
      throw Diagnostic(.usage, "\(shown): holds the images of the release \(quoted(other)), not of \(quoted(release))")
    case .others:
      throw Diagnostic(.usage, "\(shown): expected nothing or a layout that kpack made, found something else")
    }
  }

  /// The absolute path without links of a folder whose last parts may be missing.
  private static func place(of path: [UInt8]) throws(SystemError) -> [UInt8] {
    do throws(SystemError) {
      return try Paths.resolved(path)
    } catch {
      guard error.isAboutMissingFile, path != [UInt8(ascii: ".")], path != [UInt8(ascii: "/")] else { throw error }
    }
    let cut = path.lastIndex(of: UInt8(ascii: "/"))
    let above = try place(of: cut == 0 ? [UInt8(ascii: "/")] : cut.map { Array(path[..<$0]) } ?? [UInt8(ascii: ".")])
    return (above == [UInt8(ascii: "/")] ? [] : above) + [UInt8(ascii: "/")] + path[(cut.map { $0 + 1 } ?? 0)...]
  }
}
