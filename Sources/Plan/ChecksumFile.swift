// A checksum file of a plan: where it stands, and which outputs it is about.

package import Basics
import Files
import Layout

/// A checksum file.
package struct ChecksumFile: Sendable {
  /// A file that it has a line for.
  package struct Member: Sendable {
    /// The number of its artifact in the plan.
    package let artifact: Int
    /// Its name, in the folder of the checksum file.
    package let name: String
  }

  package let place: Artifact.Place
  package let algorithm: ChecksumAlgorithm
  /// Sorted by the bytes of their names; at least one.
  package let members: [Member]
  /// Whether it is about all files of a folder; else it is the one beside its only member.
  package let isList: Bool
}

/// A rule for checksum files, with its variables filled in.
struct FilledChecksumRule: Sendable {
  /// Which files there are, and what is in each.
  enum Form: Sendable {
    case list(String)
    case beside(String)
  }

  let form: Form
  let algorithm: ChecksumAlgorithm

  /// Throws `Diagnostic` when a variable is not known, or the name is none for an output.
  init(_ rule: ChecksumRule, _ facts: Facts) throws {
    algorithm = rule.algorithm
    switch rule.form {
    case .beside(let end): form = .beside(end)
    case .list(let template):
      let name = try facts.fill(template, on: nil)
      let isOwn = name.utf8.starts(with: OutputFolder.temporaryPrefix.utf8) || name == OwnFile.record
      guard ArchivePath.isName(name) && !isOwn else {
        throw Diagnostic(.usage, "expected a file name, found \(quoted(name))")
      }
      form = .list(name)
    }
  }

  /// The names of its checksum files for files of these names.
  func names(for files: [String]) -> [String] {
    switch form {
    case .list(let name): [name]
    case .beside(let end): files.map { $0 + end }
    }
  }
}

extension ChecksumFile {
  /// The checksum files that `rules` give for the results among `artifacts`, folder by folder. What goes into the stage
  /// has none: it is for scripts, and changes with each run.
  static func all(
    by rules: [FilledChecksumRule], of artifacts: [Artifact], in locations: Locations
  ) -> [ChecksumFile] {
    var folders: [String] = []
    var members: [[UInt8]: [Member]] = [:]
    for (number, artifact) in artifacts.enumerated() where artifact.isResult {
      for place in artifact.places where artifact.image == nil || !isStaged(place, in: locations) {
        // By bytes: two different folders can have names that are equal as Unicode text.
        let folder = Array(place.folder.utf8)
        if members[folder] == nil { folders.append(place.folder) }
        members[folder, default: []].append(Member(artifact: number, name: place.name))
      }
    }
    return folders.flatMap { folder in
      let sorted = (members[Array(folder.utf8)] ?? []).sorted { bytesPrecede(Array($0.name.utf8), Array($1.name.utf8)) }
      return rules.flatMap { rule in files(by: rule, in: folder, sorted) }
    }
  }

  private static func files(by rule: FilledChecksumRule, in folder: String, _ members: [Member]) -> [ChecksumFile] {
    func file(_ name: String, _ members: [Member], isList: Bool) -> ChecksumFile {
      ChecksumFile(
        place: .init(folder: folder, name: name), algorithm: rule.algorithm, members: members, isList: isList)
    }
    switch rule.form {
    case .list(let name): return [file(name, members, isList: true)]
    case .beside(let end): return members.map { file($0.name + end, [$0], isList: false) }
    }
  }

  private static func isStaged(_ place: Artifact.Place, in locations: Locations) -> Bool {
    place.folder.utf8.starts(with: "\(locations.stage)/".utf8)
  }
}
