// The name of an image: registry, repository, tag, digest. The grammar and the defaults are those of
// distribution/reference: "x" means "docker.io/library/x:latest".

import Basics

/// The name of an image, with what its short form leaves out filled in.
package struct Reference: Hashable, Sendable, CustomStringConvertible {
  /// The registry, such as "docker.io", "localhost:5000" or "[2001:db8::1]:5000".
  package let domain: String
  /// The repository within it, such as "library/busybox".
  package let path: String
  /// The tag; "latest" when neither tag nor digest was given.
  package let tag: String?
  package let digest: ImageDigest?

  /// The most characters of a tag, and of domain and path together.
  private static let longestTag = 128
  private static let longestName = 255

  /// The reference that `text` spells.
  package init(_ text: String) throws(ReferenceError) {
    var rest = text.utf8[...]
    var digest: ImageDigest?
    if let at = rest.firstIndex(of: UInt8(ascii: "@")) {
      digest = ImageDigest(String(rest[at...].dropFirst()) ?? "")
      if digest == nil { throw ReferenceError(text: text) }
      rest = rest[..<at]
    }
    let lastSlash = rest.lastIndex(of: UInt8(ascii: "/")) ?? rest.startIndex
    var tag: String?
    if let colon = rest[lastSlash...].lastIndex(of: UInt8(ascii: ":")) {
      tag = String(rest[colon...].dropFirst()) ?? ""
      rest = rest[..<colon]
    }
    let (domain, path) = Self.split(String(rest) ?? "")
    guard Self.isDomain(domain), Self.isPath(path), domain.utf8.count + path.utf8.count < Self.longestName,
      tag.map(Self.isTag) ?? true
    else { throw ReferenceError(text: text) }
    self.domain = domain
    self.path = path
    self.tag = tag ?? (digest == nil ? "latest" : nil)
    self.digest = digest
  }

  /// The whole name: "docker.io/library/busybox:latest".
  package var description: String { "\(name)\(suffix)" }

  /// The name as Docker shows it: without "docker.io/" and "library/".
  package var familiar: String { "\(familiarName)\(suffix)" }

  /// Registry and repository: "docker.io/library/busybox".
  package var name: String { "\(domain)/\(path)" }

  /// Registry and repository as Docker shows them, "busybox"; whole where the short form would mean another image.
  package var familiarName: String {
    guard domain == Self.hub else { return name }
    let library = "library/"
    let rest = path.utf8.starts(with: library.utf8) ? String(path.dropFirst(library.count)) : path
    let short = rest.utf8.contains(UInt8(ascii: "/")) ? path : rest
    return Self.split(short) == (domain, path) ? short : name
  }

  /// Whether an image of the name `stored` can be what this name asks for: a name with a digest needs no tag. The
  /// image's own digest is not compared.
  package func canMean(_ stored: Reference) -> Bool {
    if self == stored { return true }
    guard digest != nil, stored.digest == nil || stored.digest == digest else { return false }
    return stored.name == name && (tag == nil || stored.tag == tag)
  }

  private var suffix: String { "\(tag.map { ":\($0)" } ?? "")\(digest.map { "@\($0)" } ?? "")" }

  private static let hub = "docker.io"

  /// Whether `text` can be a tag: `[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}`.
  package static func isTag(_ text: String) -> Bool {
    guard let first = text.utf8.first, isWord(first), text.utf8.count <= longestTag else { return false }
    return text.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
  }

  /// The first part is a registry when it has a dot or a port in it, or is "localhost".
  private static func split(_ name: String) -> (domain: String, path: String) {
    let bytes = name.utf8
    guard let slash = bytes.firstIndex(of: UInt8(ascii: "/")) else { return (hub, "library/\(name)") }
    let first = String(bytes[..<slash]) ?? ""
    let isDomain = first == "localhost" || first.utf8.contains { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") }
    guard isDomain else { return (hub, name) }
    let rest = String(bytes[slash...].dropFirst()) ?? ""
    guard first == hub || first == "index.docker.io" else { return (first, rest) }
    return (hub, rest.utf8.contains(UInt8(ascii: "/")) ? rest : "library/\(rest)")
  }

  /// A host, or an IPv6 address in brackets, and perhaps a port.
  private static func isDomain(_ text: String) -> Bool {
    if text.utf8.first == UInt8(ascii: "[") { return isAddress(text.utf8.dropFirst()) }
    let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count <= 2, let host = parts.first, !host.isEmpty else { return false }
    if parts.count == 2, parts[1].isEmpty || !parts[1].allSatisfy(\.isDigit) { return false }
    return host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
      guard let first = label.first, let last = label.last else { return false }
      return first != UInt8(ascii: "-") && last != UInt8(ascii: "-")
        && label.allSatisfy { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "-") }
    }
  }

  /// Whether `text` is what follows the bracket of `\[[a-fA-F0-9:]+\](:[0-9]+)?` (distribution/reference, regexp.go,
  /// "ipv6address"): an address without a zone.
  private static func isAddress(_ text: Substring.UTF8View) -> Bool {
    guard let end = text.firstIndex(of: UInt8(ascii: "]")) else { return false }
    let (address, rest) = (text[..<end], text[end...].dropFirst())
    guard !address.isEmpty, address.allSatisfy({ $0.hexDigitValue != nil || $0 == UInt8(ascii: ":") }) else {
      return false
    }
    let port = rest.dropFirst()
    return rest.isEmpty || rest.first == UInt8(ascii: ":") && !port.isEmpty && port.allSatisfy(\.isDigit)
  }

  private static func isPath(_ text: String) -> Bool {
    text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy(isComponent)
  }

  /// Lower-case letters and digits, and between them one dot, one or two underscores, or dashes.
  private static func isComponent(_ part: Substring.UTF8View) -> Bool {
    var separator: [UInt8] = []
    guard let first = part.first, let last = part.last, isLowerOrDigit(first), isLowerOrDigit(last) else {
      return false
    }
    for byte in part {
      if isLowerOrDigit(byte) {
        separator = []
        continue
      }
      separator.append(byte)
      let isDashes = separator.allSatisfy { $0 == UInt8(ascii: "-") }
      if !isDashes && ![".", "_", "__"].contains(where: { separator.elementsEqual($0.utf8) }) { return false }
    }
    return true
  }

  private static func isLowerOrDigit(_ byte: UInt8) -> Bool { byte.isLowerLetter || byte.isDigit }
  private static func isWord(_ byte: UInt8) -> Bool { byte.isLetterOrDigit || byte == UInt8(ascii: "_") }
}

/// A text that is not the name of an image.
package struct ReferenceError: Error, Equatable, Sendable, CustomStringConvertible {
  package let text: String

  package init(text: String) { self.text = text }

  package var description: String { "expected the name of an image such as \"busybox:1.36\"" }
}

extension [String] {
  /// Those of the names that are references; no image can be asked for by another one.
  var references: [Reference] { compactMap { try? Reference($0) } }
}
