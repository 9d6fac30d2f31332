// Strings of a layout with variables in them: which variables are known where, and what the string must be.

/// What a template is part of; not all variables are known everywhere.
enum TemplatePlace: Sendable {
  case tarball
  /// images.json, but for its registry and tags.
  case image
  case registry
  case tag
}

/// Reads templates of one rule.
struct TemplateDecoder {
  let names: LayoutNames
  /// Whether {os} and {arch} are known.
  let hasPlatform: Bool
  var place = TemplatePlace.tarball

  /// Any text.
  func text(_ field: LayoutField) -> Template? {
    guard let template = field.taking({ try Template($0) }) else { return nil }
    for variable in Set(template.variables.map(\.rawValue)).sorted() {
      if let reason = reasonAgainst(variable) { field.refuse("{\(variable)} \(reason)") }
    }
    return template
  }

  /// Any text but none.
  func someText(_ field: LayoutField) -> Template? {
    guard let template = text(field) else { return nil }
    if !template.text.isEmpty { return template }
    field.refuse("expected a string that is not empty")
    return nil
  }

  /// A relative path.
  func path(_ field: LayoutField) -> Template? {
    guard let template = text(field), template.checked(as: field) else { return nil }
    return template
  }

  /// A relative path, or "." for the folder that it starts from.
  func folder(_ field: LayoutField) -> Template? {
    if field.isString(".") { return Template(literal: ".") }
    return path(field)
  }

  /// An absolute path in its only spelling; "/" is one.
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
    // By bytes: a dash and a combining mark after it are one Character.
    let bytes = template.text.utf8
    if bytes.isEmpty || bytes.first == UInt8(ascii: "-") || bytes.contains(where: { $0 < 0x20 }) {
      field.refuse("expected a commit such as \"HEAD\", found \(field.found)")
      return nil
    }
    return template
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
