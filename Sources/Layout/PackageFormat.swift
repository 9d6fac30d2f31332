// The formats of packages, and the words that layouts have for what all formats can say.

/// A format of packages.
package enum PackageFormat: String, CaseIterable, Sendable {
  /// Debian's (deb(5)).
  case deb
  /// That of Fedora, SUSE and others (rpm's manual, "RPM V4 Package format").
  case rpm

  /// The end of its file names.
  package var suffix: String { ".\(rawValue)" }
}

/// A text that a package says of itself.
package enum PackageText: String, CaseIterable, Sendable {
  case maintainer, vendor, summary, description, homepage, license, section, priority
}

/// How a package is related to others.
package enum PackageRelation: String, CaseIterable, Sendable {
  case depends, preDepends, recommends, suggests, enhances, conflicts, breaks, provides, replaces
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
