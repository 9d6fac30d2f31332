// The platforms of a run: the lists of the layouts, narrowed or replaced by the command line.

import Basics
import Files
import Glibc
import Layout

/// The platform lists of a run.
struct PlatformLists {
  private let layouts: LayoutSet
  private let options: ReleaseOptions
  /// The platforms in the folder of binaries, once it was read.
  private var present: Result<[Platform], any Error>?

  init(_ layouts: LayoutSet, _ options: ReleaseOptions) {
    self.layouts = layouts
    self.options = options
  }

  /// Whether the folder of binaries was needed and could not be read.
  var isUnknown: Bool { if case .failure = present { true } else { false } }

  /// Reads the folder of binaries, if `selector` needs it and it was not read before. When it throws, the folder counts
  /// as empty.
  ///
  /// Throws `UnaskedFact` when the path of binaries needs one that `facts` do not have.
  mutating func prepare(_ selector: PlatformSelector?, _ facts: Facts) throws {
    guard isPresent(selector) else { return }
    let found = present ?? findPresent(facts)
    if case .failure(let error as UnaskedFact) = found { throw error }
    present = found
    _ = try found.get()
  }

  /// Mistakes of the command line: a fast run without a list for it, or platforms that are in no list.
  ///
  /// Throws what `prepare` throws of facts.
  mutating func mistakesOfWanted(_ facts: Facts) throws(UnaskedFact) -> [Diagnostic] {
    var mistakes: [Diagnostic] = []
    let release = layouts.release
    if options.isFast && release.fast == nil {
      mistakes.append(Diagnostic(.usage, "a fast run is wanted, but release.json has no \"fast\" platforms"))
    }
    guard let wanted = options.platforms else { return mistakes }
    if release.replacesPlatforms && wanted.allSatisfy(\.hasUsualNames) { return mistakes }
    var known = listed
    // Lists that say "present" come last: they are read only where no other list has the platform.
    func isKnown(_ platform: Platform) -> Bool { known.contains(where: platform.selects) }
    for name in release.platforms.keys where !wanted.allSatisfy(isKnown) {
      do {
        try prepare(.list(name), facts)
      } catch let error as UnaskedFact {
        throw error
      } catch {
        mistakes.append(Diagnostic(error))
      }
      known.formUnion(list(name))
    }
    if isUnknown { return mistakes }
    for unknown in wanted where !isKnown(unknown) && !(release.replacesPlatforms && unknown.hasNames(in: known)) {
      let plain = known.contains(unknown.withoutVariant) ? unknown.withoutVariant.description : nil
      let near =
        unknown.usual?.description ?? plain
        ?? nearName(to: unknown.description, in: known.map(\.description).sorted())
      let hint = didYouMean(near)
      let reason = "the platform \(unknown) is in no list of this run\(hint)"
      mistakes.append(Diagnostic(.usage, options.aboutPlatforms(reason)))
    }
    return mistakes
  }

  /// The platforms that the layouts list for this run.
  private var listed: Set<Platform> {
    let release = layouts.release
    let selectors = layouts.tarballs.flatMap { [$0.platforms] + $0.entries.map(\.platforms) }
    let names = release.platforms.keys.filter { release.platforms[$0] != .present }
    return Set(selectors.flatMap { Self.spelledOut($0) }).union(names.flatMap { list($0) })
  }

  /// All platforms that the layouts name, in lists, in fast runs, and where they are spelled out.
  static func allListed(in rules: Rules) -> Set<Platform> {
    let release = rules.layouts.release
    var platforms = Set(release.fast ?? [])
    for case .listed(let listed) in release.platforms.values { platforms.formUnion(listed) }
    for listed in release.fastWith.flatMap(\.platforms.values) { platforms.formUnion(listed) }
    var selectors = rules.layouts.tarballs.map(\.platforms) + rules.layouts.entries.map(\.platforms)
    selectors += rules.images.map(\.rule.platforms)
    for selector in selectors { platforms.formUnion(spelledOut(selector)) }
    return platforms
  }

  /// The platforms that `selector` selects in this run, in the order of their list, each once.
  func platforms(_ selector: PlatformSelector) -> [Platform] {
    var seen: Set<Platform> = []
    let all =
      switch selector {
      case .list(let name): list(name)
      case .patterns(let patterns): patterns.compactMap(\.platform)
      case .both(let first, let second): platforms(first).filter { matches(second, $0) }
      }
    return narrowed(all).filter { seen.insert($0).inserted }
  }

  /// Whether `selector` selects `platform`.
  func matches(_ selector: PlatformSelector?, _ platform: Platform) -> Bool {
    switch selector {
    case nil: true
    case .list(let name): narrowed(list(name)).contains(platform)
    case .patterns(let patterns): patterns.select(platform)
    case .both(let first, let second): matches(first, platform) && matches(second, platform)
    }
  }

  /// Whether the folder of binaries decides what `selector` selects.
  func isPresent(_ selector: PlatformSelector?) -> Bool {
    switch selector {
    case .list(let name): layouts.release.platforms[name] == .present
    case .both(let first, let second): isPresent(first) || isPresent(second)
    case .patterns, nil: false
    }
  }

  private func list(_ name: String) -> [Platform] {
    switch layouts.release.platforms[name] {
    case nil: return []
    case .listed(let platforms): return options.isFast ? fast(name) ?? platforms : platforms
    // Empty when the folder could not be read.
    case .present: return (try? present?.get()) ?? []
    }
  }

