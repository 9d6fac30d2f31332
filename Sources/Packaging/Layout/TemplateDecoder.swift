// Strings of a layout with variables in them: which variables are known where, and what the string must be.

/// Reads templates of one rule.
struct TemplateDecoder {
  let names: LayoutNames
  /// Whether {os} and {arch} are known.
  let hasPlatform: Bool

  /// Any text.
  func text(_ field: LayoutField) -> Template? {
    guard let template = field.taking({ try Template($0) }) else { return nil }
    for variable in Set(template.variables.map(\.rawValue)).sorted() {
      if let reason = reasonAgainst(variable) { field.refuse("{\(variable)} \(reason)") }
    }
    return template
  }

  /// A relative path.
  func path(_ field: LayoutField) -> Template? {
    guard let template = text(field), template.checked(as: field) else { return nil }
    return template
  }

  /// A relative path, or "." for the whole source tree.
  func tree(_ field: LayoutField) -> Template? {
    if field.isString(".") { return Template(literal: ".") }
    return path(field)
  }

  /// The target of a symlink: any path that a terminal does not obey.
  func link(_ field: LayoutField) -> Template? {
    guard let template = text(field) else { return nil }
    let bytes = template.text.utf8
    if bytes.isEmpty || bytes.count > ArchivePath.longest || bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
      field.refuse("expected the target of a link, found \(field.found)")
      return nil
    }
    return template
  }

  /// A commit in git's words.
  func commit(_ field: LayoutField) -> Template? {
    guard let template = text(field) else { return nil }
    if template.text.isEmpty || template.text.hasPrefix("-") || template.text.utf8.contains(where: { $0 < 0x20 }) {
      field.refuse("expected a commit such as \"HEAD\", found \(field.found)")
      return nil
    }
    return template
  }

  private func reasonAgainst(_ variable: String) -> String? {
    switch Variable(rawValue: variable) {
    case .os, .arch: hasPlatform ? nil : "is not known here: give the entry or its tarball \"platforms\""
    case .registry, .tag: names.hasImages ? nil : "is not known without an images.json"
    case .md5: "is known in images alone"
    default: nil
    }
  }
}
