// The rules whose contents come from the source tree, the folder of binaries and the stage folder.

import Archive
import Basics
import Files
import Layout

extension TarballBuilder {
  /// Built binaries, from BIN/OS/ARCH.
  func addBinaries(_ list: NameList, _ place: RulePlace) throws {
    guard let platform = place.platform else { return }
    try resolver.options.locations.check(.bin)
    let purpose = FilePurpose(builtFor: platform)
    for name in try place.names(list, of: resolver.layouts.release.binaries) {
      let path = try place.below(name + platform.executableSuffix)
      guard let source = try source(resolver.binaryPath(name, on: platform), at: path, place, fault: .system) else {
        continue
      }
      addFile(source.file, source.status, at: path.bytes, place, for: purpose)
    }
  }

  /// Images: made from their bases, or as they stand in the stage folder where there are no bases.
  func addImages(_ list: NameList, _ place: RulePlace) throws {
    guard let platform = place.platform else { return }
    for (group, rule) in resolver.images(list, place) where resolver.lists.matches(rule.platforms, platform) {
      do {
        if try resolver.options.isDry || resolver.bases().exist {
          try addImage(try resolver.image(rule, of: group, on: platform), place)
        } else {
          try addStagedImage(rule, place, platform)
        }
      } catch {
        refuse(error, of: place.rule)
      }
    }
  }

  private func addImage(_ number: Int, _ place: RulePlace) throws {
    images.insert(number)
    let image = resolver.plan.images[number]
    let archive = resolver.plan.contents.add(.nested(number, count: image.size))
    let tag = resolver.plan.contents.add(.bytes(image.tagText))
    let owner = generatedOwner
    addContent(archive, at: try place.below(image.fileName), sourceMode: .generated, owner: owner, place)
    addContent(tag, at: try place.below(image.tagFileName), sourceMode: .generated, owner: owner, place)
  }

  private func addStagedImage(_ image: ImageRule, _ place: RulePlace, _ platform: Platform) throws {
    let top = root.isEmpty ? "" : "/\(root)"
    let folder = "\(resolver.options.locations.stage)/\(layout.name)/\(platform.os)-\(platform.architecture)\(top)"
    let subject = try resolver.subject(of: image, on: platform)
    let fileName = try resolver.fileName(of: image, subject)
    func add(_ file: String) throws -> StagedFile? {
      let path = try place.below(file)
      let origin = "\(folder)/\(path.text)"
      let shown = "\(image.name) for \(platform)"
      guard let source = try source(Array(origin.utf8), at: path, place, fault: .data, stagedImage: shown) else {
        return nil
      }
      addFile(source.file, source.status, at: path.bytes, place)
      return StagedFile(path: path, origin: origin, file: source.file)
    }
    let archive = try add(fileName)
    let tagFile = try add(ImageRule.tagFileName(of: fileName))
    stagedImages += 1
    try check(archive, tagFile, of: subject, place)
  }

  /// A file of a staged image, and where it goes.
  private struct StagedFile {
    let path: ArchivePath
    /// As the stage folder and the layout spell it.
    let origin: String
    let file: SourceFile

    func diagnostic(_ reason: String) -> Diagnostic { Diagnostic(.data, told(reason)) }

    func told(_ what: String) -> String { "\(path.text): staged image \(what)" }
  }

  /// Takes note of what is wrong with a staged image, as far as its files are there.
  private func check(
    _ archive: StagedFile?, _ tagFile: StagedFile?, of subject: TemplateSubject, _ place: RulePlace
  ) throws {
    if archive == nil && tagFile == nil { return }
    let wanted = try resolver.tag(of: subject)
    let tag = try tagFile.map { try StagedTag($0.file) }
    if let tagFile, let reason = tag?.reason(against: wanted) {
      refuse(tagFile.diagnostic("\(escapedName(tagFile.file.path)): \(reason)"), of: place.rule)
    }
    guard let archive, let platform = place.platform else { return }
    // An older image is told once, with its tag.
    let image = StagedImage(archive.origin, spoolingNear: resolver.options.locations.stage)
    let findings = try image.findings(against: platform, tag: tag?.tag ?? wanted)
    for reason in findings.reasons { refuse(archive.diagnostic(reason), of: place.rule) }
    stagedImageWarnings += findings.warnings.map(archive.told)
  }

