// The folder of the stage that gets the entries of a tarball as files, as release scripts stage them.

package import Basics
import Files
import Layout

/// A folder of the stage that has what is in a tarball.
package struct StagedFolder: Sendable {
  /// The number of the tarball.
  package let artifact: Int
  /// The folder, which is replaced as a whole.
  package let place: Artifact.Place
  /// The start of the stored names that leads to the folder itself: "./", the root's name, or nothing.
  private let prefix: [UInt8]

  init(_ unit: StageUnit, of artifact: Int, in stage: String) {
    self.artifact = artifact
    place = Artifact.Place(
      folder: unit.parent.isEmpty ? stage : "\(stage)/\(unit.parent)", name: unit.name)
    prefix = unit.prefix
  }

  /// The path in the folder of the entry with this stored name; nil for the folder itself.
  package func path(of name: ArraySlice<UInt8>) -> [UInt8]? {
    let rest = name.starts(with: prefix) ? name.dropFirst(prefix.count) : name
    let path = rest.last == UInt8(ascii: "/") ? rest.dropLast() : rest
    return path.isEmpty ? nil : Array(path)
  }

  /// The place in the stage of the entry with this stored name.
  func place(of name: ArraySlice<UInt8>) -> Artifact.Place? {
    path(of: name).map {
      Artifact.Place(folder: place.folder, name: "\(place.name)/\(String(decoding: $0, as: UTF8.self))")
    }
  }

  /// Whether `path` is in the folder.
  func holds(_ path: String) -> Bool { path.utf8.starts(with: "\(place.path)/".utf8) }
}

/// Where in the stage the entries of a tarball go, and which folder is theirs alone.
struct StageUnit: Hashable {
  /// The folder below the stage that the folder is in; empty for the stage itself.
  let parent: String
  let name: String
  /// The start of the stored names that leads to the folder.
  let prefix: [UInt8]

  /// The unit of a tarball whose archive has the root folder `root`.
  ///
  /// It is FOLDER/OS-ARCH, or FOLDER for a tarball without platforms, so that nothing of an older release stays in it.
  /// Where another layout has OS-ARCH folders in that FOLDER (`isShared`), it is FOLDER/ROOT.
  init(_ layout: TarballLayout, on platform: Platform?, root: String, isShared: Bool) {
    let dot = root == "." ? Array("./".utf8) : []
    if isShared && !root.isEmpty && root != "." {
      (parent, name, prefix) = (layout.stage, root, Array("\(root)/".utf8))
    } else if let platform {
      (parent, name, prefix) = (layout.stage, platform.stageName, dot)
    } else {
      (parent, name, prefix) = ("", layout.stage, dot)
    }
  }

  /// The path below the stage.
  var path: String { parent.isEmpty ? name : "\(parent)/\(name)" }
}

extension Platform {
  /// The name of its folders in the stage: "linux-amd64", "linux-armv6".
  var stageName: String { "\(os)-\(architectureName)" }

  /// Whether `name` is that of a platform's folder in the stage.
  package static func isStageName(_ name: String) -> Bool {
    let parts = name.utf8.split(separator: UInt8(ascii: "-"))
    guard parts.count == 2 else { return false }
    let architecture = String(decoding: Array(parts[1]), as: UTF8.self)
    return PlatformNames.architectures.contains(architecture)
      || PlatformNames.parts(ofArchitectureName: architecture) != nil
  }
}

extension TarballLayout {
  /// The folder below the stage that has the tarball's root, for a platform of the layout.
  func stageFolder(on platform: Platform) -> String { platforms == nil ? stage : "\(stage)/\(platform.stageName)" }
}

extension LayoutSet {
  /// Whether the stage folder of a layout without platforms has the platform folders of another.
  func isStageShared(_ layout: TarballLayout) -> Bool {
    layout.platforms == nil && tarballs.contains { $0.platforms != nil && $0.isStaged && $0.stage == layout.stage }
  }
}
