// A string of a layout with variables in it, checked when the layout is read and filled in when the plan is made.

package import Basics

/// A variable of templates, written in braces.
package enum Variable: Hashable, Sendable {
  case name, version, semver, os, arch, variant, osName, archName, registry, tag, releaseRegistry, releaseTag, md5
  case commit, shortCommit, date, binary
  /// The release of a package.
  case release
  /// A variable of the environment, {env.NAME}.
  case environment(String)

  private static let words: [(word: String, variable: Variable)] = [
    ("name", .name), ("version", .version), ("semver", .semver), ("os", .os), ("arch", .arch), ("variant", .variant),
    ("osName", .osName), ("archName", .archName), ("registry", .registry), ("tag", .tag),
    ("releaseRegistry", .releaseRegistry), ("releaseTag", .releaseTag), ("md5", .md5), ("commit", .commit),
    ("shortCommit", .shortCommit), ("date", .date), ("binary", .binary),
    ("release", .release),
  ]
  private static let environmentStart = "env."

  /// All words but those of the environment.
  static var allWords: [String] { words.map(\.word) }

  /// The variable that stands in braces as `word`; nil for none.
  init?(_ word: String) {
    if let known = Self.words.first(where: { $0.word == word }) {
      self = known.variable
      return
    }
    let name = String(decoding: Array(word.utf8.dropFirst(Self.environmentStart.utf8.count)), as: UTF8.self)
    guard word.utf8.starts(with: Self.environmentStart.utf8), !name.isEmpty else { return nil }
    self = .environment(name)
  }

  /// The word in the braces.
  package var word: String {
    if case .environment(let name) = self { return Self.environmentStart + name }
    // Every other variable is in the table.
    return Self.words.first { $0.variable == self }?.word ?? ""
  }

  /// Whether its value may be empty.
  fileprivate var mayBeEmpty: Bool {
    switch self {
    case .variant, .environment: true
    default: false
    }
  }
}

