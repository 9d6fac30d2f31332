// Adding to the store: blobs first, each whole and durable under its name, then index.json in one rename, all under
// a lock of the folder.

private import Archive
private import Glibc
private import JSON

extension BaseStore {
  /// Adds `image` under the name `reference`, beside other platforms of that name and in the place of its own.
  ///
  /// Documents that were read keep their bytes. Throws `ImageError`, `SourceChanged` or `SystemError`.
  package func add(_ image: BaseImage, as reference: Reference) throws {
    if let digest = reference.digest, digest != image.manifestDigest {
      throw ImageError(reference.familiar, "", "the manifest of what is to be added is \(image.manifestDigest)")
    }
    let writer = try StoreWriter(path)
    for layer in image.layers {
      try writer.write(layer.descriptor.digest) { write in try layer.blob.forEachChunk(write) }
    }
    try writer.write(image.configDocument)
    try writer.write(image.manifest)
    var added = image.manifest.descriptor
    added.platform = image.config.platform
    try list(added, as: reference, writer)
  }

  /// Puts `added` into index.json under `reference`.
  private func list(_ added: Descriptor, as reference: Reference, _ writer: borrowing StoreWriter) throws {
    var members: [(String, JSONLiteral)] = [("schemaVersion", .integer(2)), ("mediaType", .string(MediaType.index))]
    var kept: [JSONLiteral] = []
    var platforms: [Descriptor] = []
    if exists {
      let source = try source()
      let (document, index) = try source.layoutIndex()
      // The others stay as they were written, with members that are not known here.
      if case .object(let others) = JSONLiteral(document.value) { members = others }
      let items = try document.required("manifests").elements()
      for (item, descriptor) in zip(items, index.manifests) where !Self.isNamed(descriptor, { $0 == reference }) {
        kept.append(JSONLiteral(item.value))
      }
      platforms = try source.layoutImages { Self.isNamed($0) { $0 == reference } }.compactMap { image in
        var descriptor = image.manifest?.descriptor
        descriptor?.platform = image.platform
        return descriptor
      }
    }
    platforms.removeAll { $0.platform?.normalized == added.platform?.normalized }
    platforms.append(added)
    var named = added
    if platforms.count > 1 {
      platforms.sort { "\($0.platform?.description ?? "")" < "\($1.platform?.description ?? "")" }
      let index = StoredDocument(
        bytes: Array(ImageIndex(manifests: platforms).json.text.utf8), mediaType: MediaType.index)
      try writer.write(index)
      named = index.descriptor
    }
    named.annotations = [Descriptor.Annotation(Descriptor.Annotation.refName, "\(reference)")]
    let index = JSONLiteral.object(members.setting("manifests", .array(kept + [named.json])))
    try writer.finish(index: index.text)
  }
}

/// A locked store that is being written.
struct StoreWriter: ~Copyable {
  private let path: String
  private let folder: FileHandle
  private static let temporary = ".kpack-tmp"

  /// Makes the folder where it is missing and waits for its lock. Throws `SystemError`.
  init(_ path: String) throws {
    self.path = path
    for folder in ["", "/blobs", "/blobs/sha256"] { try Self.makeFolder(path + folder) }
    let handle = try FileHandle(opening: Array(path.utf8), O_RDONLY | O_DIRECTORY)
    try systemCall("lock", Array(path.utf8)) { flock(handle.descriptor, LOCK_EX) }
    folder = handle
  }

  deinit {
    // By hand: a child process shares the lock, which closing the folder here would not end.
    _ = flock(folder.descriptor, LOCK_UN)
  }

  private static func makeFolder(_ path: String) throws(SystemError) {
    if mkdir(path, 0o777) == 0 || errno == EEXIST { return }
    if errno == ENOENT, let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash > path.startIndex {
      try makeFolder(String(path[..<slash]))
      if mkdir(path, 0o777) == 0 || errno == EEXIST { return }
    }
    throw SystemError(operation: "make the folder", path: path, errno: errno)
  }

  /// Writes a document under its digest. Throws `ImageError` or `SystemError`.
  func write(_ document: StoredDocument) throws {
    try write(document.digest) { write in try document.bytes.withUnsafeBytes(write) }
  }

  /// Writes what `body` gives out under `digest`, unless it is there already and sound.
  ///
  /// Throws `ImageError` when the bytes are not of that digest, `SystemError` or what `body` throws.
  func write(_ digest: ImageDigest, _ body: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void) throws {
    let name = digest.blobPath
    if case .blob(let blob) = try Blob.find(at: "\(path)/\(name)", named: name), try blob.digest() == digest { return }
    try replace(name) { file in
      var hash = SHA256()
      try body { bytes in
        hash.update(bytes)
        try file.write(bytes)
      }
      let found = ImageDigest(hash.finalize())
      if found != digest { throw ImageError("\(path): \(name)", "", "its bytes are \(found)") }
    }
  }

  /// Replaces the documents that make the folder a layout. Throws `SystemError`.
  func finish(index: String) throws {
    let version = Array("{\"imageLayoutVersion\":\"1.0.0\"}".utf8)
    try replace("oci-layout") { file in try version.withUnsafeBytes { try file.write($0) } }
    try replace("index.json") { file in try Array(index.utf8).withUnsafeBytes { try file.write($0) } }
    try folder.sync()
  }

  /// Writes a file beside its place and renames it. Under the lock there is one such file at a time.
  private func replace(_ name: String, _ body: (borrowing FileHandle) throws -> Void) throws {
    let temporary = "\(path)/\(Self.temporary)"
    do {
      let file = try FileHandle(
        opening: Array(temporary.utf8), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode: 0o666)
      try body(file)
      try file.sync()
      try file.close()
      try systemCall("rename", Array(temporary.utf8)) { rename(temporary, "\(path)/\(name)") }
    } catch {
      unlink(temporary)
      throw error
    }
  }
}
