// The archive of an image in the stage folder, NAME.tar, which goes into a tarball as it stands. It is checked against
// what the tarball says, because else the error is seen only when an engine loads it.

import Basics
import Files
import Image

/// The archive of a staged image.
struct StagedImage {
  /// The advice for an image that is not the release's.
  static let remedy = "make it anew with `kpack images` or from bases"

  private let path: String
  private let spoolFolder: String

  /// The archive at `path`. A compressed one is unpacked near `spoolFolder` to be read.
  init(_ path: String, spoolingNear spoolFolder: String) {
    self.path = path
    self.spoolFolder = spoolFolder
  }

  /// Findings about the archive, each with the path before it.
  struct Findings {
    /// Reasons to refuse it; empty when it is taken.
    var reasons: [String] = []
    /// Faults that do no harm to a reader that reads it as tar does.
    var warnings: [String] = []
  }

  /// The reasons why it is no image for `platform` with the tag `tag`, and warnings.
  ///
  /// Variants may differ unless `platform` says one, and a nil `tag` allows any tag. Registry and repository of the names are not compared. The
  /// documents are verified; layers must be there, and are not read.
  func findings(against platform: Platform, tag: String?) throws -> Findings {
    do {
      let source = try ImageSources.open(path, spoolingNear: spoolFolder)
      return Findings(reasons: try reasons(in: source, against: platform, tag: tag), warnings: source.warnings)
    } catch let error as ImageError {
      return Findings(reasons: ["\(error): \(Self.remedy)"])
    }
  }

  private func reasons(in source: any ImageSource, against platform: Platform, tag: String?) throws -> [String] {
    let images = try source.images()
    if images.isEmpty { return [told("holds no image")] }
    var reasons: [String] = []
    let suitable = images.filter { Self.suits($0.platform, platform) }
    if suitable.isEmpty {
      let found = Self.list(images.map { "\($0.platform)" })
      reasons.append(told("is for \(found), wanted is \(platform)"))
    }
    let candidates = suitable.isEmpty ? images : suitable
    let named = candidates.filter { $0.hasName(withTag: tag) }
    if named.isEmpty { reasons.append(told(Self.misnamed(candidates, tag))) }
    for image in named.isEmpty ? candidates : named {
      if let reason = try missing(of: image, in: source) { reasons.append(reason) }
    }
    return reasons
  }

  /// Whether an image for `found` runs on `platform`, as far as that says a variant.
  private static func suits(_ found: Platform, _ platform: Platform) -> Bool {
    if found.withoutVariant != platform.withoutVariant { return false }
    guard platform.variant != nil, found.variant != nil, let variant = found.normalized.variant else { return true }
    return !platform.lacks(armVariant: variant)
  }

  private func told(_ reason: String) -> String { "\(escapedName(path.utf8)): \(reason): \(Self.remedy)" }

  /// The missing layers of an image, if any.
  private func missing(of image: SourceImage, in source: any ImageSource) throws -> String? {
    do {
      try source.checkPresence(ofLayersOf: image)
      return nil
    } catch let error as ImageError {
      return "\(error): \(Self.remedy)"
    }
  }

  private static func misnamed(_ images: [SourceImage], _ tag: String?) -> String {
    let names = images.flatMap(\.names)
    let wanted = tag.map { "a name with the tag \($0)" } ?? "a name with a tag"
    return names.isEmpty ? "has no name, wanted is \(wanted)" : "is named \(list(names)), wanted is \(wanted)"
  }

  /// The first few of `items`, each once.
  private static func list(_ items: [String]) -> String {
    var known: Set<String> = []
    return items.filter { known.insert($0).inserted }.map { escapedName($0.utf8) }.firstFew
  }
}

extension SourceImage {
  /// Whether one of the names has the tag `tag`, or any tag when that is nil.
  ///
  /// A name of one word is a tag alone, as OCI archives have it (OCI image-spec, annotations.md,
  /// `org.opencontainers.image.ref.name`).
  fileprivate func hasName(withTag tag: String?) -> Bool {
    let tags = names.compactMap { name in
      // A name that is no reference cannot be used by an engine.
      Reference.isTag(name) ? name : (try? Reference(name))?.tag
    }
    return tag.map { tags.contains($0) } ?? !tags.isEmpty
  }
}

/// The text of the file with the tag of a staged image.
struct StagedTag {
  /// The text without white space at its end; nil when it is too long for a tag.
  private let text: [UInt8]?

  /// Enough for the longest tag, 128 bytes, and white space after it.
  private static let largestFile: Int64 = 4096

  /// Reads the file.
  init(_ file: SourceFile) throws {
    guard file.identity.size <= Self.largestFile,
      let bytes = try file.part(from: 0, count: UInt64(clamping: file.identity.size))
    else {
      text = nil
      return
    }
    text = Array(bytes.reversed().drop { $0 == UInt8(ascii: " ") || (0x09...0x0D).contains($0) }.reversed())
  }

  /// The tag; nil when the file has none.
  var tag: String? { text.flatMap { String(validating: $0, as: UTF8.self) }.flatMap { Reference.isTag($0) ? $0 : nil } }

  /// Why an image with this tag is not one of the release, whose tag is `wanted`; nil when it is. Without a version the
  /// tag is not known, and any tag will do.
  func reason(against wanted: String?) -> String? {
    guard let tag else { return "expected a tag\(wanted.map { " such as \($0)" } ?? ""), found \(found)" }
    guard let wanted, wanted != tag else { return nil }
    return "is tagged \(tag), wanted is \(wanted): \(StagedImage.remedy), or give the --version that it is of"
  }

  private var found: String {
    guard let text else { return "more than \(Self.largestFile) bytes" }
    return text.isEmpty ? "nothing" : "\"\(escapedName(text.prefix(100)))\"\(text.count > 100 ? "..." : "")"
  }
}