/// A string with variables: "{name}-{version}.tar.gz"; or one for each of several platforms. "{{" is a brace.
package struct Template: Equatable, Sendable {
  /// A piece of a template.
  enum Part: Equatable, Sendable {
    case text(String)
    case variable(Variable)

    fileprivate var written: String {
      switch self {
      case .text(let text): text
      case .variable(let variable): "{\(variable.word)}"
      }
    }
  }

  /// A template for the platforms of a pattern.
  private struct Choice: Equatable, Sendable {
    let pattern: PlatformPattern
    let template: Template
  }

  /// The string as written; of a value by platform the first one, so that `choices` must be looked at.
  package let text: String
  private let parts: [Part]
  /// The choices of a value by platform, of which the first that matches counts; empty for one string.
  private let byPlatform: [Choice]
  /// The place of a value by platform; nil for one string.
  package let origin: RuleOrigin?

  /// The template that `text` spells.
  package init(_ text: String) throws(TemplateError) {
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
      guard let variable = Variable(name) else { throw .unknownVariable(name) }
      parts.append(.variable(variable))
      rest = rest[end...].dropFirst()
    }
    if !rest.isEmpty { parts.append(.text(String(decoding: rest, as: UTF8.self))) }
    self.init(text, parts)
  }

  private init(_ text: String, _ parts: [Part]) {
    (self.text, self.parts, byPlatform, origin) = (text, parts, [], nil)
  }

  /// The template of `parts`; their text must not hold a brace.
  init(parts: [Part]) { self.init(parts.map(\.written).joined(), parts) }

  /// The template of one variable.
  package init(variable: Variable) { self.init(parts: [.variable(variable)]) }

  /// The template of a text without variables.
  package init(literal text: String) { self.init(text, text.isEmpty ? [] : [.text(text)]) }

  /// A value by platform that stands at `origin`; `choices` is not empty, and the first that matches counts.
  init(_ choices: [(pattern: PlatformPattern, template: Template)], at origin: RuleOrigin) {
    (text, parts) = (choices[0].template.text, choices[0].template.parts)
    byPlatform = choices.map { Choice(pattern: $0.pattern, template: $0.template) }
    self.origin = origin
  }

  /// The strings that it may stand for: those of a value by platform, else itself.
  package var choices: [Template] { byPlatform.isEmpty ? [self] : byPlatform.map(\.template) }

  /// The string for `platform`; nil when it is a value by platform and none of its patterns matches.
  package func choice(on platform: Platform?) -> Template? {
    if byPlatform.isEmpty { return self }
    guard let platform else { return nil }
    return byPlatform.first { $0.pattern.names(platform) }?.template
  }

  /// The pattern by which a value by platform has its string for `platform`.
  package func pattern(on platform: Platform?) -> PlatformPattern? {
    platform.flatMap { platform in byPlatform.first { $0.pattern.names(platform) }?.pattern }
  }

  /// The patterns of a value by platform, in order; none of one string.
  package var patterns: [PlatformPattern] { byPlatform.map(\.pattern) }

  /// Whether `platform` decides what it stands for: a value by platform, or one with {os} and the like in it.
  package var isChosenByPlatform: Bool {
    !byPlatform.isEmpty || variables.contains { [.os, .arch, .variant, .osName, .archName].contains($0) }
  }

  /// The path of `other` below the folder that this is. Either may be a value by platform.
  package func appending(_ other: Template) -> Template {
    if byPlatform.isEmpty && other.byPlatform.isEmpty {
      return Template("\(text)/\(other.text)", parts + [.text("/")] + other.parts)
    }
    let choices = ownChoices.flatMap { folder in
      other.ownChoices.compactMap { name in
        folder.pattern.common(with: name.pattern).map { ($0, folder.template.appending(name.template)) }
      }
    }
    guard let origin = other.origin ?? origin else { return other }
    return Template(choices.isEmpty ? [(.none, other)] : choices, at: origin)
  }

  private var ownChoices: [Choice] { byPlatform.isEmpty ? [Choice(pattern: .all, template: self)] : byPlatform }

  /// The variables in it, and in all choices of a value by platform.
  package var variables: [Variable] {
    choices.flatMap(\.parts).compactMap { part in
      if case .variable(let variable) = part { variable } else { nil }
    }
  }

  /// The text after the last variable; the whole string when there is none.
  var literalEnd: String {
    let texts = parts.reversed().map { part in if case .text(let text) = part { text } else { String?.none } }
    return texts.prefix { $0 != nil }.compactMap { $0 }.reversed().joined()
  }

  /// The string with each variable's value in its place; of a value by platform the first one. Throws what `value`
  /// throws.
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
  /// Whether `text` can come from this template: each variable that `value` gives nothing for is any text, and only
  /// those that may be empty are empty. How many bytes are not such a variable's; nil when it cannot. Of a value by
  /// platform the one with the most counts.
  package func literalCount(in text: [UInt8], _ value: (Variable) -> String?) -> Int? {
    choices.compactMap { $0.ownLiteralCount(in: text, value) }.max()
  }

  private func ownLiteralCount(in text: [UInt8], _ value: (Variable) -> String?) -> Int? {
    // The known texts, and for each the fewest bytes that stand before it; nil for the first.
    var known: [(bytes: [UInt8], gap: Int?)] = [([], nil)]
    for part in parts {
      let text: String? =
        switch part {
        case .text(let text): text
        case .variable(let variable): value(variable)
        }
      let least = if case .variable(let variable) = part, !variable.mayBeEmpty { 1 } else { 0 }
      if let text {
        known[known.count - 1].bytes += text.utf8
      } else if known.count > 1 && known[known.count - 1].bytes.isEmpty {
        // Two unknown texts without a known one between them.
        known[known.count - 1].gap = (known[known.count - 1].gap ?? 0) + least
      } else {
        known.append(([], least))
      }
    }
    let count = known.reduce(0) { $0 + $1.bytes.count }
    guard let first = known.first, let last = known.last, known.count > 1 else {
      return text == known[0].bytes ? count : nil
    }
    guard text.starts(with: first.bytes) else { return nil }
    var rest = text[first.bytes.count...]
    // The first place of each is as good as any other, as what follows it has the most room then.
    for part in known.dropFirst().dropLast() {
      guard let start = rest.dropFirst(part.gap ?? 0).firstPlace(of: part.bytes) else { return nil }
      rest = rest[(start + part.bytes.count)...]
    }
    let isLong = rest.count >= last.bytes.count + (last.gap ?? 0)
    return isLong && rest.suffix(last.bytes.count).elementsEqual(last.bytes) ? count : nil
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
        + (nearName(to: name, in: Variable.allWords).map { " (did you mean {\($0)}?)" } ?? "")
    }
  }
}

