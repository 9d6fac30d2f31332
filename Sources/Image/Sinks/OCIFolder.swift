// An OCI image layout folder for all images of a release: the blobs that they share stand in it once, and each image has
// an index over its platforms (OCI image-spec, image-layout.md and image-index.md).

package import Archive
import Basics
import Files
private import Glibc
import JSON

/// One image on several platforms.
package struct PlatformImage: Sendable {
  /// Its names in index.json, such as "registry.example/team/tool:v1"; at least one.
  package let names: [String]
  /// Of its index.
  package let annotations: [Descriptor.Annotation]
  /// The image on each platform, in order.
  package let images: [BuiltImage]

  package init(names: [String], annotations: [Descriptor.Annotation], images: [BuiltImage]) {
    (self.names, self.annotations, self.images) = (names, annotations, images)
  }

  /// The index that leads to the manifest for each platform.
  fileprivate var index: Document {
    var index = ImageIndex(manifests: images.map(\.manifest))
    index.annotations = annotations
    return index.document
  }

  /// The digest of the index.
  package var digest: ImageDigest { index.digest }
}

/// Images as the files of one layout.
package struct OCIFolder: Sendable {
  private let images: [PlatformImage]
  /// The release that the layout is of, as index.json tells it; nil for the layout of an archive.
  private let release: String?

  /// What index.json says of the release whose folder it is: a run replaces the folder of its own release alone.
  private static let releaseKey = "io.kpack.release"

  package init(of images: [PlatformImage], release: String?) { (self.images, self.release) = (images, release) }

  /// The layout's files in the order of their names, each once.
  package var files: [ImageFile] {
    var seen: Set<ImageDigest> = []
    var files = [ImageFile(OCILayout.versionFile, text: OCILayout.versionText)]
    var index = ImageIndex(manifests: [])
    for image in images {
      let own = image.index
      let blobs = image.images.flatMap(\.blobs) + [(own.digest, ImageBlob.document(own.bytes))]
      for (digest, blob) in blobs where seen.insert(digest).inserted { files.append(ImageFile(digest.blobPath, blob)) }
      for name in image.names {
        var descriptor = own.descriptor
        // containerd reads the one, with the registry in full; skopeo, podman and umoci the other.
        let full = (try? Reference(name))?.description ?? name
        descriptor.annotations = [
          .init(Descriptor.Annotation.imageName, full), .init(Descriptor.Annotation.refName, name),
        ]
        index.manifests.append(descriptor)
      }
    }
    if let release { index.annotations = [.init(Self.releaseKey, release)] }
    files.append(ImageFile(OCILayout.indexFile, .document(index.document.bytes)))
    return files.sortedByName()
  }

  /// The archive of the files, all of the time `mtime`.
  package func archive(mtime: Int64, in store: SourceStore) -> Rope { files.archive(mtime: mtime, in: store) }

  package static let indexName = OCILayout.indexFile
  /// Where the blobs stand in the folder.
  package static let blobFolder = "blobs/sha256"

  /// What is in the folder `path`.
  package enum Content: Equatable, Sendable {
    /// Nothing, or files that killed runs left.
    case nothing
    /// The layout of this release.
    case release(String)
    case others
  }

  /// What is in the folder `path`, or that there is none.
  package static func content(of path: String) throws -> Content {
    let names: [[UInt8]]
    do throws(SystemError) {
      let folder = try FileHandle(opening: Array(path.utf8), O_RDONLY | O_DIRECTORY)
      names = try FolderListing.names(of: folder).filter { !$0.starts(with: OutputFolder.temporaryPrefix.utf8) }
    } catch {
      if error.errno == ENOENT { return .nothing }
      if error.errno == ENOTDIR { return .others }
      throw error
    }
    if names.isEmpty { return .nothing }
    let index = "\(path)/\(OCILayout.indexFile)"
    guard case .blob(let blob) = try Blob.find(at: index, named: OCILayout.indexFile), blob.count <= Document.largest,
      // What cannot be read is not of kpack.
      let document = try? DocumentField(reading: blob.read(), place: index),
      let release = try? document.member("annotations")?.member(releaseKey)?.string()
    else { return .others }
    return .release(release)
  }
}
