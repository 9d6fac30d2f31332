// Versions in packages. A pre-release sorts before its release by a "~"; "-" stands before the release of the package
// alone (deb-version(7); rpm's doc/manual/dependencies.md).

import Basics
import Layout

/// The version and the release of a package in a format.
enum PackageVersion {
  /// The version that a package of the version `text` has: "v1.8.0-beta.1" gives "1.8.0~beta.1".
  ///
  /// The first "-" before any "+" becomes "~", all others ".". Throws a `Diagnostic` for a character that the format
  /// does not take.
  static func version(_ text: String, in format: PackageFormat) throws(Diagnostic) -> String {
    var bytes = Array(text.utf8)[...]
    if bytes.first == UInt8(ascii: "v"), bytes.dropFirst().first?.isDigit == true { bytes = bytes.dropFirst() }
    let build = bytes.firstIndex(of: UInt8(ascii: "+")) ?? bytes.endIndex
    let hyphen = bytes[..<build].firstIndex(of: UInt8(ascii: "-"))
    var version = Array(bytes)
    for index in bytes.indices where bytes[index] == UInt8(ascii: "-") {
      version[index - bytes.startIndex] = UInt8(ascii: index == hyphen ? "~" : ".")
    }
    let result = String(decoding: version, as: UTF8.self)
    try check(result, of: text, as: "version", in: format)
    if format == .deb && version.first?.isDigit != true {
      throw Diagnostic(.usage, "version \(quoted(text)): expected a digit at the start of the version of a deb")
    }
    return result
  }

  /// The release of a package; throws a `Diagnostic` for a character that the format does not take.
  static func release(_ text: String, in format: PackageFormat) throws(Diagnostic) -> String {
    try check(text, of: text, as: "release", in: format)
    return text
  }

  /// deb-version(7); rpm's build/parsePreamble.c, ALLOWED_CHARS_VERREL.
  private static func check(
    _ version: String, of text: String, as what: String, in format: PackageFormat
  ) throws(Diagnostic) {
    let others = format == .deb ? [".", "+", "~"] : [".", "_", "+", "~", "^"]
    let allowed = others.joined().utf8
    if !version.isEmpty && version.utf8.allSatisfy({ $0.isLetterOrDigit || allowed.contains($0) }) { return }
    let words = others.dropLast().map { "'\($0)'" }.joined(separator: ", ") + " and '\(others.last ?? "")'"
    throw Diagnostic(
      .usage, "\(what) \(quoted(text)): expected letters, digits, \(words) in the \(what) of a \(format.rawValue)")
  }
}
