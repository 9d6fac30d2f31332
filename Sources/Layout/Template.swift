// A string of a layout with variables in it, checked when the layout is read and filled in when the plan is made.

import Basics

/// A variable of templates, written in braces.
package enum Variable: String, CaseIterable, Sendable {
  case name, version, os, arch, registry, tag, releaseRegistry, releaseTag, md5
}

/// A string with variables: "{name}-{version}.tar.gz". "{{" is a brace.
package struct Template: Equatable, Sendable {
  /// A piece of a template.
  enum Part: Equatable, Sendable {
    case text(String)
    case variable(Variable)

    fileprivate var written: String {
      switch self {
      case .text(let text): text
      case .variable(let variable): "{\(variable.rawValue)}"
      }
    }
  }

  /// The string as written.
  package let text: String
  private let parts: [Part]

  /// The template that `text` spells.
  package init(_ text: String) throws(TemplateError) {
    self.text = text
    var parts: [Part] = []
    // By bytes: a brace and a combining mark after it are one Character.
    var rest = Array(text.utf8)[...]
    while let brace = rest.firstIndex(of: UInt8(ascii: "{")) {
      if brace > rest.startIndex { parts.append(.text(String(decoding: rest[..<brace], as: UTF8.self))) }
      rest = rest[brace...].dropFirst()
      if rest.first == UInt8(ascii: "{") {
        parts.append(.text("{"))
        rest = rest.dropFirst()
        continue
      }
      guard let end = rest.firstIndex(of: UInt8(ascii: "}")) else { throw .openBrace }
      let name = String(decoding: rest[..<end], as: UTF8.self)
      guard let variable = Variable(rawValue: name) else { throw .unknownVariable(name) }
      parts.append(.variable(variable))
      rest = rest[end...].dropFirst()
    }
    if !rest.isEmpty { parts.append(.text(String(decoding: rest, as: UTF8.self))) }
    self.parts = parts
  }

  /// The template of `parts`; their text must not hold a brace.
  init(parts: [Part]) {
    self.parts = parts
    text = parts.map(\.written).joined()
  }

  /// The template of a text without variables.
  package init(literal text: String) {
    self.text = text
    parts = text.isEmpty ? [] : [.text(text)]
  }

  /// The variables in it.
  package var variables: [Variable] {
    parts.compactMap { part in
      if case .variable(let variable) = part { variable } else { nil }
    }
  }

  /// The text after the last variable; the whole string when there is none.
  var literalEnd: String {
    let texts = parts.reversed().map { part in if case .text(let text) = part { text } else { String?.none } }
    return texts.prefix { $0 != nil }.compactMap { $0 }.reversed().joined()
  }

  /// The string with each variable's value in its place. Throws what `value` throws.
  package func filled<Failure: Error>(_ value: (Variable) throws(Failure) -> String) throws(Failure) -> String {
    var filled = ""
    for part in parts {
      switch part {
      case .text(let text): filled += text
      case .variable(let variable): filled += try value(variable)
      }
    }
    return filled
  }
}

extension Template {
  /// Whether `text` can come from this template: each variable that `value` gives nothing for is any text but an empty
  /// one. How many bytes are not such a variable's; nil when it cannot.
  package func literalCount(in text: [UInt8], _ value: (Variable) -> String?) -> Int? {
    // The known texts, with an unknown one between each two.
    var known: [[UInt8]] = [[]]
    for part in parts {
      let text: String? =
        switch part {
        case .text(let text): text
        case .variable(let variable): value(variable)
        }
      if let text { known[known.count - 1] += text.utf8 } else { known.append([]) }
    }
    let count = known.reduce(0) { $0 + $1.count }
    guard let first = known.first, let last = known.last, known.count > 1 else { return text == known[0] ? count : nil }
    guard text.starts(with: first) else { return nil }
    var rest = text[first.count...]
    // The first place of each is as good as any other, as what follows it has the most room then.
    for part in known.dropFirst().dropLast() {
      guard let start = rest.dropFirst().firstPlace(of: part) else { return nil }
      rest = rest[(start + part.count)...]
    }
    return rest.count > last.count && rest.suffix(last.count).elementsEqual(last) ? count : nil
  }
}

