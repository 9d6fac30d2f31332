// The built programs of a tree: where the usual tools for building put them, and for which platforms they are by what is
// in them.

import Basics
import Files
import Image
import JSON

/// Programs that were found in one place.
struct BuiltPrograms {
  private(set) var places: [ProgramPaths.Place] = []
  /// Files that are not what their paths say.
  private(set) var remarks: [String] = []

  /// What is looked for, in this order; the first place with programs counts.
  private enum Kind {
    /// All below a folder.
    case folder(String)
    /// What `cargo build --release` makes: TRIPLE/release/NAME and release/NAME.
    case cargo
    /// What goreleaser makes: dist/NAME_OS_ARCH/NAME.
    case goreleaser
    /// The tree's root itself.
    case root
  }

  private static let kinds: [Kind] = [
    .goreleaser, .cargo, .folder("bin"), .folder("build"), .folder("out"), .folder("dist"), .folder("_output/bin"),
    .folder("release"), .root,
  ]

  /// The places in words, for a message.
  static let wanted =
    "dist and bin, build, out, release, _output (also by OS and ARCH), target/release, "
    + "target/TRIPLE/release and the tree's root"

  /// Looks in the folder that is named, else where tools put programs.
  init(in places: SketchPlaces) throws {
    let tree = try TreeIndex(of: places.root, leaving: places.leaving, depth: Self.deepest)
    let prefix = places.root == "." ? "" : "\(places.root)/"
    if let bin = places.bin {
      let isInside = bin.utf8.starts(with: prefix.utf8) && bin.utf8.first != UInt8(ascii: "/")
      if isInside {
        try take(tree.files(below: Array(bin.utf8.dropFirst(prefix.utf8.count))), .folder(bin))
      } else {
        try take(try TreeIndex(of: bin, depth: Self.deepest).files[...], .folder(bin))
      }
      return
    }
    for kind in [.folder(String(decoding: places.usualBin.utf8.dropFirst(prefix.utf8.count), as: UTF8.self))]
      + Self.kinds
    {
      remarks = []
      switch kind {
      case .folder(let folder): try take(tree.files(below: Array(folder.utf8)), kind)
      case .cargo: try take(tree.files(below: Array("target".utf8)), kind)
      case .goreleaser: try takeGoreleaser(tree, places)
      case .root: try take(tree.files.filter { !$0.path.contains(UInt8(ascii: "/")) }[...], kind)
      }
      if !self.places.isEmpty { return }
    }
  }

  /// How many folders deep programs are looked for: _output/dockerized/bin/OS/ARCH/NAME.
  private static let deepest = 6

  /// Takes what artifacts.json lists, else what stands in folders that goreleaser names.
  private mutating func takeGoreleaser(_ tree: TreeIndex, _ places: SketchPlaces) throws {
    let files = tree.files(below: Array("dist".utf8))
    if let list = files.first(where: { $0.path.elementsEqual("dist/artifacts.json".utf8) }) {
      let wanted = try Self.listed(in: list)
      try take(files.filter { wanted.contains($0.path) }[...], .goreleaser)
    } else if files.contains(where: { $0.path.elementsEqual("dist/config.yaml".utf8) }) {
      try take(files, .goreleaser)
    }
  }

  /// The paths of binaries in artifacts.json: its elements have "type" and "path" (goreleaser, internal/artifact).
  private static func listed(in file: TreeFile) throws -> Set<[UInt8]> {
    guard file.source.identity.size <= Int64(JSONReader.largestDocument),
      let bytes = try file.source.part(from: 0, count: UInt64(file.source.identity.size)),
      let document = try? JSONReader.read(bytes), case .array(let elements) = document.kind
    else { return [] }  // A list that cannot be read names nothing.
    func text(_ key: String, of value: JSONValue) -> String? {
      guard case .object(let members) = value.kind, let member = members.first(where: { $0.key == key }),
        case .string(let text) = member.value.kind
      else { return nil }
      return text
    }
    let paths = elements.filter { text("type", of: $0) == "Binary" }.compactMap { text("path", of: $0) }
    return Set(paths.map { Array($0.utf8) })
  }

  private mutating func take(_ files: ArraySlice<TreeFile>, _ kind: Kind) throws {
    for file in files where file.target == nil && Self.isLikely(file, kind) { try take(file) }
  }

  private static let otherEnds = [
    ".so", ".dll", ".dylib", ".a", ".o", ".d", ".rlib", ".sh", ".py", ".pl", ".sig", ".asc", ".sha256", ".json", ".deb",
    ".rpm",
  ]

  private static func isLikely(_ file: TreeFile, _ kind: Kind) -> Bool {
    let name = file.name
    if otherEnds.contains(where: { name.suffix($0.utf8.count).elementsEqual($0.utf8) })
      || name.first == UInt8(ascii: ".")
    {
      return false
    }
    if case .cargo = kind {
      // Below "target", or below the folder of a target triple.
      let parts = file.path.split(separator: UInt8(ascii: "/"))
      let depth = parts.count - 2
      return (1...2).contains(depth) && parts[depth].elementsEqual("release".utf8)
    }
    return true
  }

  private mutating func take(_ file: TreeFile) throws {
    let isWindows = file.name.suffix(4).elementsEqual(".exe".utf8)
    guard file.mode.bits & 0o111 != 0 || isWindows, file.source.identity.size > 0,
      String(validating: file.path, as: UTF8.self) != nil
    else { return }
    let words = NameWords(file.path, version: "")
    let executable = try Executable.inspect(file.source)
    let platforms: [Platform]
    switch executable {
    case .elf, .darwin, .windows, .damagedELF:
      guard let machines = executable.machines else { return }
      platforms = Self.platforms(machines, words)
      if platforms.isEmpty, let said = words.platform {
        remarks.append(
          "\(escapedName(file.path)): left out: its path says \(said), and it is \(machines.fileDescription)")
      }
    // A script is taken for a program where its path says a platform.
    case .script: platforms = words.platform.map { [$0] } ?? []
    case .otherELF, .archive, .unknown: platforms = []
    }
    var name = String(decoding: isWindows ? file.name.dropLast(4) : file.name, as: UTF8.self)
    let inName = NameWords(name, version: "")
    if inName.system != nil || inName.architecture != nil, !inName.lead.isEmpty { name = inName.lead }
    for platform in platforms where !places.contains(where: { $0.platform == platform && $0.name == name }) {
      places.append(ProgramPaths.Place(platform: platform, name: name, path: file.path))
    }
  }

  /// The platforms that a file is for: what its path says where that fits, else what its headers say.
  private static func platforms(_ machines: Machines, _ words: NameWords) -> [Platform] {
    if let said = words.platform {
      return machines.suit(os: said.os, architecture: said.architecture) ? [said] : []
    }
    let systems = machines.systems ?? ["linux"]
    let system = words.system?.meaning ?? (systems.contains("linux") ? "linux" : systems[0])
    guard machines.suit(os: system, architecture: nil) else { return [] }
    let known = (machines.architectures ?? []).filter(PlatformNames.architectures.contains)
    return known.map { Platform(os: system, architecture: $0) }
  }
}
