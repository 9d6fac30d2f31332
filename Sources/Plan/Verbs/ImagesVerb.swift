// "images": images of the release and the files with their tags. Made from bases, or taken from the stage folder.

import Basics
import Files
import Layout

/// Images.
struct ImagesVerb: Verb {
  let names: NameList

  static let key = "images"
  static let guide = VerbGuide(argument: "GROUP", brings: "GROUP may be an array of names")
  static let options = ["to", "optional", "mode"]
  static let needsTo = false
  static let isOfTarballs = true

  init?(_ entry: VerbEntry) {
    guard let names = entry.nameList(of: "group of images", entry.names.images) else { return nil }
    entry.checkPlatform()
    self.names = names
  }

  var templates: [Template] { names.templates }
  var images: NameList? { names }

  func add(to draft: inout Draft, at place: RulePlace, in context: DraftContext) throws {
    for key in place.held.images {
      do {
        if let made = try context.images.get() {
          guard let image = made[key] else { continue }
          draft.said.add(image.said)
          try add(try image.image.get(), key, to: &draft, at: place)
        } else {
          try addStaged(key, to: &draft, at: place, in: context)
        }
      } catch {
        draft.said.refuse(error, at: place.origin)
      }
    }
  }

  private func add(_ image: HeldImage, _ key: ImageKey, to draft: inout Draft, at place: RulePlace) throws {
    draft.addGenerated(.image(key), at: try place.below(image.fileName), place)
    draft.addGenerated(.bytes(image.tagText), at: try place.below(image.tagFileName), place)
  }

  private func addStaged(
    _ key: ImageKey, to draft: inout Draft, at place: RulePlace, in context: DraftContext
  ) throws {
    guard let rule = context.facts.layouts.images?.groups[key.group]?.first(where: { $0.name == key.name }) else {
      return
    }
    let top = draft.style.root.isEmpty ? "" : "/\(draft.style.root)"
    let platform = key.platform
    guard let layout = context.facts.layouts.tarball(draft.name) else { return }
    let folder = "\(context.locations.stage)/\(layout.stageFolder(on: platform))\(top)"
    let subject = try TemplateSubject(rule, on: platform, context.facts)
    let fileName = try context.facts.fileName(of: rule, subject)
    func add(_ file: String) throws -> StagedFile? {
      let path = try place.below(file)
      let origin = "\(folder)/\(path.text)"
      let request = SingleFile(
        source: Array(origin.utf8), path: path, fault: .data, stagedImage: "\(rule.name) for \(platform)")
      guard let found = try request.find(for: &draft, at: place, in: context) else { return nil }
      draft.addFile(found.file, found.status, at: path.bytes, place)
      return StagedFile(path: path, origin: origin, file: found.file)
    }
    let archive = try add(fileName)
    let tagFile = try add(ImageRule.tagFileName(of: fileName))
    draft.stagedImages += 1
    if archive == nil && tagFile == nil { return }
    try check(archive, tagFile, wanting: try context.facts.knownTag(of: subject), for: platform, &draft, place, context)
  }

  /// A file of a staged image, and where it goes.
  private struct StagedFile {
    let path: ArchivePath
    /// The path for messages, as the stage folder and the layout spell it.
    let origin: String
    let file: SourceFile

    func diagnostic(_ reason: String) -> Diagnostic { Diagnostic(.data, told(reason)) }

    func told(_ what: String) -> String { "\(path.text): staged image \(what)" }
  }

  /// Notes the mistakes of a staged image, as far as its files are there.
  private func check(
    _ archive: StagedFile?, _ tagFile: StagedFile?, wanting wanted: String?, for platform: Platform,
    _ draft: inout Draft, _ place: RulePlace, _ context: DraftContext
  ) throws {
    let tag = try tagFile.map { try StagedTag($0.file) }
    if let tagFile, let reason = tag?.reason(against: wanted) {
      draft.said.refuse(tagFile.diagnostic("\(escapedName(tagFile.file.path)): \(reason)"), at: place.origin)
    }
    guard let archive else { return }
    // The tag file's own tag goes first, so that an older image is told once.
    let image = StagedImage(archive.origin, spoolingNear: context.locations.stage)
    let findings = try image.findings(against: platform, tag: tag?.tag ?? wanted)
    for reason in findings.reasons { draft.said.refuse(archive.diagnostic(reason), at: place.origin) }
    draft.stagedImageWarnings += findings.warnings.map(archive.told)
  }
}

extension Facts {
  /// The tag that the run gives an image; nil when a variable of it is not known.
  fileprivate func knownTag(of subject: TemplateSubject) throws -> String? {
    do {
      return try value(of: .tag, subject)
    } catch let error as Diagnostic where error.fault == .usage {
      // A staged image needs no version, though its tarball may need one.
      return nil
    }
  }
}
