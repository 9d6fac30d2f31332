// That the schema and the decoder of layouts know the same keys, verbs and options, by their own tables.

@testable import JSON
@testable import Layout
@testable import Plan
import Testing

struct SchemaKeyTests {
  /// The decoder's keys by the schema's definition of the object that has them.
  private static let keys: [(definition: String, keys: [String])] = [
    ("release", ReleaseLayout.keys), ("flag", ReleaseLayout.flagKeys),
    ("fastAddition", ReleaseLayout.fastAdditionKeys), ("archive", ArchiveSettings.keys),
    ("tarball", TarballLayout.keys), ("binary", TarballLayout.binaryKeys), ("packages", TarballLayout.packageKeys),
    ("package", PackageSettings.keys),
    ("packageOfFormat", PackageSettings.ownKeys + ["entries"]), ("packageScripts", PackageSettings.scriptKeys),
    ("checksum", ChecksumRule.keys), ("names", PlatformNaming.keys), ("images", ImagesLayout.keys),
    ("image", ImageRuleDecoder.imageKeys), ("imageGroupObject", ImageRuleDecoder.groupKeys),
    ("imageDefaults", ImageRuleDecoder.defaultKeys),
    ("entry", VerbTable.keys),
  ]

  @Test func `every object has the keys that the decoder takes`() throws {
    let definitions = try #require(try LayoutSchema.read()["$defs"])
    for (definition, keys) in Self.keys {
      #expect(Self.properties(definitions[definition]) == Set(keys), "\(definition)")
      #expect(Set(keys).count == keys.count, "\(definition)")
    }
    let base = try #require(definitions["base"]?["then"])
    #expect(Self.properties(base) == Set(ImageRuleDecoder.baseKeys))
    // And there is no object of keys beside these and the base's.
    let objects = definitions.members.filter { $0.value["additionalProperties"]?.kind == .bool(false) }
    #expect(Set(objects.map(\.key)) == Set(Self.keys.map(\.definition)))
    // Each of them may have a comment.
    for object in objects.map(\.value) + [base] {
      #expect(object["patternProperties"]?.members.map(\.key) == ["^[$]comment$"])
    }
  }

  @Test func `every verb is one of both, and so is what it needs`() throws {
    let entry = try #require(try LayoutSchema.read()["$defs"]?["entry"])
    let verbs = (entry["oneOf"]?.elements ?? []).compactMap { $0["required"]?.elements.first?.string }
    #expect(verbs == VerbTable.verbs.map { $0.key })
    let needing = entry["dependentRequired"]?.members.map(\.key) ?? []
    #expect(Set(needing) == Set(VerbTable.verbs.filter { $0.needsTo }.map { $0.key }))
    #expect(try Self.refusedInImages() == Set(VerbTable.verbs.filter { $0.isOfTarballs }.map { $0.key } + ["commitId"]))
  }

  @Test(arguments: VerbTable.verbs.map { $0.key }) func `a verb has the same options in both`(_ key: String) throws {
    let verb = try #require(VerbTable.verbs.first { $0.key == key })
    let definitions = try #require(try LayoutSchema.read()["$defs"])
    for option in VerbTable.options {
      let isOption = LayoutEntry.options.contains(option) || verb.options.contains(option)
      let keys: Set = [verb.key, option]
      let isAllowed = keys.allSatisfy { key in
        Self.allows(definitions["entry"]?["dependentSchemas"]?[key], keys, definitions)
      }
      #expect(isAllowed == isOption, "\(option)")
    }
  }

  private static func properties(_ object: JSONValue?) -> Set<String> {
    Set(object?["properties"]?.members.map(\.key) ?? [])
  }

  /// What entries of images may not have.
  private static func refusedInImages() throws -> Set<String> {
    let items = try LayoutSchema.read()["$defs"]?["imageEntries"]?["items"]
    return Set((items?["not"]?["anyOf"]?.elements ?? []).compactMap { $0["required"]?.elements.first?.string })
  }

  /// Whether an object of these keys is one of `schema`, which is made of "required", "not", "anyOf" and "$ref" alone.
  private static func allows(_ schema: JSONValue?, _ keys: Set<String>, _ definitions: JSONValue) -> Bool {
    guard let schema else { return true }
    return schema.members.allSatisfy { member in
      let parts = member.value.elements
      return switch member.key {
      case "required": parts.allSatisfy { keys.contains($0.string ?? "") }
      case "not": !allows(member.value, keys, definitions)
      case "anyOf": parts.contains { allows($0, keys, definitions) }
      case "$ref":
        allows(definitions[String((member.value.string ?? "").dropFirst("#/$defs/".count))], keys, definitions)
      case "description": true
      default: false
      }
    }
  }
}
