// OCI image layouts document by document, as tools of the field leave them: sound images beside what is no image, or one
// that nobody can read.

@testable import Archive
@testable import Basics
import Foundation
@testable import TestSupport

/// A layout in the making: blobs, and the text of their descriptors.
struct FieldLayout {
  private(set) var blobs: [String: Data] = [:]

  static let manifestType = "application/vnd.oci.image.manifest.v1+json"
  static let configType = "application/vnd.oci.image.config.v1+json"
  static let indexType = "application/vnd.oci.image.index.v1+json"
  static let layerType = "application/vnd.oci.image.layer.v1.tar"

  /// An archive with a shell, a file and a folder for the programs that come over it.
  static let rootFileSystem = Member.tar([
    Member(name: "bin/", kind: .directory), Member(name: "bin/sh", bytes: Array("shell".utf8)),
    Member(name: "etc/", kind: .directory),
  ])

  static func digest(_ bytes: [UInt8]) -> String { "sha256:\(SHA256.digest(of: bytes))" }

  /// The descriptor of a new blob; `more` are further members.
  mutating func descriptor(_ bytes: [UInt8], _ type: String, _ more: String = "") -> String {
    let digest = Self.digest(bytes)
    blobs[String(digest.dropFirst("sha256:".count))] = Data(bytes)
    let members = more.isEmpty ? "" : ",\(more)"
    return #"{"mediaType":"\#(type)","digest":"\#(digest)","size":\#(bytes.count)\#(members)}"#
  }

  /// The descriptor of a manifest with this config and these layers, each with its media type.
  mutating func manifest(
    config: String, _ configType: String = configType, layers: [([UInt8], String)], _ more: String = ""
  ) -> String {
    let config = descriptor(Array(config.utf8), configType)
    let layers = layers.map { descriptor($0, $1) }.joined(separator: ",")
    let text = #"{"schemaVersion":2,"mediaType":"\#(Self.manifestType)","config":\#(config),"layers":[\#(layers)]}"#
    return descriptor(Array(text.utf8), Self.manifestType, more)
  }

  /// The descriptor of an image of one layer, the root file system, whose config begins with `platform`.
  mutating func image(
    _ platform: String, layer: [UInt8] = rootFileSystem, type: String = layerType, _ more: String = ""
  ) -> String {
    manifest(config: Self.config(platform), layers: [(layer, type)], more)
  }

  /// A config that begins with the members `platform`.
  static func config(_ platform: String) -> String {
    let members = platform.isEmpty ? "" : "\(platform),"
    return
      #"{\#(members)"config":{"Cmd":["sh"]},"rootfs":{"type":"layers","diff_ids":["\#(digest(rootFileSystem))"]}}"#
  }

  /// The descriptor of an index.
  mutating func index(_ items: [String], _ more: String = "") -> String {
    descriptor(Array(Self.index(items).utf8), Self.indexType, more)
  }

  private static func index(_ items: [String]) -> String {
    #"{"schemaVersion":2,"mediaType":"\#(indexType)","manifests":[\#(items.joined(separator: ","))]}"#
  }

  /// The member that gives a name.
  static func named(_ name: String) -> String { #""annotations":{"org.opencontainers.image.ref.name":"\#(name)"}"# }

  /// The member that tells the platform.
  static func platform(_ os: String, _ architecture: String, _ more: String = "") -> String {
    #""platform":{"os":"\#(os)","architecture":"\#(architecture)"\#(more.isEmpty ? "" : ",\(more)")}"#
  }

  /// Writes the folder `name`, whose index.json has `items`.
  func write(_ items: [String], to name: String, in box: Sandbox) throws {
    for (digest, bytes) in blobs { try box.write(bytes, to: "\(name)/blobs/sha256/\(digest)") }
    try box.write(Self.index(items), to: "\(name)/index.json")
    try box.write(#"{"imageLayoutVersion":"1.0.0"}"#, to: "\(name)/oci-layout")
  }
}
