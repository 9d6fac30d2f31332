// The formats of packages, and the words that layouts have for what all formats can say.

import Basics

/// A format of packages.
package enum PackageFormat: String, CaseIterable, Sendable {
  /// Debian's (deb(5)).
  case deb
  /// That of Fedora, SUSE and others (rpm's manual, "RPM V4 Package format").
  case rpm

  /// The end of its file names.
  package var suffix: String { ".\(rawValue)" }

  /// Why `name` cannot be that of a package; nil when it can (deb-control(5), "Package"; rpm's build/parsePreamble.c,
  /// ALLOWED_CHARS_NAME).
  package func reasonAgainst(name: String) -> String? {
    let bytes = Array(name.utf8)
    switch self {
    case .deb:
      let isRight = bytes.allSatisfy { $0.isLowerOrDigit || Array("+-.".utf8).contains($0) }
      if bytes.count > 1 && isRight && bytes.first?.isLowerOrDigit == true { return nil }
      return "expected a name of two or more small letters, digits, '+', '-' and '.' that begins with a letter or digit"
    case .rpm:
      let isRight = bytes.allSatisfy { $0.isLetterOrDigit || Array("+-._".utf8).contains($0) }
      if bytes.first?.isLetterOrDigit == true && isRight { return nil }
      return "expected a name of letters, digits, '+', '-', '.' and '_' that begins with a letter or digit"
    }
  }
}

/// A text that a package says of itself.
package enum PackageText: String, CaseIterable, Sendable {
  case maintainer, vendor, summary, description, homepage, license, section, priority
}

/// How a package is related to others.
package enum PackageRelation: String, CaseIterable, Sendable {
  case depends, preDepends, recommends, suggests, enhances, conflicts, breaks, provides, replaces

  /// Whether one of several packages may be enough.
  package var hasAlternatives: Bool {
    switch self {
    case .depends, .preDepends, .recommends, .suggests, .enhances: true
    case .conflicts, .breaks, .provides, .replaces: false
    }
  }
}

/// When a script of a package runs.
package enum PackageScript: String, CaseIterable, Sendable {
  case preInstall, postInstall, preRemove, postRemove
}

/// What a file of a package is for.
package enum PackageMark: String, CaseIterable, Sendable {
  /// A file that people change, which an update leaves as it is.
  case config
  /// A file that people change, which an update replaces.
  case replacedConfig
  case docs, licenseFiles
}

extension UInt8 {
  /// Whether it is a small letter or a digit of ASCII.
  fileprivate var isLowerOrDigit: Bool { isLetterOrDigit && !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }
}
