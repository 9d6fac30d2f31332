// A string of a layout with variables in it, checked when the layout is read and filled in when the plan is made.

import JSON

/// What a template may name, written in braces.
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

  /// The template that `text` spells; throws `TemplateError`.
  package init(_ text: String) throws(TemplateError) {
    self.text = text
    var parts: [Part] = []
    // Byte by byte: a brace and a combining mark after it are one Character.
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

  /// The template of `parts`; no text of theirs has a brace in it.
  init(parts: [Part]) {
    self.parts = parts
    text = parts.map(\.written).joined()
  }

  /// The template of a text without variables.
  init(literal text: String) {
    self.text = text
    parts = text.isEmpty ? [] : [.text(text)]
  }

  /// The variables that it names.
  package var variables: [Variable] {
    parts.compactMap { part in
      if case .variable(let variable) = part { variable } else { nil }
    }
  }

  /// What stands behind the last variable: the whole string where there is none.
  var literalEnd: String {
    let texts = parts.reversed().map { part in if case .text(let text) = part { text } else { String?.none } }
    return texts.prefix { $0 != nil }.reversed().map(\.orEmpty).joined()
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

/// A template that is none.
package enum TemplateError: Error, Equatable, Sendable, CustomStringConvertible {
  case openBrace
  case unknownVariable(String)

  package var description: String {
    switch self {
    case .openBrace: "'{' without '}' after it (write '{{' for a brace)"
    case .unknownVariable(let name):
      "unknown variable \(quoted("{\(name)}"))"
        + nearName(to: name, in: Variable.allCases.map(\.rawValue)).map { " (did you mean {\($0)}?)" }.orEmpty
    }
  }
}

extension String? {
  /// The string, or nothing.
  package var orEmpty: String { self ?? "" }
}
