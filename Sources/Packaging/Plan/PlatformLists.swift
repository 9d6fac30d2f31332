// The platforms that a run is for: the layouts' lists, narrowed or replaced by what the command line says.

import Archive
import Glibc

/// The platform lists of a run.
struct PlatformLists {
  private let lists: [String: [Platform]]
  private let options: ReleaseOptions
  private let replaces: Bool

  /// Throws `Diagnostic` when the binaries cannot be listed, or a wanted platform is in no list.
  init(_ layouts: LayoutSet, _ options: ReleaseOptions) throws {
    let release = layouts.release
    self.options = options
    replaces = release.replacesPlatforms
    if options.isFast && release.fast == nil {
      throw Diagnostic(.usage, "a fast run is wanted, but release.json has no \"fast\" platforms")
    }
    // The folder of binaries is looked into only where a list says "present".
    let present = release.platforms.values.contains(.present) ? try Self.present(in: options.locations.bin) : []
    var lists: [String: [Platform]] = [:]
    for (name, list) in release.platforms {
      switch list {
      case .present: lists[name] = present
      case .listed(let platforms): lists[name] = options.isFast ? release.fast ?? platforms : platforms
      }
    }
    self.lists = lists
    let spelledOut = layouts.tarballs.flatMap { tarball in
      ([tarball.platforms] + tarball.rules.map(\.platforms)).flatMap { Self.spelledOut($0) }
    }
    try checkWanted(against: Set(lists.values.joined()).union(spelledOut))
  }

  /// The platforms that `selector` stands for in this run, in the order of their list, each once.
  func platforms(_ selector: PlatformSelector) -> [Platform] {
    var seen: Set<Platform> = []
    return narrowed(all(selector)).filter { seen.insert($0).inserted }
  }

  /// Whether `platform` is one of those that `selector` names; what the command line says does not matter.
  func matches(_ selector: PlatformSelector?, _ platform: Platform) -> Bool {
    switch selector {
    case nil: true
    case .list(let name): lists[name]?.contains(platform) ?? false
    case .patterns(let patterns): patterns.contains { $0.matches(platform) }
    }
  }

  private func all(_ selector: PlatformSelector) -> [Platform] {
    switch selector {
    case .list(let name): lists[name] ?? []
    case .patterns(let patterns): patterns.compactMap(\.platform)
    }
  }

  private func narrowed(_ platforms: [Platform]) -> [Platform] {
    guard let wanted = options.platforms else { return platforms }
    return replaces ? wanted : platforms.filter(wanted.contains)
  }

  private func checkWanted(against known: Set<Platform>) throws {
    guard !replaces, let unknown = options.platforms?.first(where: { !known.contains($0) }) else { return }
    let near = nearName(to: unknown.description, in: known.map(\.description).sorted())
    throw Diagnostic(
      .usage, "the platform \(unknown) is in no list of the layouts\(near.map { "; did you mean \($0)?" }.orEmpty)")
  }

  private static func spelledOut(_ selector: PlatformSelector?) -> [Platform] {
    if case .patterns(let patterns) = selector { patterns.compactMap(\.platform) } else { [] }
  }

  /// The platforms that have a folder OS/ARCH below `bin`, sorted; names that begin with "." are none.
  private static func present(in bin: String) throws -> [Platform] {
    var platforms: [Platform] = []
    for os in try folders(in: bin) {
      for arch in try folders(in: "\(bin)/\(os)") {
        guard let platform = Platform("\(os)/\(arch)") else {
          throw Diagnostic(.system, "\(bin)/\(os)/\(arch): not the name of a platform")
        }
        platforms.append(platform)
      }
    }
    if platforms.isEmpty { throw Diagnostic(.system, "\(bin): holds no OS/ARCH folder with binaries") }
    return platforms
  }

  private static func folders(in path: String) throws -> [String] {
    let folder = try FileHandle(opening: Array(path.utf8), O_RDONLY | O_DIRECTORY)
    return try FolderListing.names(of: folder).compactMap { name in
      guard name.first != UInt8(ascii: "."), try FileStatus.following(Array(path.utf8) + [0x2F] + name).isFolder else {
        return nil
      }
      return escapedName(name)
    }
  }
}
