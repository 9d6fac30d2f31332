// Trees with bases and executables, layouts of images in few words, and plans of images in few lines.

@testable import Archive
@testable import Basics
@testable import Files
@testable import Image
@testable import Layout
@testable import Plan
import Testing

extension Platform {
  static let amd64 = Platform(os: "linux", architecture: "amd64")
  static let arm = Platform(os: "linux", architecture: "arm")
  static let arm64 = Platform(os: "linux", architecture: "arm64")
}

/// A small executable.
enum Executables {
  static let script = Array("#!/bin/sh\n".utf8)
  static let windows =
    Array("MZ".utf8) + [UInt8](repeating: 0, count: 58) + [0x40, 0, 0, 0] + Array("PE\0\0".utf8)
  /// MH_MAGIC_64 and a processor.
  static let darwin: [UInt8] = [0xCF, 0xFA, 0xED, 0xFE, 7, 0, 0, 1]
  static let unknown = Array("text\n".utf8)
  /// EM_X86_64 and EM_AARCH64.
  static let amd64 = elf(machine: 62)
  static let arm64 = elf(machine: 183)

  /// A static executable for one of the platforms above, of no bytes behind its header.
  static func elf(for platform: Platform) -> [UInt8] {
    switch platform.architecture {
    case "arm": arm(architectureTag: nil)
    case "arm64": arm64
    default: amd64
    }
  }

  /// A static executable for arm, of 32 bits; with Tag_CPU_arch in its build attributes unless that is nil.
  static func arm(architectureTag: UInt8?) -> [UInt8] {
    // e_ident, e_type, e_machine (EM_ARM), e_version, e_entry and e_phoff, e_shoff, e_flags, e_ehsize
    var bytes: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 1, 1, 1] + zeros(9) + [2, 0, 40, 0, 1, 0, 0, 0] + zeros(8)
    bytes += [52, 0, 0, 0] + zeros(4) + [52, 0]
    // e_phentsize, e_phnum, e_shentsize, e_shnum, e_shstrndx
    bytes += [32, 0, 0, 0, 40, 0, architectureTag == nil ? 0 : 1, 0, 0, 0]
    guard let architectureTag else { return bytes }
    // 'A', the length of what follows and who tells it, Tag_File and its length, Tag_CPU_arch
    let attributes = [0x41, 17, 0, 0, 0] + Array("aeabi\0".utf8) + [1, 7, 0, 0, 0, 6, architectureTag]
    // sh_name, sh_type, sh_flags and sh_addr, sh_offset, sh_size, four more
    bytes += zeros(4) + [3, 0, 0, 0x70] + zeros(8) + [92, 0, 0, 0, UInt8(attributes.count), 0, 0, 0] + zeros(16)
    return bytes + attributes
  }

  /// A little-endian ELF file of 64 bits (gABI, "ELF Header"), dynamic when it has an interpreter.
  static func elf(machine: UInt8, interpreter: String? = nil) -> [UInt8] {
    let path = interpreter.map { Array("\($0)\0".utf8) } ?? []
    // e_ident, e_type, e_machine, e_version, e_entry, e_phoff
    var bytes: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + zeros(9) + [2, 0, machine, 0, 1, 0, 0, 0]
    bytes += zeros(8) + wide(64) + zeros(14)
    // e_phentsize, e_phnum, then p_type PT_INTERP, p_offset and p_filesz
    bytes += [56, 0, path.isEmpty ? 0 : 1, 0] + zeros(6)
    if path.isEmpty { return bytes }
    return bytes + [3, 0, 0, 0] + zeros(4) + wide(120) + zeros(16) + wide(path.count) + zeros(16) + path
  }

  private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
  private static func wide(_ number: Int) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }
}

extension TarEntry {
  /// A folder of a base.
  static func folder(_ name: String, mode: UInt16 = 0o755, uid: Int64 = 0, gid: Int64 = 0) -> TarEntry {
    TarEntry(name: Array("\(name)/".utf8), kind: .directory, mode: mode, uid: uid, gid: gid)
  }

  /// An empty file of a base.
  static func file(_ name: String, mode: UInt16 = 0o644) -> TarEntry {
    TarEntry(name: Array(name.utf8), kind: .file, mode: mode)
  }

  /// A symlink of a base.
  static func link(_ name: String, to target: String) -> TarEntry {
    TarEntry(name: Array(name.utf8), kind: .symlink, mode: 0o777, linkname: Array(target.utf8))
  }
}

