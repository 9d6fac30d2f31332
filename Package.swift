// swift-tools-version: 6.2
// kpack: a release packaging tool. System C libraries only; no package dependencies.

import PackageDescription

let settings: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// A floor of the house: it may use those that are named, all of them to its left.
func floor(_ name: String, on dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// The tests of the floor of that name.
func tests(of name: String, with dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: "\(name)Tests", dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
  name: "kpack",
  targets: [
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CCrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CSystem"),
    .systemLibrary(name: "CZstd"),
    floor("Basics", on: ["CZlib", "CCrypto"]),
    floor("Files", on: ["CCrypto", "CSystem", "Basics"]),
    floor("Threads", on: []),
    floor("JSON", on: ["Basics"]),
    floor("Archive", on: ["CZlib", "CZstd", "Basics", "Files"]),
    floor("Image", on: ["Basics", "Files", "JSON", "Archive"]),
    floor("Git", on: ["Basics", "Files", "Archive"]),
    floor("Layout", on: ["Basics", "JSON", "Archive"]),
    floor("Plan", on: ["Basics", "Files", "Threads", "Archive", "Image", "Git", "Layout"]),
    floor("Cache", on: ["Basics", "Files", "Archive"]),
    floor("Write", on: ["Basics", "Files", "Threads", "JSON", "Archive", "Image", "Layout", "Plan", "Cache"]),
    floor("Sketch", on: ["Basics", "Files", "JSON", "Archive", "Image"]),
    .executableTarget(name: "EmbedLayouts", path: "Sources/EmbedLayouts/Tool", swiftSettings: settings),
    .plugin(
      name: "EmbedLayoutsPlugin", capability: .buildTool(), dependencies: ["EmbedLayouts"],
      path: "Sources/EmbedLayouts/Plugin"),
    .target(
      name: "BuiltInLayouts", path: "layouts", swiftSettings: settings,
      plugins: ["EmbedLayoutsPlugin"]),
    .executableTarget(
      name: "kpack",
      dependencies: [
        "CSystem", "Basics", "Files", "Threads", "JSON", "Archive", "Image", "Git", "Layout", "Plan", "Cache", "Write",
        "Sketch", "BuiltInLayouts",
      ],
      swiftSettings: settings),
    // What tests of several floors have in common.
    .testTarget(
      name: "TestSupport",
      dependencies: ["Basics", "Files", "Archive", "Image", "Git", "Layout", "Plan", "Cache", "BuiltInLayouts"],
      swiftSettings: settings),
    tests(of: "Basics", with: ["Basics", "TestSupport"]),
    tests(of: "Files", with: ["Basics", "Files", "TestSupport"]),
    tests(of: "Threads", with: ["Threads"]),
    tests(of: "JSON", with: ["JSON"]),
    tests(of: "Archive", with: ["Basics", "Files", "Archive", "TestSupport"]),
    tests(of: "Image", with: ["Basics", "Files", "JSON", "Archive", "Image", "TestSupport"]),
    tests(of: "Git", with: ["Basics", "Files", "Git", "TestSupport"]),
    tests(of: "Layout", with: ["Basics", "JSON", "Layout", "BuiltInLayouts", "TestSupport"]),
    tests(
      of: "Plan",
      with: ["Basics", "Files", "JSON", "Archive", "Image", "Git", "Layout", "Plan", "BuiltInLayouts", "TestSupport"]),
    tests(of: "Cache", with: ["Basics", "Files", "Threads", "Archive", "Cache", "TestSupport"]),
    tests(
      of: "Write",
      with: ["Basics", "Files", "Threads", "Archive", "Layout", "Plan", "Cache", "Write", "TestSupport"]),
    tests(of: "Sketch", with: ["Basics", "JSON", "Sketch"]),
    tests(of: "kpack", with: ["Basics", "JSON", "Archive", "Plan", "Write", "kpack", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6]
)