extension ArraySlice<UInt8> {
  /// The first index at which `part` begins; nil when it is nowhere.
  fileprivate func firstPlace(of part: [UInt8]) -> Int? {
    indices.first { self[$0...].starts(with: part) }
  }
}

/// The reason why a text is not a template.
package enum TemplateError: Error, Equatable, Sendable, CustomStringConvertible {
  case openBrace
  case unknownVariable(String)

  package var description: String {
    switch self {
    case .openBrace: "'{' without '}' after it (write '{{' for a brace)"
    case .unknownVariable(let name):
      "unknown variable \(quoted("{\(name)}"))"
        + (nearName(to: name, in: Variable.allCases.map(\.rawValue)).map { " (did you mean {\($0)}?)" } ?? "")
    }
  }
}

// Reads strings with variables: it knows which variables are known where, and what form each string must have.

/// The place of a template: not all variables are known in every place.
package enum TemplatePlace: Sendable {
  case tarball
  /// images.json, except its registry and tags.
  case image
  case registry
  case tag
}

/// Reads templates of one rule.
package struct TemplateDecoder: Sendable {
  package let names: LayoutNames
  /// Whether {os} and {arch} are known.
  package let hasPlatform: Bool
  package var place = TemplatePlace.tarball

  /// Any text.
  package func text(_ field: LayoutField) -> Template? {
    guard let template = field.taking({ try Template($0) }) else { return nil }
    for variable in Set(template.variables.map(\.rawValue)).sorted() {
      if let reason = reasonAgainst(variable) { field.refuse("{\(variable)} \(reason)") }
    }
    return template
  }

  /// Any text that is not empty.
  func someText(_ field: LayoutField) -> Template? {
    guard let template = text(field) else { return nil }
    if !template.text.isEmpty { return template }
    field.refuse("expected a string that is not empty")
    return nil
  }

  /// A relative path.
  package func path(_ field: LayoutField) -> Template? {
    guard let template = text(field), template.checked(as: field) else { return nil }
    return template
  }

  /// A relative path, or "." for the folder that it is relative to.
  package func folder(_ field: LayoutField) -> Template? {
    if field.isString(".") { return Template(literal: ".") }
    return path(field)
  }

  /// An absolute path in its only spelling; also "/".
  func absolutePath(_ field: LayoutField) -> Template? {
    guard let template = text(field) else { return nil }
    if template.text == "/" { return template }
    guard template.text.utf8.first == UInt8(ascii: "/") else {
      field.refuse("expected an absolute path, found \(field.found)")
      return nil
    }
    if template.text.utf8.starts(with: "//".utf8) {
      field.refuse("\(PathError.emptyPart), found \(field.found)")
      return nil
    }
    return template.checked(as: field, isAbsolute: true) ? template : nil
  }

  private func reasonAgainst(_ variable: String) -> String? {
    switch (Variable(rawValue: variable), place) {
    case (.os, .registry), (.arch, .registry), (.registry, .registry), (.tag, .registry), (.tag, .tag):
      "cannot stand here"
    case (.md5, .tag): nil
    case (.md5, .tarball): "is known in images alone"
    case (.md5, _): "is known in tags alone"
    case (.os, _), (.arch, _):
      hasPlatform ? nil : "is not known here: give the entry or its tarball \"platforms\""
    case (.registry, .tarball), (.tag, .tarball): names.hasImages ? nil : "is not known without an images.json"
    default: nil
    }
  }
}

extension Template {
  /// The empty template.
  package static let empty = Template(literal: "")

  /// Whether it can become a path, relative or with a slash before it; notes the mistake at `field` when it cannot.
  ///
  /// A letter takes the place of each variable; the real values are checked when they are known.
  func checked(as field: LayoutField, isAbsolute: Bool = false) -> Bool {
    // By bytes: a slash and a combining mark after it are one Character.
    let path = Array(filled { _ in "x" }.utf8.dropFirst(isAbsolute ? 1 : 0))
    do {
      _ = try ArchivePath(String(decoding: path, as: UTF8.self))
      return true
    } catch {
      field.refuse("\(error), found \(field.found)")
      return false
    }
  }
}