// Reads strings with variables: it knows which variables are known where, and what form each string must have.

/// The place of a template: not all variables are known in every place.
package enum TemplatePlace: Sendable {
  case tarball
  /// What a package says of itself: {name}, {version}, {release} and {arch} are its own.
  case package
  /// images.json, except its registry and tags.
  case image
  case registry
  case tag
  /// The path or the name of one built binary, {binary}.
  case binary
  /// A set of entries: what is known in any place that may use it.
  case set

  /// Whether entries of tarballs may stand there.
  package var takesTarballs: Bool { self == .tarball || self == .set }
}

/// Reads templates of one rule.
package struct TemplateDecoder: Sendable {
  package let names: LayoutNames
  /// Whether {os} and {arch} are known.
  package let hasPlatform: Bool
  package var place = TemplatePlace.tarball

  /// One string, or an object of strings by platform, each of which `read` reads and checks.
  package func value(_ field: LayoutField, _ read: (LayoutField) -> Template?) -> Template? {
    guard field.isObject, place != .registry else { return read(field) }
    if hasPlatform { return field.byPlatform(read) }
    field.refuse("texts by platform need one: give the entry or its tarball \"platforms\"")
    return nil
  }

  /// Any text.
  package func text(_ field: LayoutField) -> Template? { value(field, oneText) }

  /// Any text that is not empty.
  package func someText(_ field: LayoutField) -> Template? {
    value(field) { field in
      guard let template = oneText(field) else { return nil }
      if !template.text.isEmpty { return template }
      field.refuse("expected a string that is not empty")
      return nil
    }
  }

  /// A relative path.
  package func path(_ field: LayoutField) -> Template? { value(field, onePath) }

  /// A relative path of one part.
  package func name(_ field: LayoutField) -> Template? {
    value(field) { field in
      guard let name = onePath(field) else { return nil }
      if ArchivePath.isName(name.filled { _ in "x" }) { return name }
      field.refuse("expected a name without '/', found \(field.found)")
      return nil
    }
  }

  /// A relative path, or "." for the folder that it is relative to.
  package func folder(_ field: LayoutField) -> Template? {
    value(field) { $0.isString(".") ? Template(literal: ".") : onePath($0) }
  }

  /// An absolute path in its only spelling; also "/".
  package func absolutePath(_ field: LayoutField) -> Template? { value(field, oneAbsolutePath) }

  private func oneText(_ field: LayoutField) -> Template? {
    guard let template = field.taking({ try Template($0) }) else { return nil }
    for variable in Set(template.variables).sorted(by: { $0.word < $1.word }) {
      if let reason = reasonAgainst(variable) { field.refuse("{\(variable.word)} \(reason)") }
    }
    return template
  }

  private func onePath(_ field: LayoutField) -> Template? {
    guard let template = oneText(field), template.checked(as: field) else { return nil }
    return template
  }

  private func oneAbsolutePath(_ field: LayoutField) -> Template? {
    guard let template = oneText(field) else { return nil }
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

  private func reasonAgainst(_ variable: Variable) -> String? {
    switch (variable, place) {
    case (.os, .registry), (.arch, .registry), (.variant, .registry), (.osName, .registry), (.archName, .registry),
      (.registry, .registry), (.tag, .registry), (.tag, .tag), (.registry, .binary), (.tag, .binary):
      "cannot stand here"
    case (.md5, .tag), (.binary, .binary): nil
    case (.release, .package), (.arch, .package), (.os, .package): nil
    case (.release, _): "is known in packages alone"
    case (.binary, _): "is known in binaryPath and for single binaries alone"
    case (.md5, .tarball), (.md5, .package), (.md5, .binary): "is known in images alone"
    case (.md5, _): "is known in tags alone"
    case (.os, _), (.arch, _), (.variant, _), (.osName, _), (.archName, _):
      hasPlatform ? nil : "is not known here: give the entry or its tarball \"platforms\""
    case (.registry, .tarball), (.tag, .tarball), (.registry, .package), (.tag, .package):
      names.hasImages ? nil : "is not known without an images.json"
    case (.environment(let name), _): names.reasonAgainst(environment: name)
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