  /// The platforms of a list in a fast run; nil where the layouts have none.
  private func fast(_ name: String) -> [Platform]? {
    let added = layouts.release.fastWith.filter { $0.applies(to: options.environmentValue($0.variable)) }
    return layouts.release.fast.map { fast in fast + added.flatMap { $0.platforms[name] ?? [] } }
  }

  private func findPresent(_ facts: Facts) -> Result<[Platform], any Error> {
    if options.isDry {
      // The folder is not read in a dry run: the platforms of other lists are the best guess.
      let platforms = listed.sorted { "\($0)" < "\($1)" }
      return .success(platforms.isEmpty ? [Platform(os: "linux", architecture: "amd64")] : platforms)
    }
    return Result {
      try options.locations.check(.bin)
      let isUsual = layouts.release.binaryPath == ReleaseLayout.usualBinaryPath
      return isUsual ? try Self.present(in: options.locations.bin) : try present(facts)
    }
  }

  private func narrowed(_ platforms: [Platform]) -> [Platform] {
    guard let wanted = options.platforms else { return platforms }
    return layouts.release.replacesPlatforms
      ? wanted : platforms.filter { platform in wanted.contains { $0.selects(platform) } }
  }

  private static func spelledOut(_ selector: PlatformSelector?) -> [Platform] {
    switch selector {
    case .patterns(let patterns): patterns.compactMap(\.platform)
    case .both(let first, let second): spelledOut(first) + spelledOut(second)
    case .list, nil: []
    }
  }

  /// The platforms with a folder OS/ARCH below `bin`, sorted. Names that begin with "." do not count.
  private static func present(in bin: String) throws -> [Platform] {
    var platforms: [Platform] = []
    for os in try folders(in: Array(bin.utf8)) {
      let folder = Array("\(bin)/".utf8) + os
      for arch in try folders(in: folder) {
        let name = os + [UInt8(ascii: "/")] + arch
        guard let platform = Platform(String(decoding: name, as: UTF8.self)) else {
          throw Diagnostic(.system, "\(escapedName(folder))/\(escapedName(arch)): not the name of a platform")
        }
        platforms.append(platform.splitVariant)
      }
    }
    if platforms.isEmpty {
      throw Diagnostic(.system, "\(escapedName(bin.utf8)): holds no OS/ARCH folder with binaries")
    }
    return platforms
  }

  /// The platforms for which one of the release's binaries stands where `binaryPath` says, sorted. They are found by
  /// looking for each platform's: those in Go's words, and those that the layouts list.
  private func present(_ facts: Facts) throws -> [Platform] {
    let release = layouts.release
    let ofImages = layouts.images?.groups.values.flatMap { $0 }.compactMap(\.binary) ?? []
    let names = Set(release.binaries.values.flatMap { $0 } + ofImages).sorted()
    let bin = Array(options.locations.bin.utf8)
    _ = try FileHandle(opening: bin, O_RDONLY | O_DIRECTORY)
    let binaries = BuiltBinaries(facts)
    var owners: [[UInt8]: Platform] = [:]
    var found: Set<Platform> = []
    for platform in Platform.allUsual + listed where release.binaryPath.choice(on: platform) != nil {
      for name in names {
        let path = try binaries.path(name, on: platform)
        if let owner = owners[path], owner != platform {
          // A path without the variant is that of the platform without one, which comes first.
          if owner.withoutVariant == platform.withoutVariant { continue }
          let reason = "may be for \(owner) or \(platform): what is \"present\" needs a \"binaryPath\" with both"
          throw Diagnostic(.usage, "\(escapedName(path)) \(reason) {os} and {arch} in it")
        }
        guard try FileStatus.followingIfThere(path)?.isFile == true else { continue }
        owners[path] = platform
        found.insert(platform)
      }
    }
    if !found.isEmpty { return found.sorted { "\($0)" < "\($1)" } }
    let reason = names.isEmpty ? "no list of binaries in release.json" : "no binary where \"binaryPath\" has it"
    throw Diagnostic(.system, "\(escapedName(bin)): no platform is \"present\": \(reason)")
  }

  private static func folders(in path: [UInt8]) throws -> [[UInt8]] {
    let folder = try FileHandle(opening: path, O_RDONLY | O_DIRECTORY)
    // Times are not compared: a build may be under way beside the platforms that are packed.
    return try FolderListing.names(ofSource: folder, since: nil).filter { name in
      if name.first == UInt8(ascii: ".") { return false }
      do throws(SystemError) {
        return try FileStatus.followingIfThere(path + [UInt8(ascii: "/")] + name)?.isFolder == true
      } catch {
        // A link in a loop is no folder, just as a link to nothing.
        if error.errno == ELOOP { return false }
        throw error
      }
    }
  }
}

extension Platform {
  /// All platforms in Go's words, those without a variant before those with one.
  fileprivate static let allUsual: [Platform] = PlatformNames.systems.sorted().flatMap { os in
    PlatformNames.architectures.sorted().flatMap { architecture in
      ([nil] + (PlatformNames.usualVariants[architecture] ?? [])).map {
        Platform(os: os, architecture: architecture, variant: $0)
      }
    }
  }

  /// The platform that a folder "OS/ARCHVARIANT" is for.
  fileprivate var splitVariant: Platform {
    guard let (architecture, variant) = PlatformNames.parts(ofArchitectureName: architecture) else { return self }
    return Platform(os: os, architecture: architecture, variant: variant)
  }
}
