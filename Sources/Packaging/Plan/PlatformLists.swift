// The platforms that a run is for: the layouts' lists, narrowed or replaced by what the command line says.

import Archive
import Glibc
import Image

/// The platform lists of a run. The folder of binaries is looked into when a list that says "present" is first asked.
final class PlatformLists {
  private let layouts: LayoutSet
  private let options: ReleaseOptions
  private var present: [Platform]?

  init(_ layouts: LayoutSet, _ options: ReleaseOptions) {
    self.layouts = layouts
    self.options = options
  }

  /// Throws `Diagnostic` when a fast run is wanted and none is described, or a wanted platform is in no list.
  func checkWanted() throws {
    let release = layouts.release
    if options.isFast && release.fast == nil {
      throw Diagnostic(.usage, "a fast run is wanted, but release.json has no \"fast\" platforms")
    }
    guard let wanted = options.platforms else { return }
    if release.replacesPlatforms && wanted.allSatisfy(\.hasUsualNames) { return }
    var known = Set(
      layouts.tarballs.flatMap { tarball in
        ([tarball.platforms] + tarball.rules.map(\.platforms)).flatMap { Self.spelledOut($0) }
      })
    // Lists that say "present" come last: they are read only where no other list has the platform.
    for name in release.platforms.keys.sorted() where release.platforms[name] != .present {
      known.formUnion(try list(name))
    }
    for name in release.platforms.keys where !known.isSuperset(of: wanted) { known.formUnion(try list(name)) }
    let unknown = wanted.first { !known.contains($0) && !(release.replacesPlatforms && $0.hasNames(in: known)) }
    guard let unknown else { return }
    let near = unknown.usual?.description ?? nearName(to: unknown.description, in: known.map(\.description).sorted())
    throw Diagnostic(
      .usage, "the platform \(unknown) is in no list of this run\(near.map { "; did you mean \($0)?" }.orEmpty)")
  }

  /// The platforms that `selector` stands for in this run, in the order of their list, each once. Throws `Diagnostic`
  /// or `SystemError` when the binaries cannot be listed.
  func platforms(_ selector: PlatformSelector) throws -> [Platform] {
    var seen: Set<Platform> = []
    let all =
      switch selector {
      case .list(let name): try list(name)
      case .patterns(let patterns): patterns.compactMap(\.platform)
      }
    return narrowed(all).filter { seen.insert($0).inserted }
  }

  /// Whether a rule that says `selector` holds on `platform`. Throws as `platforms` does.
  func matches(_ selector: PlatformSelector?, _ platform: Platform) throws -> Bool {
    switch selector {
    case nil: true
    case .list(let name): narrowed(try list(name)).contains(platform)
    case .patterns(let patterns): patterns.contains { $0.matches(platform) }
    }
  }

  private func list(_ name: String) throws -> [Platform] {
    switch layouts.release.platforms[name] {
    case nil: return []
    case .listed(let platforms): return options.isFast ? layouts.release.fast ?? platforms : platforms
    case .present:
      if let present { return present }
      try options.locations.check(.bin)
      let found = try Self.present(in: options.locations.bin)
      present = found
      return found
    }
  }

  private func narrowed(_ platforms: [Platform]) -> [Platform] {
    guard let wanted = options.platforms else { return platforms }
    return layouts.release.replacesPlatforms ? wanted : platforms.filter(wanted.contains)
  }

  private static func spelledOut(_ selector: PlatformSelector?) -> [Platform] {
    if case .patterns(let patterns) = selector { patterns.compactMap(\.platform) } else { [] }
  }

  /// The platforms that have a folder OS/ARCH below `bin`, sorted; names that begin with "." are none.
  private static func present(in bin: String) throws -> [Platform] {
    var platforms: [Platform] = []
    for os in try folders(in: Array(bin.utf8)) {
      let folder = Array("\(bin)/".utf8) + os
      for arch in try folders(in: folder) {
        let name = os + [UInt8(ascii: "/")] + arch
        guard let platform = Platform(String(decoding: name, as: UTF8.self)) else {
          throw Diagnostic(.system, "\(escapedName(folder))/\(escapedName(arch)): not the name of a platform")
        }
        platforms.append(platform)
      }
    }
    if platforms.isEmpty { throw Diagnostic(.system, "\(escapedName(bin.utf8)): holds no OS/ARCH folder with binaries") }
    return platforms
  }

  private static func folders(in path: [UInt8]) throws -> [[UInt8]] {
    let folder = try FileHandle(opening: path, O_RDONLY | O_DIRECTORY)
    // Not by its times: a build may be under way beside the platforms that are packed.
    return try FolderListing.names(ofSource: folder, since: nil).filter { name in
      if name.first == UInt8(ascii: ".") { return false }
      do throws(SystemError) {
        return try FileStatus.followingIfThere(path + [UInt8(ascii: "/")] + name)?.isFolder == true
      } catch {
        // A link in a loop leads nowhere, as one to nothing does, and is no folder.
        if error.errno == ELOOP { return false }
        throw error
      }
    }
  }
}
