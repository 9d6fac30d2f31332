// Names that programs use for files with passwords, tokens and private keys: such a file in a release is seldom meant.

import Archive
import Basics

/// Finds files of one archive that have names of files with secrets.
enum SecretNames {
  /// One warning for all of them; `renamed` are the paths of files whose sources have such names. Nil when there are
  /// none.
  static func warning(of entries: TarEntryList, _ renamed: [[UInt8]], in fileName: String) -> String? {
    let found = (0..<entries.count).filter { entries.kind(at: $0) == .file && isOne(entries.name(at: $0)) }
    if found.isEmpty && renamed.isEmpty { return nil }
    let names = NameSample(found.map { entries.name(at: $0) } + renamed.map { $0[...] })
    return "\(fileName): \(names): named as files with secrets are; `exclude` leaves out what is not meant to be there"
  }

  /// Whether programs keep secrets in a file of this path.
  static func isOne(_ path: ArraySlice<UInt8>) -> Bool {
    let slash = path.lastIndex(of: UInt8(ascii: "/"))
    let name = slash.map { path[($0 + 1)...] } ?? path
    if names.contains(Array(name)) || suffixes.contains(where: { ends(name, in: $0) }) { return true }
    if name.starts(with: ".env.".utf8) { return !samples.contains(Array(name.dropFirst(".env.".utf8.count))) }
    // With a slash before, because "a.aws/credentials" is another folder.
    return paths.contains { ends([UInt8(ascii: "/")] + path, in: $0) }
  }

  private static func ends(_ name: ArraySlice<UInt8>, in suffix: [UInt8]) -> Bool {
    name.suffix(suffix.count) == suffix[...]
  }

  /// Whole names.
  private static let names = Set(
    [
      ".env", ".git-credentials", ".netrc", "_netrc", ".npmrc", ".yarnrc.yml", ".pypirc", ".dockercfg", ".htpasswd",
      ".pgpass", ".my.cnf", ".mylogin.cnf", ".s3cfg", ".boto", ".vault-token", ".terraformrc", "terraform.tfstate",
      "credentials.tfrc.json", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "secring.gpg", "key.pem", "privkey.pem",
      "private.pem", ".bash_history", ".rhosts",
    ].map { Array($0.utf8) })
  /// Ends of names.
  private static let suffixes = [
    ".key", "-key.pem", ".p12", ".pfx", ".jks", ".keystore", ".ppk", ".kdbx", ".tfstate",
  ].map { Array($0.utf8) }
  /// Ends of paths.
  private static let paths = [
    ".aws/credentials", ".azure/accessTokens.json", ".cargo/credentials", ".cargo/credentials.toml",
    ".config/gcloud/application_default_credentials.json", ".config/gh/hosts.yml", ".docker/config.json",
    ".gem/credentials", ".hg/hgrc", ".kube/config", ".m2/settings.xml",
  ].map { Array("/\($0)".utf8) }
  /// Words after ".env." in the names of examples.
  private static let samples = Set(["dist", "example", "sample", "template"].map { Array($0.utf8) })
}

/// A few of many names, for messages.
struct NameSample: CustomStringConvertible {
  private static let most = 5

  let description: String

  /// The first names, escaped, and how many more there are.
  init(_ names: some Collection<some Collection<UInt8>>) {
    let shown = names.prefix(Self.most).map { escapedName($0) }.joined(separator: ", ")
    let left = names.count - Self.most
    description = left > 0 ? "\(shown) and \(left) more" : shown
  }
}

extension [String] {
  /// Up to ten warnings of one kind, then how many more `things` there are.
  package func told(as things: String) -> [String] {
    let left = count - 10
    return prefix(10) + (left > 0 ? ["... and \(left) more \(things)"] : [])
  }

  /// The warnings with the name of an archive before each.
  func of(_ archive: String) -> [String] { map { "\(archive): \($0)" } }
}

/// Finds names of one archive that are one name where a file system folds case or Unicode forms.
enum TwinNames {
  /// A warning for each pair. Only hashes of the folded names are kept, to save memory with a million names.
  static func warnings(of entries: TarEntryList, in fileName: String) -> [String] {
    var seen: Set<UInt64> = []
    var twins: Set<UInt64> = []
    for index in 0..<entries.count {
      let hash = foldedHash(entries.name(at: index))
      if !seen.insert(hash).inserted { twins.insert(hash) }
    }
    if twins.isEmpty { return [] }
    var firsts: [UInt64: [UInt8]] = [:]
    var warnings: [String] = []
    for index in 0..<entries.count {
      let name = Array(entries.name(at: index))
      let hash = foldedHash(name[...])
      guard twins.contains(hash) else { continue }
      if let first = firsts[hash] {
        warnings.append("\(escapedName(first)) and \(escapedName(name)) differ only in letter case or Unicode form")
      } else {
        firsts[hash] = name
      }
    }
    return warnings.told(as: "such pairs").of(fileName)
  }

  /// FNV-1a of the name in lower case and one Unicode form.
  private static func foldedHash(_ name: ArraySlice<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    let name = name.last == UInt8(ascii: "/") ? name.dropLast() : name
    func take(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    if name.allSatisfy({ $0 < 0x80 }) {
      for byte in name { take((0x41...0x5A).contains(byte) ? byte | 0x20 : byte) }
      return hash
    }
    let folded = String(decoding: name, as: UTF8.self).lowercased()
    if folded.utf8.allSatisfy({ $0 < 0x80 }) {
      for byte in folded.utf8 { take(byte) }
      return hash
    }
    // A Character compares by canonical equivalence, and so does its hash. It is stable only within a run, which is
    // enough here.
    var hasher = Hasher()
    hasher.combine(folded)
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }
}

/// Finds names of one archive that readers of a zip take in different ways. All names are UTF-8.
enum ZipNames {
  /// The warning that there are names with a backslash; nil when there are none.
  static func warning(of entries: TarEntryList, in fileName: String) -> String? {
    let names = (0..<entries.count).map { entries.name(at: $0) }.filter { $0.contains(UInt8(ascii: "\\")) }
    if names.isEmpty { return nil }
    return "\(fileName): \(NameSample(names)): readers of a zip on Windows take '\\' for '/'"
  }
}
