// The rules whose contents come from the source tree, the folder of binaries and the stage folder.

import Archive
import Image
import JSON

extension TarballBuilder {
  /// Built binaries, from BIN/OS/ARCH.
  func addBinaries(_ list: NameList, _ place: RulePlace) throws {
    guard let platform = place.platform else { return }
    for name in try place.names(list, of: resolver.layouts.release.binaries) {
      let file = name + platform.executableSuffix
      let source = "\(resolver.options.locations.bin)/\(platform.os)/\(platform.architecture)/\(file)"
      try addSource(Array(source.utf8), at: try place.below(file), place, fault: .system)
    }
  }

  /// Images as they stand in the stage folder, each with the file that holds its tag.
  func addImages(_ list: NameList, _ place: RulePlace) throws {
    guard let platform = place.platform else { return }
    let images = try images(list, place)
    let folder = "\(resolver.options.locations.stage)/\(layout.name)/\(platform.os)-\(platform.architecture)/\(root)"
    for image in images {
      for file in [image.fileName, image.tagFileName] {
        let path = try place.below(file)
        try addSource(Array("\(folder)/\(path.text)".utf8), at: path, place, fault: .data)
      }
      stagedImages += 1
    }
  }

  private func images(_ list: NameList, _ place: RulePlace) throws -> [ImageRule] {
    let groups = resolver.layouts.images?.groups ?? [:]
    switch list {
    case .list(let name):
      return try groups[name]?.filter { try resolver.facts.holds($0.condition) } ?? []
    case .names(let names):
      let all = groups.keys.sorted().flatMap { groups[$0] ?? [] }
      return try names.map { template in
        let name = try place.fill(template)
        if let image = all.first(where: { $0.name == name }) { return image }
        throw Diagnostic(.usage, "no image is named \(quoted(name))")
      }
    }
  }

  /// One file, a symlink followed as long as it stays in the source tree.
  func addFile(_ template: Template, _ place: RulePlace) throws {
    guard let to = try place.to() else { return }
    try addSource(try sourcePath(template, place), at: to, place, fault: .system, isInTree: true)
  }

  /// Adds the file that `source` leads to; what is missing is the fault of `fault`.
  private func addSource(
    _ source: [UInt8], at path: ArchivePath, _ place: RulePlace, fault: Fault, isInTree: Bool = false
  ) throws {
    let resolved: [UInt8]
    let status: FileStatus
    let isLink: Bool
    do throws(SystemError) {
      resolved = try FilePath.resolved(source)
      status = try FileStatus.of(resolved)
      isLink = try FileStatus.of(source).isSymlink
    } catch {
      if place.rule.isOptional && error.isAboutMissingFile { return }
      refuse(missing(path, source, place, fault, error), of: place.rule)
      return
    }
    let shown = "\(path.text): \(escapedName(source))"
    if isInTree, let reason = try reasonAgainst(resolved) {
      refuse(Diagnostic(.system, "\(shown): \(reason)"), of: place.rule)
    } else if !status.isFile {
      refuse(Diagnostic(fault, "\(shown): expected a file, found \(status.typeName)"), of: place.rule)
    } else if resolver.own.contains(status) {
      refuse(Diagnostic(.usage, "\(shown): is an output of this run"), of: place.rule)
    } else if !isCruft(path.bytes) {
      let file = SourceFile(path: isLink ? resolved : source, identity: status.identity)
      addFile(file, status, at: path.bytes, place)
    }
  }

  private func missing(
    _ path: ArchivePath, _ source: [UInt8], _ place: RulePlace, _ fault: Fault, _ error: SystemError
  ) -> Diagnostic {
    let reason = SystemError(operation: "find", path: source, errno: error.errno)
    guard case .images = place.rule.verb else {
      return Diagnostic(fault, "\(path.text): source \(reason)")
    }
    let bases = escapedName(resolver.options.locations.bases.utf8)
    return Diagnostic(
      fault, "\(path.text): staged image \(reason), and \(bases) holds no bases to make it from")
  }

  /// A file that stands in one archive flows with its headers; a big one is a distinct content, shared by all.
  func addFile(_ file: SourceFile, _ status: FileStatus, at path: [UInt8], _ place: RulePlace) {
    let mode = place.rule.mode ?? kept(FileMode(bits: status.mode))
    let body: TarEntryBody
    if file.identity.size >= Rope.contentThreshold {
      body = .content(resolver.content(of: file, status))
    } else {
      // The whole path stands in the folder; nothing of the name follows.
      let folder = collector.add(sourceFolder: file.path)
      body = .file(folder: folder, dropping: UInt16(clamping: collector.prefix.count + path.count), file.identity)
    }
    collector.add(.file, at: path, mode: mode, owner: owner(status), body: body, rule: place.number)
  }
}

extension Resolver {
  /// The content that a source file is, one for all its places.
  func content(of file: SourceFile, _ status: FileStatus) -> ContentID {
    if let known = sourceContents[status.key] { return known }
    let id = plan.contents.add(.file(file))
    sourceContents[status.key] = id
    return id
  }
}