extension TemporaryTree {
  /// Puts a base with these entries into the folder of bases.
  @discardableResult
  func addBase(
    _ name: String = "base", _ platform: Platform = .amd64, _ entries: [TarEntry] = [],
    settings: ImageSettings = ImageSettings()
  ) throws -> BaseImage {
    var rope = Rope(in: SourceStore(SourceTable()))
    // An archive has at least one entry.
    for entry in entries.isEmpty ? [.folder("etc")] : entries { rope.append(entry) }
    rope.appendEnd()
    let store = BaseStore("\(root)/_output/bases")
    let base = NewBase(try Reference(name), for: platform, settings: settings, created: 0)
    let image = try base.image(from: .rope(rope), spoolingNear: root)
    try store.add([image], as: image.reference, into: OutputFolder(store.path))
    return image
  }

  /// Writes a built executable, a static one for the platform unless other bytes are told.
  func addBinary(
    _ name: String = "tool", _ platform: Platform = .amd64, _ bytes: [UInt8]? = nil, mode: UInt16 = 0o755
  ) throws {
    let path = "_output/dockerized/bin/\(platform.os)/\(platform.architectureName)/\(name)"
    try write(bytes ?? Executables.elf(for: platform), to: path)
    try change(path, mode: .init(mode))
  }

  /// The plan of these images, of version "v1.2.3+4".
  func planImages(
    _ images: String..., keys: String = plainImages, release: String = imageRelease, names: [String] = [],
    _ change: (inout ReleaseOptions) -> Void = { _ in }
  ) throws -> Plan {
    try planImages(images, keys, release, names, change)
  }

  /// The mistakes that planning these images finds: "FAULT: MESSAGE", rules by their path alone.
  func imageMistakes(
    _ images: String..., keys: String = plainImages, release: String = imageRelease, names: [String] = [],
    _ change: (inout ReleaseOptions) -> Void = { _ in }
  ) throws -> [String] {
    do {
      _ = try planImages(images, keys, release, names, change)
      return []
    } catch let errors as PlanErrors {
      return errors.diagnostics.map { diagnostic in
        let message = diagnostic.description.replacing(root, with: "ROOT")
        return "\(diagnostic.fault): \(message.replacing(#/layouts/images\.json:\d+:\d+: /#, with: ""))"
      }
    }
  }

  private func planImages(
    _ images: [String], _ keys: String, _ release: String, _ names: [String],
    _ change: (inout ReleaseOptions) -> Void
  ) throws -> Plan {
    let text =
      "{\"registry\": \"example.org\", \(keys), \"groups\": {\"main\": [\n\(images.joined(separator: ",\n"))]}}"
    let options = options { options in
      options.version = "v1.2.3+4"
      change(&options)
    }
    return try Planner.planImages(try Rules.of(["release": release, "images": text]), options, names: names)
  }
}

/// The keys of images.json beside its registry and groups.
let plainImages = #""bases": {"base": "base"}"#

/// A release with a platform, more of them, and a flag.
let imageRelease = """
  {"name": "app", "platforms": {"one": ["linux/amd64"], "two": ["linux/amd64", "linux/arm64"]},
   "binaries": {"all": ["tool", "other"]}, "flags": {"extra": {}}}
  """

/// The image of the executable `tool` on `base`; `keys` are more keys of it.
func image(_ keys: String = "", binary: String = "tool", platforms: String = "one") -> String {
  let more = keys.isEmpty ? "" : ", \(keys)"
  return "{\"binary\": \"\(binary)\", \"base\": \"base\", \"platforms\": \"\(platforms)\"\(more)}"
}

extension Plan {
  /// The entries of an image's layer as "TYPE MODE UID:GID PATH LINK".
  func layer(_ number: Int = 0) throws -> [String] {
    try #require(images.indices.contains(number))
    let layer = images[number].layer
    return (0..<layer.count).map { index in
      let row = EntryRecord(layer.entry(at: index, size: 0), size: 0)
      let link = row.link.isEmpty ? "" : " \(row.link)"
      return "\(row.type) \(row.mode) \(row.entry.uid):\(row.entry.gid) \(row.path)\(link)"
    }
  }
}

extension PlannedImage {
  /// The rope of its archive.
  func rope(in store: SourceStore) throws -> Rope { try rope(in: store, layerDigest: try layerDigest(in: store)) }
}
