// Checks entries for faults that make an archive unsafe or sloppy to unpack: names, links, modes, types, repetitions.
// CVE-2001-1267 (names with ".."), CVE-2021-32803 and CVE-2025-4138 (through symlinks).

/// The check of one archive's entries, in their order.
///
/// It keeps nine bytes an entry: a hash of the name and the kind. The hash has a new seed in each process, so that an
/// archive of names with equal hashes cannot be made. Among a million names, two have equal hashes once in some 30
/// million runs; the cost is a false warning.
package struct ArchiveAudit {
  private var kinds: [Int: TarEntryKind] = [:]

  package init() {}

  /// The warnings about `entry`, by it and the entries before it.
  package mutating func check(_ entry: TarEntry) -> [TarWarning] {
    let path = EntryPath(entry.name)
    var warnings = checkName(entry, path)
    switch entry.kind {
    case .hardlink: if let fault = linkFault(entry, path) { warnings.append(fault) }
    case .symlink:
      if leaves(entry.linkname, from: path) {
        warnings.append(.symlinkLeaves(name: entry.name, target: entry.linkname))
      }
    case .char, .block, .fifo: warnings.append(.special(name: entry.name, kind: entry.kind))
    case .file, .directory: break
    }
    if entry.mode & 0o6000 != 0 { warnings.append(.privileged(name: entry.name, mode: entry.mode)) }
    if !entry.capabilities.isEmpty {
      warnings.append(.capabilities(name: entry.name, value: entry.capabilities))
    }
    if kinds.updateValue(entry.kind, forKey: path.hash) != nil { warnings.append(.repeatedName(name: entry.name)) }
    return warnings
  }

  private func checkName(_ entry: TarEntry, _ path: EntryPath) -> [TarWarning] {
    let name = entry.name
    var warnings: [TarWarning] = []
    if name.isEmpty { warnings.append(.emptyName) }
    if path.isAbsolute { warnings.append(.absoluteName(name: name)) }
    if path.hasParentReference { warnings.append(.parentReference(name: name)) }
    for (index, hash) in path.parentHashes.enumerated() {
      guard let kind = kinds[hash], kind != .directory else { continue }
      warnings.append(.belowNonDirectory(name: name, parent: path.parent(index), kind: kind))
      break
    }
    return warnings
  }

  private func linkFault(_ entry: TarEntry, _ path: EntryPath) -> TarWarning? {
    let target = EntryPath(entry.linkname)
    let fault: TarWarning.HardlinkFault? =
      if target.isAbsolute || target.hasParentReference {
        .outside
      } else if target.parts == path.parts {
        .itself
      } else {
        switch kinds[target.hash] {
        case nil: .missing
        case .file, .hardlink: nil
        default: .notAFile
        }
      }
    return fault.map { .hardlink(name: entry.name, target: entry.linkname, $0) }
  }

  /// Whether the link `path` with this `target` leads to an absolute path or above the archive's root, by its text.
  private func leaves(_ target: [UInt8], from path: EntryPath) -> Bool {
    let target = EntryPath(target)
    if target.isAbsolute { return true }
    var depth = path.parts.count - 1
    for part in target.parts {
      depth += part == EntryPath.parentPart ? -1 : 1
      if depth < 0 { return true }
    }
    return false
  }
}

/// A name split at its slashes, without empty and "." parts.
private struct EntryPath {
  static let parentPart: ArraySlice<UInt8> = [UInt8(ascii: "."), UInt8(ascii: ".")]
  private static let slash = UInt8(ascii: "/")

  let parts: [ArraySlice<UInt8>]
  let isAbsolute: Bool
  let hash: Int
  /// The hashes of the paths of all parent folders.
  let parentHashes: [Int]

  init(_ name: [UInt8]) {
    isAbsolute = name.first == Self.slash
    parts = name.split(separator: Self.slash).filter { $0 != [UInt8(ascii: ".")] }
    var hasher = Hasher()
    var hashes: [Int] = []
    for part in parts {
      part.withUnsafeBytes { hasher.combine(bytes: $0) }
      hasher.combine(Self.slash)
      // finalize() ends a hasher, so a copy is finalized and this one goes on.
      let prefix = hasher
      hashes.append(prefix.finalize())
    }
    hash = hashes.popLast() ?? hasher.finalize()
    parentHashes = hashes
  }

  var hasParentReference: Bool { parts.contains(Self.parentPart) }

  /// The name made of the parts up to the one at `index`.
  func parent(_ index: Int) -> [UInt8] { Array(parts[...index].joined(separator: [Self.slash])) }
}
