// Images made byte by byte, whole or damaged: archives of docker save, and layouts as archive or folder.

@testable import Archive
@testable import Files
import Glibc
@testable import Image

/// A folder for one test; it goes when the value goes.
struct ImageFolder: ~Copyable {
  let path: String

  init() throws {
    var template = Array("/tmp/kpack-image.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemError(operation: "make", path: "/tmp", errno: errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { Self.remove(path) }

  private static func remove(_ path: String) {
    if let handle = try? FileHandle(opening: Array(path.utf8), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK),
      let names = try? FolderListing.names(of: handle)
    {
      for name in names { remove("\(path)/\(String(decoding: name, as: UTF8.self))") }
      rmdir(path)
    } else {
      unlink(path)
    }
  }

  /// Writes `bytes` as the file `name`, with its folders; its path.
  func write(_ bytes: [UInt8], to name: String) throws -> String {
    var folder = path
    for part in name.split(separator: "/").dropLast() {
      folder += "/\(part)"
      mkdir(folder, 0o755)
    }
    let file = try FileHandle(opening: Array("\(path)/\(name)".utf8), O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644)
    try bytes.withUnsafeBytes { try file.write($0) }
    return "\(path)/\(name)"
  }

  /// The bytes of the file `name`.
  func read(_ name: String) throws -> [UInt8] {
    try FileHandle(opening: Array("\(path)/\(name)".utf8), O_RDONLY).readAll(atMost: 1 << 24)
  }
}

/// One file of an archive.
struct Member {
  var name: String
  var kind = TarEntryKind.file
  var bytes: [UInt8] = []
  var link = ""

  static func tar(_ members: [Member]) -> [UInt8] {
    let end = [UInt8](repeating: 0, count: 1024)
    return members.flatMap { member in
      TarHeader.encode(
        TarEntry(
          name: Array(member.name.utf8), kind: member.kind, mode: 0o755, size: Int64(member.bytes.count),
          linkname: Array(member.link.utf8)))
        + member.bytes + [UInt8](repeating: 0, count: TarFormat.padding(after: Int64(member.bytes.count)))
    } + end
  }
}

/// `bytes` as a gzip file, stored.
func gzipped(_ bytes: [UInt8]) -> [UInt8] {
  let length = UInt16(bytes.count)
  func little(_ number: UInt32, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt32(8 * $0)) }
  }
  var crc = ~UInt32(0)
  for byte in bytes {
    crc ^= UInt32(byte)
    for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
  }
  var file: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1]
  file += little(UInt32(length), 2) + little(UInt32(~length), 2) + bytes
  return file + little(~crc, 4) + little(UInt32(length), 4)
}

func sha(_ bytes: [UInt8]) -> String { ImageDigest(of: bytes).hex }

/// An image of two layers: a plain one, and one that is gzip in a layout.
struct SampleImage {
  static let lower = Member.tar([
    Member(name: "bin/", kind: .directory), Member(name: "bin/sh", bytes: Array("sh".utf8)),
    Member(name: "lib", kind: .symlink, link: "usr/lib"), Member(name: "usr/lib/", kind: .directory),
    Member(name: "etc/old", bytes: [1]),
  ])
  static let upper = Member.tar([
    Member(name: "lib/new", bytes: [2]), Member(name: "etc/.wh.old"),
  ])

  var architecture = "amd64"
  /// Replaces text of the documents before their digests are made.
  var edit: (_ name: String, _ text: String) -> String = { $1 }

  var config: [UInt8] {
    let text = """
      {"architecture":"\(architecture)","os":"linux","config":{"Cmd":["sh"]},"rootfs":{"type":"layers",\
      "diff_ids":["sha256:\(sha(Self.lower))","sha256:\(sha(Self.upper))"]},"history":[{"x":1},{"x":2}]}
      """
    return Array(edit("config", text).utf8)
  }

  /// An archive of docker save.
  var docker: [Member] {
    let manifest = """
      [{"Config":"\(sha(config)).json","RepoTags":["sample:1"],"Layers":["a/layer.tar","b/layer.tar"]}]
      """
    return [
      Member(name: "a/layer.tar", bytes: Self.lower), Member(name: "b/layer.tar", kind: .symlink, link: "../c/x.tar"),
      Member(name: "c/x.tar", bytes: Self.upper), Member(name: "\(sha(config)).json", bytes: config),
      Member(name: "manifest.json", bytes: Array(edit("docker", manifest).utf8)),
    ]
  }

  var manifest: [UInt8] {
    let upper = gzipped(Self.upper)
    let text = """
      {"schemaVersion":2,"mediaType":"\(MediaType.manifest)","config":{"mediaType":"\(MediaType.config)",\
      "digest":"sha256:\(sha(config))","size":\(config.count)},"layers":[{"mediaType":"\(MediaType.layer)",\
      "digest":"sha256:\(sha(Self.lower))","size":\(Self.lower.count)},{"mediaType":"\(MediaType.gzipLayer)",\
      "digest":"sha256:\(sha(upper))","size":\(upper.count)}]}
      """
    return Array(edit("manifest", text).utf8)
  }

  /// The files of an OCI layout.
  var layout: [Member] {
    let index = """
      {"schemaVersion":2,"manifests":[{"mediaType":"\(MediaType.manifest)","digest":"sha256:\(sha(manifest))",\
      "size":\(manifest.count),"annotations":{"org.opencontainers.image.ref.name":"sample:1"}}]}
      """
    let blobs = [Self.lower, gzipped(Self.upper), config, manifest]
    return blobs.map { Member(name: "blobs/sha256/\(sha($0))", bytes: $0) } + [
      Member(name: "index.json", bytes: Array(edit("index", index).utf8)),
      Member(name: "oci-layout", bytes: Array(edit("version", #"{"imageLayoutVersion":"1.0.0"}"#).utf8)),
    ]
  }
}

extension ImageFolder {
  /// Writes `members` as files of the folder `name`; its path.
  func write(_ members: [Member], to name: String) throws -> String {
    for member in members { _ = try write(member.bytes, to: "\(name)/\(member.name)") }
    return "\(path)/\(name)"
  }
}
