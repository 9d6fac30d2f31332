// The OCI image layout of all images: what stands in the folder, what is removed from it, and where it cannot be.

import Foundation
import Testing

@Suite struct `OCI image layouts of a release` {
  private func box() throws -> Sandbox {
    let box = try Sandbox.twoPlatforms()
    try box.make("images", "--oci", "oci")
    return box
  }

  /// The document of a blob, or index.json.
  private func document(_ box: Sandbox, _ digest: String? = nil) throws -> [String: Any] {
    let path = digest.map { "oci/blobs/sha256/\($0.dropFirst("sha256:".count))" } ?? "oci/index.json"
    return try Self.object(try box.read(path))
  }

  private static func object(_ data: Data) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  private func manifests(_ index: [String: Any]) -> [[String: Any]] { index["manifests"] as? [[String: Any]] ?? [] }

  @Test func `each image has an index over its platforms, and an archive`() throws {
    let box = try box()
    let index = try document(box)
    #expect(index["annotations"] as? [String: String] == ["io.kpack.release": "p"])
    let image = try #require(manifests(index).first)
    #expect(manifests(index).count == 1 && image["mediaType"] as? String == "application/vnd.oci.image.index.v1+json")
    let children = manifests(try document(box, image["digest"] as? String))
    let platforms = children.map { child in
      let platform = child["platform"] as? [String: String] ?? [:]
      return ["os", "architecture", "variant"].compactMap { platform[$0] }.joined(separator: "/")
    }
    #expect(platforms == ["linux/amd64", "linux/arm/v7"])
    for child in children { #expect(try document(box, child["digest"] as? String)["schemaVersion"] as? Int == 2) }
    let inspected = try box.kpack("inspect", "oci/tool.oci.tar", "--format", "json")
    #expect(inspected.status == 0 && inspected.output.split(separator: "\n").count == 2, "\(inspected.errors)")
    #expect(try box.kpack("inspect", "oci").status == 0)
  }

  @Test func `a run replaces the images of the last one and leaves nothing that is not needed`() throws {
    let box = try box()
    let all = try box.names(in: "oci/blobs/sha256")
    try box.write("x", to: "oci/blobs/sha256/\(String(repeating: "0", count: 64))")
    try box.write("x", to: "oci/old.oci.tar")
    try box.make("images", "--oci", "oci")
    #expect(try box.names(in: "oci/blobs/sha256") == all)
    #expect(try box.names(in: "oci").sorted() == ["blobs", "index.json", "oci-layout", "tool.oci.tar"])
    try box.make("images", "--oci", "oci", "--arch", "amd64")
    #expect(try box.names(in: "oci/blobs/sha256").count < all.count)
  }

  @Test func `blobs that are there are left alone, others are made anew`() throws {
    let box = try box()
    let blobs = try box.files(in: "oci/blobs/sha256")
    let name = try #require(blobs.keys.sorted().first)
    try box.write("damaged", to: "oci/blobs/sha256/\(name)")
    try box.make("images", "--oci", "oci")
    #expect(try box.files(in: "oci/blobs/sha256") == blobs)
  }

  @Test func `without the option there is none, and images json can ask for it`() throws {
    let box = try Sandbox.twoPlatforms()
    try box.make("images")
    #expect(!box.isThere("_output/release-oci"))
    try box.sh(#"sed -i 's|{"registry"|{"oci":true,"registry"|; s|^{"bases"|{"oci":true,"bases"|' layouts/images.json"#)
    try box.make("images")
    #expect(box.isThere("_output/release-oci/tool.oci.tar"))
  }

  @Test func `results tell of each image`() throws {
    let box = try Sandbox.twoPlatforms()
    let outcome = try box.make("images", "--oci", "oci", "--format", "json")
    let row = try #require(outcome.output.split(separator: "\n").last { $0.contains("\"index\"") })
    let value = try Self.object(Data(row.utf8))
    #expect(value["index"] as? String == "tool" && value["path"] as? String == "oci/tool.oci.tar")
    #expect(value["platforms"] as? [String] == ["linux/amd64", "linux/arm/v7"])
  }

  @Test(arguments: [
    ("_output/release-images", "is in the folder of images"),
    ("_output/release-images/oci", "is in the folder of images"),
    ("_output/bases/x", "is in the folder of bases"), (".", "is in"), ("_output", "is in"),
    ("src", "expected nothing or a layout that kpack made, found something else"),
  ])
  func `a folder that holds other things is refused, and nothing is written`(folder: String, reason: String) throws {
    let box = try Sandbox.twoPlatforms()
    try box.write("x", to: "src/file")
    let outcome = try box.kpack("images", "--layouts", "layouts", "--version", "v1", "--oci", folder)
    #expect(outcome.status == 2 && outcome.errors.contains(reason), "\(outcome.errors)")
    #expect(!box.isThere("_output/release-images/amd64/tool.tar"))
  }

  @Test func `the layout of another release stays`() throws {
    let box = try box()
    try box.sh("sed -i 's/\"name\":\"p\"/\"name\":\"q\"/' layouts/release.json")
    let outcome = try box.kpack("images", "--layouts", "layouts", "--version", "v1", "--oci", "oci")
    #expect(
      outcome.status == 2 && outcome.errors.contains("oci: holds the images of the release \"p\", not of \"q\""),
      "\(outcome.errors)")
  }
}
