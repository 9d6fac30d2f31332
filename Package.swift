// swift-tools-version: 6.2
// kpack: a release packaging tool. System C libraries only; no package dependencies.

import PackageDescription

let settings: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "kpack",
  targets: [
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CCrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CSystem"),
    .systemLibrary(name: "CZstd"),
    .target(name: "Basics", swiftSettings: settings),
    .target(
      name: "Archive", dependencies: ["CZlib", "CZstd", "CCrypto", "CSystem", "Basics"], swiftSettings: settings),
    .target(name: "JSON", dependencies: ["Basics"], swiftSettings: settings),
    .target(name: "Image", dependencies: ["Archive", "JSON"], swiftSettings: settings),
    .target(name: "Packaging", dependencies: ["Archive", "JSON", "Image"], swiftSettings: settings),
    .target(
      name: "BuiltInLayouts", path: "layouts", swiftSettings: settings,
      plugins: ["EmbedLayoutsPlugin"]),
    .plugin(
      name: "EmbedLayoutsPlugin", capability: .buildTool(), dependencies: ["EmbedLayouts"],
      path: "Sources/EmbedLayouts/Plugin"),
    .executableTarget(name: "EmbedLayouts", path: "Sources/EmbedLayouts/Tool", swiftSettings: settings),
    .executableTarget(
      name: "kpack", dependencies: ["Archive", "JSON", "Image", "Packaging", "BuiltInLayouts", "CSystem"],
      swiftSettings: settings),
    .testTarget(name: "ArchiveTests", dependencies: ["Archive"], swiftSettings: settings),
    .testTarget(name: "ImageTests", dependencies: ["Archive", "JSON", "Image"], swiftSettings: settings),
    .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: settings),
    .testTarget(
      name: "PackagingTests", dependencies: ["Archive", "JSON", "Image", "Packaging", "BuiltInLayouts"],
      swiftSettings: settings),
    .testTarget(name: "CommandTests", dependencies: ["kpack", "Archive", "JSON"], swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
