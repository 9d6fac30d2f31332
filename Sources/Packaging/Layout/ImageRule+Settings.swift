// The settings of an image in images.json: its file, its outputs, and what its config says to those who run it.

import JSON

extension ImageRuleDecoder {
  /// The name of the file that an image is saved as.
  func file(_ field: LayoutField) -> Template? {
    guard let file = template.path(field) else { return nil }
    if file.text == ImageRule.fileSuffix {
      field.refuse("expected a name before \"\(ImageRule.fileSuffix)\", found nothing")
      return nil
    }
    let isOnePart = !file.text.utf8.contains(UInt8(ascii: "/"))
    if isOnePart && file.text.utf8.reversed().starts(with: ImageRule.fileSuffix.utf8.reversed()) { return file }
    field.refuse("expected a file name that ends in \"\(ImageRule.fileSuffix)\", without '/', found \(field.found)")
    return nil
  }

  /// Where an image's files go.
  func outputs(_ field: LayoutField) -> [ImageOutput] {
    guard let elements = field.elements else { return [] }
    if elements.isEmpty { field.refuse("expected \"stage\", \"images\" or both") }
    var outputs: [ImageOutput] = []
    for element in elements {
      guard let name = element.string else { continue }
      guard let output = ImageOutput(rawValue: name) else {
        element.refuse("expected \"stage\" or \"images\", found \(element.found)")
        continue
      }
      if outputs.contains(output) { element.refuse("\(quoted(name)) stands here twice") }
      outputs.append(output)
    }
    return outputs
  }

  /// Environment variables: an object of values by name, or an array of "NAME=value".
  func environment(_ field: LayoutField) -> [(name: String, value: Template)] {
    if field.isArray { return assignments(field) }
    if field.isString {
      field.refuse("expected an object, or an array of \"NAME=value\", found \(field.found)")
      return []
    }
    return (field.members ?? []).compactMap { name, field in
      guard isVariable(name, at: field), let value = lineText(field) else { return nil }
      return (name, value)
    }
  }

  private func assignments(_ field: LayoutField) -> [(name: String, value: Template)] {
    var variables: [(name: String, value: Template)] = []
    for element in field.elements ?? [] {
      guard let text = element.string else { continue }
      // By bytes: a sign and a combining mark after it are one Character.
      guard let sign = text.utf8.firstIndex(of: UInt8(ascii: "=")) else {
        element.refuse("expected \"NAME=value\", found \(element.found)")
        continue
      }
      let name = String(decoding: Array(text.utf8[..<sign]), as: UTF8.self)
      let value = String(decoding: Array(text.utf8[sign...].dropFirst()), as: UTF8.self)
      guard isVariable(name, at: element), let value = lineText(element.holding(value)) else { continue }
      if variables.contains(where: { $0.name == name }) { element.refuse("\(quoted(name)) is set twice") }
      variables.append((name, value))
    }
    return variables
  }

  /// Whether `name` can be a variable's: the ENV of a Dockerfile takes quotes, blanks and "$" for something else.
  private func isVariable(_ name: String, at field: LayoutField) -> Bool {
    let isKnown = { (byte: UInt8) in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || "_.-".utf8.contains(byte)
    }
    if !name.isEmpty && name.utf8.allSatisfy(isKnown) { return true }
    field.refuse("expected the name of a variable, of letters, digits, '_', '.' and '-', found \(quoted(name))")
    return false
  }

  /// Labels: an object of values by name.
  func labels(_ field: LayoutField) -> [(name: String, value: Template)] {
    (field.members ?? []).compactMap { name, field in
      if name.isEmpty || hasControls(name) {
        field.refuse("expected the name of a label, without line breaks, found \(quoted(name))")
      }
      return lineText(field).map { (name, $0) }
    }
  }

  /// A command and its arguments.
  func arguments(_ field: LayoutField) -> [Template]? {
    field.elements?.compactMap(argument)
  }

  /// A user, as the config of an image names one.
  func user(_ field: LayoutField) -> Template? { template.someText(field).flatMap { withoutControls($0, field) } }

  /// The absolute path of a folder.
  func workdir(_ field: LayoutField) -> Template? {
    template.absolutePath(field).flatMap { withoutControls($0, field) }
  }

  /// A string that a process is given.
  private func argument(_ field: LayoutField) -> Template? {
    template.text(field).flatMap { text in
      // The C string that it becomes would end early.
      if !text.text.utf8.contains(0) { return text }
      field.refuse("expected a string without NUL, found \(field.found)")
      return nil
    }
  }

  /// A string that stands in a line of a Dockerfile.
  private func lineText(_ field: LayoutField) -> Template? {
    template.text(field).flatMap { withoutControls($0, field) }
  }

  private func withoutControls(_ template: Template, _ field: LayoutField) -> Template? {
    if !hasControls(template.text) { return template }
    field.refuse("expected a string without line breaks and other control characters, found \(field.found)")
    return nil
  }

  private func hasControls(_ text: String) -> Bool { text.utf8.contains { $0 < 0x20 && $0 != 9 || $0 == 0x7F } }
}
