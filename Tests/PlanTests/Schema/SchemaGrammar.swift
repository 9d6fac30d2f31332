// Layouts made from the structure of the schema: whatever it allows may turn up, and now and then more than that, for
// what excludes what is left to the judge.

@testable import JSON
@testable import TestSupport

extension SplitMix {
  /// True in one of `count` throws.
  mutating func oneIn(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }
}

/// Makes values that a part of the schema describes.
struct SchemaGrammar {
  let definitions: JSONValue

  /// Where in the schema a value is made: what its strings are taken from.
  private struct Place {
    /// The innermost property.
    var property = ""
    /// The innermost definition.
    var definition = ""
    /// Whether it is a key of an object whose keys are names.
    var isName = false
  }

  /// A value of the definition.
  func value(of definition: String, _ dice: inout SplitMix) -> JSONLiteral {
    value(definitions[definition], Place(definition: definition), &dice)
  }

  private func value(_ schema: JSONValue?, _ place: Place, _ dice: inout SplitMix) -> JSONLiteral {
    guard let schema else { return .string("x") }
    if let reference = schema["$ref"]?.string {
      var place = place
      place.definition = String(reference.dropFirst("#/$defs/".count))
      return value(definitions[place.definition], place, &dice)
    }
    if let constant = schema["const"] { return constant.literal }
    if let choice = schema["enum"]?.elements.randomElement(using: &dice) { return choice.literal }
    if schema["if"] != nil, let branch = [schema["then"], schema["else"]].randomElement(using: &dice),
      schema["properties"] == nil
    {
      return value(branch, place, &dice)
    }
    switch schema["type"]?.string {
    case "object": return object(schema, place, &dice)
    case "array": return array(schema, place, &dice)
    case "integer": return integer(schema, &dice)
    case "boolean": return .bool(!dice.oneIn(3))
    case "string": return .string(string(schema, place, &dice))
    default:
      if let branch = schema["oneOf"]?.elements.randomElement(using: &dice) { return value(branch, place, &dice) }
      return .string(string(schema, place, &dice))
    }
  }

  private func object(_ schema: JSONValue, _ place: Place, _ dice: inout SplitMix) -> JSONLiteral {
    let branches = schema["oneOf"]?.elements ?? schema["anyOf"]?.elements ?? []
    let verbs = branches.flatMap { names($0["required"]) }
    var wanted = names(schema["required"]) + names(branches.randomElement(using: &dice)?["required"])
    for key in wanted { wanted += names(schema["dependentRequired"]?[key]) }
    var members: [(String, JSONLiteral)] = []
    for property in schema["properties"]?.members ?? [] {
      let isWanted = wanted.contains(property.key)
      if !isWanted && (verbs.contains(property.key) || !dice.oneIn(branches.isEmpty ? 2 : 6)) { continue }
      var place = place
      place.property = property.key
      members.append((property.key, value(property.value, place, &dice)))
    }
    if let others = schema["additionalProperties"], case .object = others.kind {
      var name = place
      name.isName = true
      var keys: [String] = []
      for _ in 0..<Int.random(in: 1...2, using: &dice) {
        guard case .string(let key) = value(schema["propertyNames"], name, &dice), !keys.contains(key) else { continue }
        keys.append(key)
        members.append((key, value(others, place, &dice)))
      }
    }
    return .object(members)
  }

  private func array(_ schema: JSONValue, _ place: Place, _ dice: inout SplitMix) -> JSONLiteral {
    let least = Int(schema["minItems"]?.integer ?? 0)
    var elements: [JSONLiteral] = []
    for _ in 0..<Int.random(in: max(least, dice.oneIn(5) ? 0 : 1)...(least + 2), using: &dice) {
      let element = value(schema["items"], place, &dice)
      if schema["uniqueItems"] != nil && elements.contains(where: { $0.text == element.text }) { continue }
      elements.append(element)
    }
    return .array(elements)
  }

  private func integer(_ schema: JSONValue, _ dice: inout SplitMix) -> JSONLiteral {
    let (least, most) = (schema["minimum"]?.integer ?? 0, schema["maximum"]?.integer ?? 100)
    return .integer([least, most, Int64.random(in: least...most, using: &dice)].randomElement(using: &dice) ?? least)
  }

  private func string(_ schema: JSONValue, _ place: Place, _ dice: inout SplitMix) -> String {
    let ways =
      place.isName
      ? ["names \(place.definition)", "names \(place.property)", "\(place.property).\(place.definition)"]
      : ["\(place.property).\(place.definition)", place.definition, place.property]
    let samples = ways.lazy.compactMap { Self.samples[$0] }.first
    let examples = (schema["examples"]?.elements ?? []).compactMap(\.string) + [schema["default"]?.string ?? "x"]
    return (samples ?? examples).randomElement(using: &dice) ?? "x"
  }

  private func names(_ list: JSONValue?) -> [String] { list?.elements.compactMap(\.string) ?? [] }

  /// Right strings by "property.definition", definition or property; the names among them are those that
  /// `LayoutDocument` declares. What is not here is taken from the schema's examples.
  private static let samples: [String: [String]] = [
    "platforms.listName": ["p", "q"], "binaries.listName": ["b"], "images.listName": ["g", "h"],
    "artifact.listName": ["src"], "set.listName": ["s"], "sets.listName": ["s", "t"],
    "bases.listName": ["base", "other"], "base.listName": ["base"],
    "groups.listName": ["g", "h"], "flags.listName": ["f"], "when": ["f", "!f", "git-clean"],
    "fileName": ["one", "two.sh"], "path": ["a", "a/b", "etc/{name}.conf"], "platform": ["linux/amd64", "linux/arm64"],
    "platforms.entry": ["windows/amd64", "linux/amd64", "linux/*"], "globs": ["*.go", "/a/**", "b/"],
    "environmentName": ["F", "KUBE_X"], "someText": ["busybox", "{registry}/{name}"],
    "names platformKey": ["amd64", "*", "arm64", "windows/*", "linux/arm/v6"],
    "builtPath": ["{binary}", "{os}/{binary}"],
    "names os": ["darwin", "linux"], "names arch": ["amd64", "arm/v6"], "argument": ["x", "{name}"],
    "rootName": ["", ".", "r"], "tarballName": ["a.tgz", "a-{version}.tar.gz"], "absolutePath": ["/", "/var"],
    "linkTarget": ["../a"], "commit": ["HEAD", "v1"], "imageFile": ["{name}.tar"], "names env": ["HOME", "a.b"],
    "names line": ["a.b", "c d"],
    "line": ["x", "{version} y"], "tarball": ["a.tgz", "a-{version}.tar.gz"], "exclude": ["*~", "#*#"],
    "env": ["A=1", "B=x=y", "C="], "cmd": ["x", "{name}"], "entrypoint": ["/x", ""],
  ]
}
