// The platform as documents spell it: in the descriptors of an index, where it may be missing, and in configs, where it
// is often incomplete (OCI image-spec, image-index.md, `platform`, and config.md).

import Basics
import JSON

/// The words of a platform that a document has; an empty word counts as missing.
struct PlatformWords: Equatable, Sendable {
  let os: String?
  let architecture: String?
  let variant: String?
  let osVersion: String?

  /// The words among the members of `field`.
  init(_ field: DocumentField) throws(ImageError) {
    os = try Self.word("os", of: field)
    architecture = try Self.word("architecture", of: field)
    variant = try Self.word("variant", of: field)
    osVersion = try Self.word("os.version", of: field)
  }

  /// The platform; nil when system or architecture is missing.
  var platform: Platform? {
    guard let os, let architecture else { return nil }
    return Platform(os: os, architecture: architecture, variant: variant, osVersion: osVersion)
  }

  /// The platform, with missing words taken from `other`: variant and version only where system and architecture are
  /// the same.
  ///
  /// Throws when system or architecture is missing in both; `place` is the document in that error.
  func filled(from other: Platform?, in place: String) throws(ImageError) -> Platform {
    guard let os = os ?? other?.os else { throw ImageError(place, "os", Self.missing) }
    guard let architecture = architecture ?? other?.architecture else {
      throw ImageError(place, "architecture", Self.missing)
    }
    let isSame = other?.os == os && other?.architecture == architecture
    return Platform(
      os: os, architecture: architecture, variant: variant ?? (isSame ? other?.variant : nil),
      osVersion: osVersion ?? (isSame ? other?.osVersion : nil))
  }

  private static let wanted = "expected letters, digits, '.', '_' and '-'"
  private static let missing = "\(wanted), found nothing"

  /// The member at `key`: letters, digits, '.', '_' and '-', for words of platforms stand in messages and lists.
  private static func word(_ key: String, of field: DocumentField) throws(ImageError) -> String? {
    guard let field = try field.member(key) else { return nil }
    let text = try field.string()
    let isWord = text.utf8.allSatisfy { $0.isLetterOrDigit || "._-".utf8.contains($0) }
    if !isWord { throw field.error("\(wanted), found \(quoted(text))") }
    return text.isEmpty ? nil : text
  }
}

extension Platform {
  /// The platform that `field` spells, with system and architecture.
  init(_ field: DocumentField) throws(ImageError) {
    self = try PlatformWords(field).filled(from: nil, in: field.place)
  }

  var json: JSONLiteral {
    let more = [("variant", variant), ("os.version", osVersion)]
    return .object(
      [("architecture", .string(architecture)), ("os", .string(os))]
        + more.compactMap { key, word in word.map { (key, .string($0)) } })
  }
}
