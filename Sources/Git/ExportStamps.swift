// The stamps that git archive writes into Kubernetes' hack/lib/version.sh (v1.9 and later) in place of $Format:...$,
// because the file has the attribute export-subst (gitattributes(5), "Creating an archive").

import Basics

/// The commit and the tag of an exported source tree.
struct ExportStamps: Equatable, Sendable {
  /// $Format:%H$: the commit's full name.
  let commit: String
  /// The first tag of $Format:%D$ that begins with "v"; nil when the commit has none.
  let version: String?

  /// The stamps in `script`; nil when they are not filled in. The script is searched, never run.
  init?(script: [UInt8]) {
    let lines = script.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    // if [[ '$Format:%%$' == "%" ]]; then
    guard lines.contains(where: { Self.quoted($0, after: "[[ ", before: #" == "%" ]]"#) == "%" }) else { return nil }
    // KUBE_GIT_COMMIT='$Format:%H$'
    let commits = lines.compactMap { Self.quoted($0, after: "KUBE_GIT_COMMIT=", before: "") }
    guard let commit = commits.first, !commit.isEmpty, commit.utf8.allSatisfy(\.isLowerHexDigit) else { return nil }
    self.commit = commit
    // if [[ '$Format:%D$' =~ tag:\ (v[^ ,]+) ]]; then
    let references = lines.compactMap { Self.quoted($0, after: "[[ ", before: " =~ tag:") }
    version = references.first.flatMap(Self.versionTag)
  }

  /// The part of a line between `prefix` with a quote and, later, a quote with `suffix`.
  private static func quoted(_ line: String, after prefix: String, before suffix: String) -> String? {
    guard let start = line.utf8.firstRange(of: "\(prefix)'".utf8)?.upperBound,
      let end = line.utf8[start...].firstRange(of: "'\(suffix)".utf8)?.lowerBound
    else { return nil }
    return String(line[start..<end])
  }

  /// The tag in "HEAD -> release-1.8, tag: v1.8.3, origin/release-1.8".
  private static func versionTag(in references: String) -> String? {
    let names = references.utf8.split { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: " ") }.map { String($0) ?? "" }
    let tags = zip(names, names.dropFirst()).filter { $0.0 == "tag:" }.map(\.1)
    return tags.first { $0.utf8.count > 1 && $0.utf8.starts(with: "v".utf8) }
  }
}
