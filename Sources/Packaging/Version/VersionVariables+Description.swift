// How a description by git becomes a semantic version, and that its major and minor numbers.
// Kubernetes v1.7, hack/lib/version.sh, kube::version::get_version_vars.

extension VersionVariables {
  /// These variables with the version made semantic, "-dirty" added for a dirty tree, and the numbers taken from it.
  ///
  /// A version without numbers of its own, or none, leaves major and minor as they are.
  func settled() -> VersionVariables {
    guard let version else { return self }
    let semantic = Self.semanticVersion(of: version) + (treeState == "dirty" ? "-dirty" : "")
    let numbers = Self.numbers(of: semantic)
    return VersionVariables(
      commit: commit, treeState: treeState, version: semantic, major: numbers?.major ?? major,
      minor: numbers?.minor ?? minor)
  }

  /// `description` with the distance from its tag as build metadata; without a distance, as it is.
  ///
  /// With three dashes in it, TAG-N-gHASH becomes TAG.N+HASH (v1.1.0-alpha.0-6-g84c76d1142ea4d); with two, TAG-gHASH
  /// becomes TAG+HASH (v1.1.0-1-g84c76d1142ea4d). HASH has exactly 14 digits.
  static func semanticVersion(of description: String) -> String {
    let bytes = Array(description.utf8)
    let dash = UInt8(ascii: "-")
    let hash = bytes.suffix(14)
    let tagged = bytes.dropLast(16)
    guard tagged.count + 16 == bytes.count, bytes[tagged.endIndex...].starts(with: "-g".utf8),
      hash.allSatisfy(\.isLowerHexDigit)
    else { return description }
    switch bytes.count(where: { $0 == dash }) {
    case 2:
      return String(decoding: tagged + "+".utf8 + hash, as: UTF8.self)
    case 3:
      let tag = tagged.dropLast(tagged.reversed().prefix(while: \.isDigit).count)
      let distance = tagged[tag.endIndex...]
      guard !distance.isEmpty, tag.last == dash else { return description }
      return String(decoding: tag.dropLast() + ".".utf8 + distance + "+".utf8 + hash, as: UTF8.self)
    default:
      return description
    }
  }

  /// The numbers of a version that matches `^v([0-9]+)\.([0-9]+)(\.[0-9]+)?([-].*)?$`, the minor one with a "+" when
  /// the last group is there; nil for all else.
  static func numbers(of version: String) -> (major: String, minor: String)? {
    var rest = Array(version.utf8)[...]
    guard let major = takeNumber(after: "v", &rest), let minor = takeNumber(after: ".", &rest) else { return nil }
    _ = takeNumber(after: ".", &rest)
    guard rest.isEmpty || rest.first == UInt8(ascii: "-") else { return nil }
    return (major, minor + (rest.isEmpty ? "" : "+"))
  }

  /// Takes `prefix` and the digits after it from the front of `rest`; nil, and takes nothing, when one is missing.
  private static func takeNumber(after prefix: Unicode.Scalar, _ rest: inout ArraySlice<UInt8>) -> String? {
    guard rest.first == UInt8(ascii: prefix) else { return nil }
    let digits = rest.dropFirst().prefix(while: \.isDigit)
    guard !digits.isEmpty else { return nil }
    rest = rest[digits.endIndex...]
    return String(decoding: digits, as: UTF8.self)
  }
}
