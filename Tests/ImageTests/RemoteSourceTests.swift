// A source of images whose blobs come from elsewhere, one by one and by their digests, as those of a registry do: what it
// takes to be one, and that only what is wanted is fetched.

@testable import Archive
@testable import Basics
@testable import Files
@testable import Image
import Synchronization
@testable import TestSupport
import Testing

/// Images whose blobs are fetched by digest; an index is all that is known at first.
private struct RemoteSource: LeadSource {
  /// The digests that were fetched, in order.
  final class Log: Sendable {
    private let digests = Mutex<[String]>([])

    func add(_ digest: ImageDigest) { digests.withLock { $0.append(digest.hex) } }

    /// The digests since this was asked for last.
    func take() -> [String] {
      digests.withLock { digests in
        defer { digests = [] }
        return digests
      }
    }
  }

  let path = "registry.example.org/sample"
  let warnings: [String] = []
  let unpacking = Unpacking(near: "/tmp")
  let index: Descriptor
  let blobs: [ImageDigest: [UInt8]]
  let log = Log()

  /// A source of the blobs of these images, each of one architecture, but for the blob `missing`.
  init(_ images: [SampleImage], without missing: ImageDigest? = nil) throws {
    var blobs: [[UInt8]] = [SampleImage.lower, Gzip.stored(SampleImage.upper)]
    var manifests: [Descriptor] = []
    for image in images {
      blobs += [image.config, image.manifest]
      var manifest = Document(bytes: image.manifest, mediaType: MediaType.manifest).descriptor
      manifest.platform = Platform(os: "linux", architecture: image.architecture)
      manifests.append(manifest)
    }
    let document = ImageIndex(manifests: manifests).document
    index = document.descriptor
    let all = (blobs + [document.bytes]).map { (ImageDigest(of: $0), $0) }.filter { $0.0 != missing }
    self.blobs = Dictionary(all) { first, _ in first }
  }

  func leads(_ documents: inout ImageDocuments) throws -> [ImageLead] {
    let items = try documents.index(index, FieldPlace(place: path, field: ""))
    return try leads(from: items.map { ImageLead($0) }, &documents) { _ in true }
  }

  func image(at lead: ImageLead, _ documents: inout ImageDocuments) throws -> SourceImage {
    try image(ofManifestAt: lead, &documents)
  }

  func blob(_ named: NamedBlob) throws -> Blob {
    guard let digest = named.descriptor?.digest, let bytes = blobs[digest] else {
      throw named.place.error("\(named.name): missing")
    }
    log.add(digest)
    let spool = try Spool(near: unpacking.folder)
    try bytes.withUnsafeBytes { try spool.append($0) }
    return Blob(name: named.name, bytes: .spool(spool, offset: 0), offset: 0, count: Int64(bytes.count))
  }
}

@Suite struct `A source whose blobs come from elsewhere` {
  private let amd64 = SampleImage(architecture: "amd64")
  private let arm64 = SampleImage(architecture: "arm64")

  @Test func `gives the documents of the platform that is wanted, and fetches no others`() throws {
    let source = try RemoteSource([amd64, arm64])
    let wanted = Platform(os: "linux", architecture: "arm64")
    let found = try source.images(for: Reference("sample:1"), on: wanted)
    #expect(found.images.map(\.configDigest) == [ImageDigest(of: arm64.config)])
    #expect(found.others.map(\.architecture) == ["amd64"])
    #expect(source.log.take() == [source.index.digest.hex, sha(arm64.manifest), sha(arm64.config)])
  }

  @Test func `gives the layers of an image when it is read`() throws {
    let source = try RemoteSource([amd64, arm64])
    let reference = try Reference("sample:1")
    let found = try source.images(for: reference, on: Platform(os: "linux", architecture: "amd64"))
    _ = source.log.take()
    let image = try source.read(#require(found.images.first), as: reference)
    #expect(source.log.take() == [sha(SampleImage.lower), sha(Gzip.stored(SampleImage.upper))])
    #expect(image.manifestDigest == ImageDigest(of: amd64.manifest))
    #expect(image.entry("usr/lib/new") == "file" && image.entry("etc/old") == nil)
  }

  @Test func `names itself and the field that leads to a blob that is missing`() throws {
    let source = try RemoteSource([amd64], without: ImageDigest(of: amd64.config))
    let place = "registry.example.org/sample: blobs/sha256/\(sha(amd64.manifest))"
    #expect(throws: ImageError(place, "config", "blobs/sha256/\(sha(amd64.config)): missing")) {
      _ = try source.images()
    }
  }
}
