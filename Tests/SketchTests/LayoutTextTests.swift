// JSON as people write it.

@testable import JSON
@testable import Sketch
import Testing

@Suite struct LayoutTextTests {
  @Test func `entries stand on a line each and long lists are filled`() {
    let entry: JSONLiteral = .object([("file", .string("a")), ("to", .string("b"))])
    let words: [JSONLiteral] = (1...30).map { .string("linux/\($0)") }
    let value: JSONLiteral = .object([
      ("name", .string("x")), ("platforms", .object([("all", .array(words))])), ("archive", .object([])),
      ("one", .array([entry])), ("entries", .array([entry, entry])),
    ])
    #expect(
      LayoutText.text(value) == """
        {
          "name": "x",
          "platforms": {
            "all": [
              "linux/1", "linux/2", "linux/3", "linux/4", "linux/5", "linux/6", "linux/7", "linux/8", "linux/9",
              "linux/10", "linux/11", "linux/12", "linux/13", "linux/14", "linux/15", "linux/16", "linux/17",
              "linux/18", "linux/19", "linux/20", "linux/21", "linux/22", "linux/23", "linux/24", "linux/25",
              "linux/26", "linux/27", "linux/28", "linux/29", "linux/30"
            ]
          },
          "archive": {},
          "one": [{ "file": "a", "to": "b" }],
          "entries": [
            { "file": "a", "to": "b" },
            { "file": "a", "to": "b" }
          ]
        }

        """)
  }
}
