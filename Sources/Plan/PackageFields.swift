// What a package says of itself in one format: a noun of plans, with nothing left to fill in.

package import Layout

/// The facts of one package.
package struct PackageFields: Equatable, Sendable {
  /// The related packages of one kind: each time one of several.
  package struct Relation: Equatable, Sendable {
    package let kind: PackageRelation
    package let dependencies: [[PackageDependency]]
  }

  package let format: PackageFormat
  package let name: String
  package let version: String
  package let release: String
  package let epoch: UInt32?
  /// In the words of the format.
  package let architecture: String
  package internal(set) var texts: [PackageText: String] = [:]
  /// In the order of `PackageRelation`.
  package internal(set) var relations: [Relation] = []
  /// The paths below the root of files that it owns and does not have, sorted.
  package internal(set) var ghosts: [[UInt8]] = []
  /// The contents of its scripts.
  package internal(set) var scripts: [PackageScript: [UInt8]] = [:]
  /// The paths below the root of its files that are for something, by what that is.
  package internal(set) var marks: [PackageMark: Set<[UInt8]>] = [:]
  /// The name of its file.
  package internal(set) var fileName = ""

  init(
    _ format: PackageFormat, name: String, version: String, release: String, epoch: UInt32?, architecture: String
  ) {
    (self.format, self.name, self.version, self.release) = (format, name, version, release)
    (self.epoch, self.architecture) = (epoch, architecture)
  }

  /// The summary in one line, and what the description says beside it.
  package var described: (summary: String, more: [Substring]) {
    let lines = (texts[.description] ?? "").split(separator: "\n", omittingEmptySubsequences: false)
    var more = texts[.summary] == nil ? lines.dropFirst() : lines[...]
    while more.last?.isEmpty == true { more.removeLast() }
    return (texts[.summary] ?? lines.first.map(String.init) ?? "", Array(more))
  }

  /// Version and release, with the epoch before them.
  package var fullVersion: String { "\(epoch.map { "\($0):" } ?? "")\(version)-\(release)" }
}
