// Images made byte by byte, whole or damaged: archives of docker save, and layouts as archive or folder.

@testable import Archive
@testable import Image
@testable import TestSupport

/// The digits of the SHA-256 of `bytes`.
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
    let upper = Gzip.stored(Self.upper)
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
    let blobs = [Self.lower, Gzip.stored(Self.upper), config, manifest]
    return blobs.map { Member(name: "blobs/sha256/\(sha($0))", bytes: $0) } + [
      Member(name: "index.json", bytes: Array(edit("index", index).utf8)),
      Member(name: "oci-layout", bytes: Array(edit("version", #"{"imageLayoutVersion":"1.0.0"}"#).utf8)),
    ]
  }
}
