// OCI image layouts, as folders and as archives: index.json, and the indexes and manifests that it leads to.
// OCI image-spec, image-layout.md and image-index.md.

import Basics
import Files

/// The images of an OCI image layout.
struct OCISource: LeadSource {
  let path: String
  let unpacking: Unpacking
  private let files: ImageFiles

  /// The images in `files`, those of `path`.
  init(path: String, files: ImageFiles, unpacking: Unpacking) {
    self.path = path
    self.files = files
    self.unpacking = unpacking
  }

  var warnings: [String] { files.warnings }

  func blob(_ named: NamedBlob) throws -> Blob { try files.blob(named) }

  /// Whether there is one of the files that a layout begins with.
  func isThere() throws(SystemError) -> Bool {
    if try files.contains(OCILayout.versionFile) { return true }
    return try files.contains(OCILayout.indexFile)
  }

  /// Whether index.json has no image.
  func isSilent() throws -> Bool {
    // What is no index is refused where it is read.
    try isSilent(OCILayout.indexFile) { (try? ImageIndex.fields(of: $0))?.isEmpty ?? false }
  }

  /// Whether the file of `digest` is there: an index of all platforms may have been saved with the blobs of one.
  func contains(_ digest: ImageDigest) throws(SystemError) -> Bool { try files.contains(digest.blobPath) }

  /// Throws when the layout is of no version that is known here.
  func checkVersion() throws {
    let bytes = try document(OCILayout.versionFile)
    let version = try DocumentField(reading: bytes, place: place(OCILayout.versionFile)).required("imageLayoutVersion")
    guard try version.string() == OCILayout.version else {
      throw version.error("expected \(quoted(OCILayout.version)), found \(quoted(try version.string()))")
    }
  }

  /// The items of index.json.
  func index() throws -> (document: DocumentField, items: [ImageIndex.Item]) {
    try checkVersion()
    let bytes = try document(OCILayout.indexFile)
    let document = try DocumentField(reading: bytes, place: place(OCILayout.indexFile))
    if let field = try document.member("mediaType"), !MediaType.indexes.contains(try field.string()) {
      throw field.error("expected \(quoted(MediaType.index)), found \(quoted(try field.string()))")
    }
    return (document, try ImageIndex.items(of: document, mediaType: nil))
  }

  /// The leads from index.json to all that is no index.
  func leads(_ documents: inout ImageDocuments) throws -> [ImageLead] {
    try leads(from: index().items.map { ImageLead($0) }, &documents)
  }

  /// The same for the leads that begin with `first`.
  func leads(from first: [ImageLead], _ documents: inout ImageDocuments) throws -> [ImageLead] {
    try leads(from: first, &documents, isThere: contains)
  }

  func image(at lead: ImageLead, _ documents: inout ImageDocuments) throws -> SourceImage {
    try image(ofManifestAt: lead, &documents)
  }
}
