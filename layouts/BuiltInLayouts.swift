// The layouts that are compiled into the tool: the .json files beside this one, byte for byte.
// SwiftPM embeds the files that Package.swift lists as resources; a new layout is added there and here.

/// The layouts folder as it was when the tool was built.
package enum BuiltInLayouts {
  /// The name and the bytes of every file, sorted by name.
  package static let files: [(name: String, bytes: [UInt8])] = [
    ("client.json", PackageResources.client_json),
    ("final.json", PackageResources.final_json),
    ("images.json", PackageResources.images_json),
    ("layout.schema.json", PackageResources.layout_schema_json),
    ("manifests.json", PackageResources.manifests_json),
    ("node.json", PackageResources.node_json),
    ("release.json", PackageResources.release_json),
    ("salt.json", PackageResources.salt_json),
    ("server.json", PackageResources.server_json),
    ("src.json", PackageResources.src_json),
    ("test.json", PackageResources.test_json),
  ]
}
