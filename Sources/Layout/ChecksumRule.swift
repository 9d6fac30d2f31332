// A rule for checksum files in release.json: a list of all files of a folder, or a file beside each.

package import Basics
import JSON

/// A rule for checksum files.
package struct ChecksumRule: Sendable {
  /// Which files there are, and what is in each.
  package enum Form: Sendable {
    /// One file of this name in each folder, with a line for each file there.
    case list(Template)
    /// One file for each file, which has this behind the name of that file, with the line for it.
    case beside(String)
  }

  package let form: Form
  package let algorithm: ChecksumAlgorithm
  /// The place of the rule; nil for one of those that hold without any.
  package let origin: RuleOrigin?

  /// The name of a list; nil for the files beside others.
  package var fileName: Template? { if case .list(let name) = form { name } else { nil } }

  /// Whether it is about all files of a folder.
  package var isList: Bool { fileName != nil }

  static let keys = ["file", "beside", "algorithm"]

  /// The rules of a release whose layouts have none.
  package static let usual = [
    ChecksumRule(form: .list(Template(literal: "SHA256SUMS")), algorithm: .sha256, origin: nil),
    ChecksumRule(form: .list(Template(literal: "SHA512SUMS")), algorithm: .sha512, origin: nil),
  ]

  /// The rules that `field` gives, with templates of `decoder`: an array of them, or false for none.
  static func rules(_ field: LayoutField, _ decoder: TemplateDecoder) -> [ChecksumRule] {
    if field.value.kind == .bool(false) { return [] }
    guard field.isArray, !field.isEmpty else {
      field.refuse("expected an array of checksum files, or false for none, found \(field.foundOrEmpty)")
      return []
    }
    return field.elements?.compactMap { rule($0, decoder) } ?? []
  }

  private static func rule(_ field: LayoutField, _ decoder: TemplateDecoder) -> ChecksumRule? {
    guard let object = field.object(Self.keys) else { return nil }
    let algorithm = object["algorithm"].map(Self.algorithm) ?? .sha256
    let form: Form?
    switch (object["file"], object["beside"]) {
    case (let file?, nil): form = fileName(file, decoder).map(Form.list)
    case (nil, let end?): form = nameEnd(end).map(Form.beside)
    case (let file, _):
      field.refuse("expected one of \"file\" and \"beside\", found \(file == nil ? "neither" : "both")")
      form = nil
    }
    guard let form, let algorithm else { return nil }
    return ChecksumRule(form: form, algorithm: algorithm, origin: field.origin)
  }

  private static func algorithm(_ field: LayoutField) -> ChecksumAlgorithm? {
    guard let name = field.string else { return nil }
    if let algorithm = ChecksumAlgorithm(rawValue: name) { return algorithm }
    field.refuse("expected \"sha256\" or \"sha512\", found \(field.found)")
    return nil
  }

  private static func fileName(_ field: LayoutField, _ decoder: TemplateDecoder) -> Template? {
    guard let name = decoder.path(field) else { return nil }
    if ArchivePath.isName(name.filled { _ in "x" }) { return name }
    field.refuse("expected a file name, without '/', found \(field.found)")
    return nil
  }

  private static func nameEnd(_ field: LayoutField) -> String? {
    guard let end = field.string else { return nil }
    let isLiteral = !end.utf8.contains(UInt8(ascii: "{"))
    if isLiteral && !end.isEmpty && ArchivePath.isName("x" + end) { return end }
    field.refuse("expected the end of a file name such as \".sha256\", without variables, found \(field.found)")
    return nil
  }
}

extension LayoutField {
  /// The value in few words, also that an array is an empty one.
  fileprivate var foundOrEmpty: String { isArray && isEmpty ? "an empty array" : found }
}
