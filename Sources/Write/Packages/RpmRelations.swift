// How an rpm is related to others: what layouts say, what rpm needs to be able to read it, and what it is itself.

import Archive
import Basics
import Layout
import Plan

/// The relations of an rpm.
struct RpmRelations {
  /// One relation.
  private struct Relation: Hashable {
    let name: String
    let sense: UInt32
    let version: String
  }

  /// The three tags of a kind of relation.
  private enum Kind: CaseIterable {
    case require, provide, conflict, obsolete, recommend, suggest, enhance

    /// The tags of the name, the version and the flags.
    var tags: (RpmTag, RpmTag, RpmTag) {
      switch self {
      case .require: (RpmTag(1049), RpmTag(1050), RpmTag(1048))
      case .provide: (RpmTag(1047), RpmTag(1113), RpmTag(1112))
      case .conflict: (RpmTag(1054), RpmTag(1055), RpmTag(1053))
      case .obsolete: (RpmTag(1090), RpmTag(1115), RpmTag(1114))
      case .recommend: (RpmTag(5046), RpmTag(5047), RpmTag(5048))
      case .suggest: (RpmTag(5049), RpmTag(5050), RpmTag(5051))
      case .enhance: (RpmTag(5055), RpmTag(5056), RpmTag(5057))
      }
    }
  }

  /// What each relation of layouts is in an rpm, with the flags beside those of the version.
  private static func kind(of relation: PackageRelation) -> (Kind, RpmSense) {
    switch relation {
    case .depends: (.require, [])
    case .preDepends: (.require, .scriptPre)
    case .recommends: (.recommend, [])
    case .suggests: (.suggest, [])
    case .enhances: (.enhance, [])
    case .conflicts, .breaks: (.conflict, [])
    case .provides: (.provide, [])
    case .replaces: (.obsolete, [])
    }
  }

  /// The tag of a script's text and of its interpreter, and the flag of what the script needs.
  private static func tags(of script: PackageScript) -> (RpmTag, RpmTag, RpmSense) {
    switch script {
    case .preInstall: (RpmTag(1023), RpmTag(1085), .scriptPre)
    case .postInstall: (RpmTag(1024), RpmTag(1086), .scriptPost)
    case .preRemove: (RpmTag(1025), RpmTag(1087), .scriptPreUn)
    case .postRemove: (RpmTag(1026), RpmTag(1088), .scriptPostUn)
    }
  }

  /// Adds what `fields` says to a header.
  static func add(_ fields: PackageFields, haveCapabilities: Bool, to header: inout RpmHeader) {
    var relations: [Kind: [Relation]] = [:]
    var isRich = false
    for relation in fields.relations {
      let (kind, sense) = kind(of: relation.kind)
      for dependencies in relation.dependencies {
        isRich = isRich || dependencies.count > 1
        relations[kind, default: []].append(Self.relation(dependencies, sense))
      }
    }
    let version = fields.fullVersion
    relations[.provide, default: []] += [fields.name, isa(of: fields.architecture).map { fields.name + $0 }]
      .compactMap { $0 }.map { Relation(name: $0, sense: RpmSense.equal.rawValue, version: version) }
    for script in PackageScript.allCases {
      guard let bytes = fields.scripts[script] else { continue }
      let (text, program, sense) = tags(of: script)
      let words = interpreter(of: bytes)
      header[text] = .string(bytes)
      // Several words are a list (rpm's lib/rpmscript.c).
      header[program] = words.count == 1 ? .string(words[0]) : .strings(words)
      relations[.require, default: []].append(
        Relation(
          name: String(decoding: words[0], as: UTF8.self), sense: sense.union(.interpreter).rawValue, version: ""))
    }
    relations[.require, default: []] += features(of: fields, isRich: isRich, haveCapabilities: haveCapabilities)
    for kind in Kind.allCases {
      var seen: Set<Relation> = []
      let all = (relations[kind] ?? []).filter { seen.insert($0).inserted }
      let (name, version, flags) = kind.tags
      header[name] = .strings(all.map { Array($0.name.utf8) })
      header[version] = .strings(all.map { Array($0.version.utf8) })
      header[flags] = .int32(all.map(\.sense))
    }
  }

  private static func relation(_ dependencies: [PackageDependency], _ sense: RpmSense) -> Relation {
    guard dependencies.count == 1, let only = dependencies.first else {
      // "Boolean dependencies" (rpm's docs/manual/boolean_dependencies.md).
      let parts = dependencies.map { part in
        part.name + (part.bound.map { " \($0.comparison.ofRPM) \($0.version)" } ?? "")
      }
      return Relation(name: "(\(parts.joined(separator: " or ")))", sense: sense.rawValue, version: "")
    }
    let comparison: RpmSense =
      switch only.bound?.comparison {
      case nil: []
      case .earlier: .less
      case .atMost: [.less, .equal]
      case .exactly: .equal
      case .atLeast: [.greater, .equal]
      case .later: .greater
      }
    return Relation(name: only.name, sense: sense.union(comparison).rawValue, version: only.bound?.version ?? "")
  }

  /// The features of rpm that the package is read by, with the version of rpm that first had each (rpm's lib/rpmds.c).
  private static func features(of fields: PackageFields, isRich: Bool, haveCapabilities: Bool) -> [Relation] {
    let bounds = fields.relations.flatMap(\.dependencies).flatMap { $0 }.compactMap(\.bound?.version)
    let versions = ([fields.version, fields.release] + bounds).joined(separator: " ")
    let all = [
      ("CompressedFileNames", "3.0.4-1", true), ("PayloadFilesHavePrefix", "4.0-1", true),
      ("FileDigests", "4.6.0-1", true), ("FileCaps", "4.6.1-1", haveCapabilities),
      ("TildeInVersions", "4.10.0-1", versions.contains("~")),
      ("RichDependencies", "4.12.0-1", isRich), ("CaretInVersions", "4.15.0-1", versions.contains("^")),
    ]
    let sense = RpmSense([.rpmlib, .less, .equal]).rawValue
    return all.filter(\.2).map { Relation(name: "rpmlib(\($0.0))", sense: sense, version: $0.1) }
  }

  /// The words of the first line of a script, which begins with "#!"; the shell for an empty one.
  private static func interpreter(of script: [UInt8]) -> [[UInt8]] {
    let line = script.prefix { $0 != UInt8(ascii: "\n") }.dropFirst(2)
    let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
    return words.isEmpty ? [Array("/bin/sh".utf8)] : words.map { Array($0) }
  }

  /// What rpm adds to the name of a package for one architecture (rpm's macros, "_isa").
  private static func isa(of architecture: String) -> String? {
    switch architecture {
    case "x86_64": "(x86-64)"
    case "i686": "(x86-32)"
    case "aarch64": "(aarch-64)"
    case "armv5tel", "armv6hl", "armv7hl": "(\(architecture)-32)"
    case "ppc64", "ppc64le": "(ppc-64)"
    case "s390x": "(s390-64)"
    case "riscv64": "(riscv-64)"
    case "loongarch64": "(loongarch-64)"
    case "mips", "mipsel": "(mips-32)"
    case "mips64", "mips64el": "(mips-64)"
    default: nil
    }
  }
}
