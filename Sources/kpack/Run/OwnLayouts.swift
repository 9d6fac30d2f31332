// The first run in a new project: advice when no layouts are given, or no binaries are found.

import Basics
import Files
import Glibc
import Layout
import Plan

/// Advises users outside of a Kubernetes tree to name layouts.
struct OwnLayouts {
  private let root: String

  /// The mistake of a run on the built-in layouts; nil when any of their binaries or sources exist.
  static func mistake(with rules: Rules, _ locations: Locations) -> Diagnostic? {
    if holdsBinaries(of: rules.layouts, locations.bin) { return nil }
    // Any project may have a README.md or a folder of tests; deeper paths are specific to Kubernetes.
    let sources = rules.sourcePaths.filter { $0.utf8.contains(UInt8(ascii: "/")) }
    if sources.contains(where: { isThere("\(locations.root)/\($0)") }) { return nil }
    let root = locations.root == "." ? "the current folder" : escapedName(locations.root.utf8)
    let found = "no --layouts is given, and the built-in ones are those of Kubernetes v1.7, which \(root) does not hold"
    let kubernetes = "for Kubernetes, name its tree by --root and its binaries by --bin"
    return Diagnostic(.usage, "\(found); \(OwnLayouts(root: locations.root).advice); \(kubernetes)")
  }

  /// Advice after `errors`; nil unless they are about a folder of binaries with none of the layouts' binaries in it.
  static func advice(
    after errors: PlanErrors, with layouts: LayoutSet, isBuiltIn: Bool, _ locations: Locations
  ) -> String? {
    let bin = escapedName(locations.bin.utf8)
    let areAboutBinaries = errors.diagnostics.contains {
      $0.description.contains("\(bin)/") || $0.description.hasPrefix(bin)
    }
    // Where binaries stand elsewhere, the mistakes tell all paths.
    let isUsual = layouts.release.binaryPath == ReleaseLayout.usualBinaryPath
    if !areAboutBinaries || !isUsual || holdsBinaries(of: layouts, locations.bin) { return nil }
    let owner = isBuiltIn ? "Kubernetes v1.7" : layouts.release.name
    let found = "\(bin) holds none of the binaries of \(owner)"
    let remedy = "put them at \(bin)/OS/ARCH/NAME, or give --bin DIR with the folder that OS/ARCH/NAME are in"
    let own = isBuiltIn ? "; for a project of your own, \(OwnLayouts(root: locations.root).advice)" : ""
    return "\(found): \(remedy)\(own)"
  }

  /// Whether a folder of binaries holds at least one that the layouts name, on any platform.
  private static func holdsBinaries(of layouts: LayoutSet, _ bin: String) -> Bool {
    let wanted = Set(layouts.release.binaries.values.joined())
    // A folder that cannot be listed counts as empty.
    let systems = (try? names(in: bin)) ?? []
    let folders = systems.flatMap { system in
      let folder = "\(bin)/\(String(decoding: system, as: UTF8.self))"
      return ((try? names(in: folder)) ?? []).map { "\(folder)/\(String(decoding: $0, as: UTF8.self))" }
    }
    return folders.contains { folder in wanted.contains { isThere("\(folder)/\($0)") || isThere("\(folder)/\($0).exe") }
    }
  }

  private var advice: String {
    if let folder { return "give --layouts \(escapedName(folder.utf8))" }
    return "give --layouts DIR with layouts of your own: `kpack layouts export DIR` writes out the built-in ones, and "
      + "`kpack help` tells what they say"
  }

  /// A folder of layouts directly below the root; "layouts" is tried first.
  private var folder: String? {
    let prefix = root == "." ? "" : "\(root)/"
    let names = (try? Self.names(in: root)) ?? []  // What cannot be listed has no folder to name.
    let folders = ["layouts"] + names.compactMap { String(validating: $0, as: UTF8.self) }
    return folders.map { prefix + $0 }.first { Self.isThere("\($0)/release.json") }
  }

  private static func names(in folder: String) throws(SystemError) -> [[UInt8]] {
    try FolderListing.names(of: try FileHandle(opening: Array(folder.utf8), O_RDONLY | O_DIRECTORY))
  }

  private static func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
