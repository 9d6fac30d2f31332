// What another reader of the layouts' schema says of documents: Python's jsonschema, one process for all of them.

@testable import Files
import Foundation
@testable import JSON
@testable import TestSupport
import Testing

/// The schema that editors check layouts with, as it stands in the project's tree.
enum LayoutSchema {
  static let path = Checkout.path("layouts/layout.schema.json")

  /// The schema as a tree.
  static func read() throws -> JSONValue { try JSONReader.read(Array(try Data(contentsOf: URL(filePath: path)))) }
}

/// Python with its jsonschema, version 4 or later.
struct SchemaJudge {
  /// Why the tests that need it are skipped.
  static let missing: Comment = "there is no python3 with jsonschema (Debian: python3-jsonschema)"
  /// Whether these tests run: KPACK_TESTS_MUST_RUN=1 makes them fail rather than be skipped.
  static let isWanted = found != nil || ProcessInfo.processInfo.environment["KPACK_TESTS_MUST_RUN"] == "1"
  /// The one of this machine; nil when there is none.
  static let found: SchemaJudge? = ["/usr/bin/python3", "python3"].map(SchemaJudge.init).first {
    $0.verdicts([]) != nil
  }

  private let program: String

  /// Whether each document is valid by the part of the schema at its pointer, "" for the whole; nil when Python or
  /// jsonschema does not run.
  func verdicts(_ documents: [(pointer: String, text: String)]) -> [Bool]? {
    // One on a line: a line feed in a document is white space.
    let lines = documents.map { "[\(JSONLiteral.string($0.pointer).text), \($0.text)]" }
    let input = lines.map { $0.replacingOccurrences(of: "\n", with: " ") + "\n" }.joined()
    let file = FileManager.default.temporaryDirectory.appending(path: "layouts-\(UUID().uuidString).txt")
    defer { try? FileManager.default.removeItem(at: file) }  // nothing to do about a left temporary file
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program, "-c", Self.script, LayoutSchema.path, file.path]
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    do {
      try Data(input.utf8).write(to: file)
      try process.run()
    } catch {
      return nil
    }
    let answer = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0, answer.count == documents.count else { return nil }
    return answer.map { $0 == UInt8(ascii: "1") }
  }

  /// Prints 1 for each valid document and 0 for each other. A schema's patterns are ECMA's (JSON Schema 2020-12, core,
  /// section 6.4), whose "$" is the end of the string alone; Python's is the place before a last line feed too.
  private static let script = #"""
    import json, re, sys
    from jsonschema import Draft202012Validator, ValidationError, validators

    patterns = {}

    def pattern(validator, wanted, instance, schema):
        if not isinstance(instance, str):
            return
        if wanted not in patterns:
            end = lambda match: match[1] or r"\Z"
            patterns[wanted] = re.compile(re.sub(r"(\\.|\[(?:\\.|[^\]\\])*\])|\$", end, wanted))
        if not patterns[wanted].search(instance):
            yield ValidationError(wanted)

    Judge = validators.extend(Draft202012Validator, {"pattern": pattern})
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    Judge.check_schema(schema)
    judges = {"": Judge(schema)}
    with open(sys.argv[2], encoding="utf-8", newline="\n") as documents:
        for line in documents:
            pointer, document = json.loads(line)
            if pointer not in judges:
                judges[pointer] = Judge({"$defs": schema["$defs"], "$ref": "#" + pointer})
            sys.stdout.write("1" if judges[pointer].is_valid(document) else "0")
    """#
}

extension JSONValue {
  /// The member at `key`, if this is an object that has it.
  subscript(key: String) -> JSONValue? { members.first { $0.key == key }?.value }

  /// The members of an object; none of anything else.
  var members: [JSONMember] { if case .object(let members) = kind { members } else { [] } }

  /// The elements of an array; none of anything else.
  var elements: [JSONValue] { if case .array(let elements) = kind { elements } else { [] } }

  /// The value as a string, if it is one.
  var string: String? { if case .string(let string) = kind { string } else { nil } }

  /// The value as a number, if it is one that fits.
  var integer: Int64? { if case .number(let text) = kind { Int64(text) } else { nil } }

  /// The value as one to write.
  var literal: JSONLiteral {
    switch kind {
    case .null: .null
    case .bool(let bool): .bool(bool)
    case .number(let text): .number(text)
    case .string(let string): .string(string)
    case .array(let elements): .array(elements.map(\.literal))
    case .object(let members): .object(members.map { ($0.key, $0.value.literal) })
    }
  }
}
