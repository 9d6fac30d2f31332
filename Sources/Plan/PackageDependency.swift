// What a package says of another: a name and perhaps a version, or several of which one is enough. Layouts write it as
// Debian does (deb-control(5)) or as rpm does.

import Basics
import Layout

/// One package that another one depends on, or is otherwise related to.
package struct PackageDependency: Equatable, Sendable {
  /// How its version compares.
  package enum Comparison: String, CaseIterable, Sendable {
    case earlier = "<<"
    case atMost = "<="
    case exactly = "="
    case atLeast = ">="
    case later = ">>"

    /// What rpm writes for it, and layouts may.
    package var ofRPM: String {
      switch self {
      case .earlier: "<"
      case .later: ">"
      case .atMost, .exactly, .atLeast: rawValue
      }
    }

    fileprivate init?(_ text: Substring.UTF8View) {
      let all = Self.allCases.first { text.elementsEqual($0.rawValue.utf8) || text.elementsEqual($0.ofRPM.utf8) }
      guard let all else { return nil }
      self = all
    }
  }

  /// A comparison with a version.
  package struct Bound: Equatable, Sendable {
    package let comparison: Comparison
    package let version: String
  }

  package let name: String
  package let bound: Bound?

  /// The packages of `text`, of which one is enough: "a (>= 1) | b" or "a >= 1". Throws a `Diagnostic` for what no
  /// package of the format can say.
  static func alternatives(_ text: String, in format: PackageFormat) throws(Diagnostic) -> [PackageDependency] {
    var all: [PackageDependency] = []
    for part in text.split(separator: "|", omittingEmptySubsequences: false) {
      guard let dependency = PackageDependency(part, in: format) else {
        throw Diagnostic(
          .usage,
          "expected a package such as \"name\" or \"name (>= 1.2)\" in a \(format.rawValue), found \(quoted(text))")
      }
      all.append(dependency)
    }
    return all
  }

  /// The same for one kind of relation. Only what a package wants has alternatives (dpkg's lib/dpkg/fields.c,
  /// `f_dependency`), and what a deb provides has a version or none (deb-control(5), "Provides").
  static func alternatives(
    _ text: String, _ relation: PackageRelation, in format: PackageFormat
  ) throws(Diagnostic) -> [PackageDependency] {
    let all = try alternatives(text, in: format)
    if all.count > 1 && !relation.hasAlternatives {
      throw Diagnostic(.usage, "expected one package, without alternatives, found \(quoted(text))")
    }
    if format == .deb, relation == .provides, let bound = all[0].bound, bound.comparison != .exactly {
      throw Diagnostic(.usage, "expected \"name\" or \"name (= 1.2)\" in what a deb provides, found \(quoted(text))")
    }
    return all
  }

  private init?(_ text: Substring, in format: PackageFormat) {
    var words = text.split(whereSeparator: { $0 == " " || $0 == "\t" })
    // "name(>= 1)": what is no comparison in parentheses is a part of the name.
    if let open = text.lastIndex(of: "("), text.last(where: { $0 != " " }) == ")" {
      let inner = text[text.index(after: open)...].drop { $0 == " " }
      if let first = inner.first, "<=>".contains(first) {
        let end = inner.lastIndex(of: ")") ?? inner.endIndex
        let sign = inner[..<end].prefix { "<=>".contains($0) }
        let rest = inner[sign.endIndex..<end].split(separator: " ")
        words = text[..<open].split(separator: " ") + [sign] + rest
      }
    }
    guard let name = words.first, Self.isName(name, in: format) else { return nil }
    self.name = String(name)
    switch words.count {
    case 1: bound = nil
    case 3:
      guard let comparison = Comparison(words[1].utf8), Self.isVersion(words[2], in: format) else { return nil }
      bound = Bound(comparison: comparison, version: String(words[2]))
    default: return nil
    }
  }

  private static func isName(_ name: Substring, in format: PackageFormat) -> Bool {
    switch format {
    // With an architecture, such as "python3:any" (deb-control(5), "Depends").
    case .deb:
      let parts = name.split(separator: ":", omittingEmptySubsequences: false)
      return parts.count <= 2 && format.reasonAgainst(name: String(parts[0])) == nil
        && parts.dropFirst().allSatisfy {
          !$0.isEmpty && $0.utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") }
        }
    // A file or what a package provides may be named too.
    case .rpm:
      // What begins with a parenthesis is a condition of several packages, and a sign is of a comparison.
      if name.utf8.first == UInt8(ascii: "(") || !name.utf8.contains(where: \.isLetterOrDigit) { return false }
      return name.utf8.allSatisfy { (0x21...0x7E).contains($0) && !Array(",<=>".utf8).contains($0) }
        && name.utf8.count { $0 == UInt8(ascii: "(") } == name.utf8.count { $0 == UInt8(ascii: ")") }
    }
  }

  private static func isVersion(_ version: Substring, in format: PackageFormat) -> Bool {
    let others = Array((format == .deb ? ".+~:-" : "._+~^:-").utf8)
    let isRight = !version.isEmpty && version.utf8.allSatisfy { $0.isLetterOrDigit || others.contains($0) }
    guard isRight else { return false }
    // An epoch, a version and a revision, of which only the version must be there (deb-version(7)).
    var rest = version
    if let colon = rest.firstIndex(of: ":") {
      guard Int32(rest[..<colon]) != nil, rest[..<colon].utf8.allSatisfy(\.isDigit) else { return false }
      rest = rest[rest.index(after: colon)...]
    }
    if let dash = rest.lastIndex(of: "-") {
      if rest[rest.index(after: dash)...].isEmpty { return false }
      rest = rest[..<dash]
      // The release of an rpm has no "-" of its own, nor has the version.
      if format == .rpm && rest.contains("-") { return false }
    }
    if format == .rpm && rest.contains(":") { return false }
    return format == .rpm ? rest.utf8.first?.isLetterOrDigit == true : rest.utf8.first?.isDigit == true
  }
}