  /// One file, a symlink followed as long as it stays in the source tree.
  func addFile(_ template: Template, _ place: RulePlace) throws {
    guard let to = try place.to(),
      let source = try source(try sourcePath(template, place), at: to, place, fault: .system, isInTree: true)
    else { return }
    addFile(source.file, source.status, at: to.bytes, place, for: FilePurpose(.file, of: template, place))
  }

  /// The file that `source` leads to, one of `stagedImage` if that is named; nil where it is none that goes in, of which
  /// a mistake is taken note. What is missing is the fault of `fault`.
  private func source(
    _ source: [UInt8], at path: ArchivePath, _ place: RulePlace, fault: Fault, isInTree: Bool = false,
    stagedImage: String? = nil
  ) throws -> (file: SourceFile, status: FileStatus)? {
    let resolved: [UInt8]
    let status: FileStatus
    let isLink: Bool
    do throws(SystemError) {
      resolved = try Paths.resolved(source)
      status = try FileStatus.of(resolved)
      isLink = try FileStatus.of(source).isSymlink
    } catch {
      if place.rule.isOptional && error.isAboutMissingFile { return nil }
      refuse(missing(path, source, fault, error, stagedImage), of: place.rule)
      return nil
    }
    let shown = "\(path.text): \(escapedName(source))"
    if isInTree, let reason = try reasonAgainst(resolved) {
      refuse(Diagnostic(.system, "\(shown): \(reason)"), of: place.rule)
    } else if !status.isFile {
      refuse(Diagnostic(fault, "\(shown): expected a file, found \(status.typeName)"), of: place.rule)
    } else if resolver.own.contains(status) {
      refuse(Diagnostic(.usage, "\(shown): is an output of this run"), of: place.rule)
    } else if !isCruft(path.bytes) {
      return (SourceFile(path: isLink ? resolved : source, identity: status.identity), status)
    }
    return nil
  }

  private func missing(
    _ path: ArchivePath, _ source: [UInt8], _ fault: Fault, _ error: SystemError, _ stagedImage: String?
  ) -> Diagnostic {
    let reason = SystemError(operation: "find", path: source, errno: error.errno)
    guard let stagedImage else {
      let cause = error.isAboutMissingFile ? SharedCause(kind: .source(source), subject: "") : nil
      return Diagnostic(fault, "\(path.text): source \(reason)", cause: cause)
    }
    let bases = escapedName(resolver.options.locations.bases.utf8)
    return Diagnostic(
      fault, "\(path.text): staged image \(reason), and \(bases) holds no bases to make it from",
      cause: error.isAboutMissingFile ? SharedCause(kind: .bases, subject: stagedImage) : nil)
  }

  /// A file that stands in one archive flows with its headers; a big one is a distinct content, shared by all.
  func addFile(
    _ file: SourceFile, _ status: FileStatus, at path: [UInt8], _ place: RulePlace, for purpose: FilePurpose? = nil
  ) {
    let mode = place.rule.mode ?? mode(of: status, at: path)
    if SecretNames.isOne(file.path[...]) && !SecretNames.isOne(path[...]) { renamedSecrets.append(path) }
    let body: TarEntryBody
    if file.identity.size >= Rope.contentThreshold {
      body = .content(resolver.content(of: file, status))
    } else {
      // The whole path stands in the folder; nothing of the name follows.
      let folder = collector.add(sourceFolder: file.path)
      body = .file(folder: folder, dropping: UInt16(clamping: collector.prefix.count + path.count), file.identity)
    }
    let name = collector.add(.file, at: path, mode: mode, owner: owner(status), body: body, rule: place.number)
    guard let purpose else { return }
    look(at: PackedFile(file: file, status: status, path: path, mode: mode, name: name), for: purpose, place)
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
