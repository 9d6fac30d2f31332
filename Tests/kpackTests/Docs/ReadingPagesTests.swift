// What the tests of pages read pages with, so that no example is passed over in silence.

import Testing

@Suite struct ReadingPagesTests {
  private static let page = MarkdownPage(
    path: "page.md",
    text: """
      # One page: `kpack`

      See [there](there.md#a-b), `[no](link)` and
      `--level`.

      ## A b

      <!-- run: x -->
      ```sh
      kpack list a

      kpack list b
      ```

      ```text
      out
      ```

      - an item

          kpack list c

      <!-- entry -->

      ```json
      {}
      ```
      ## A b
      | `--jobs` | [x](y.md) |
      """)

  @Test func `blocks have their language, their comments and their place`() {
    #expect(
      Self.page.blocks == [
        CodeBlock(
          language: "sh", text: "kpack list a\n\nkpack list b\n", comments: ["run: x"], line: 9, followsBlock: false),
        CodeBlock(language: "text", text: "out\n", comments: [], line: 15, followsBlock: true),
        CodeBlock(language: "", text: "kpack list c\n", comments: [], line: 21, followsBlock: false),
        CodeBlock(language: "json", text: "{}\n", comments: ["entry"], line: 25, followsBlock: false),
      ])
    #expect(Self.page.blocks[0].note("run") == "x")
    #expect(Self.page.blocks[3].note("run") == nil)
  }

  @Test func `links, anchors and code are those of the text`() {
    #expect(Self.page.links.map(\.target) == ["there.md#a-b", "y.md"])
    #expect(Self.page.anchors == ["one-page-kpack", "a-b", "a-b-1"])
    #expect(Self.page.codeSpans.map(\.text) == ["kpack", "[no](link)", "--level", "--jobs"])
    #expect(Self.page.codeSpans.map(\.line) == [1, 3, 3, 29])
  }

  @Test(
    arguments: [
      ("kpack list a b", [["list", "a", "b"]]),
      ("kpack list 'a b' \"c d\" e\\ f", [["list", "a b", "c d", "e f"]]),
      ("kpack list a  # kpack list b\n# kpack list c\nkpack list d#e", [["list", "a"], ["list", "d#e"]]),
      (
        "x | kpack list a > b 2>&1 && kpack plan; .build/release/kpack base list",
        [["list", "a"], ["plan"], ["base", "list"]]
      ),
      ("A=b C='d e' kpack plan -q \\\n  --fast", [["plan", "-q", "--fast"]]),
      (#"eval "$(kpack version-vars --package "$(go list)")""#, [["version-vars", "--package", "OUTPUT"]]),
      ("for x in a; do kpack list $x; done", [["list", "$x"]]),
      ("echo kpack list; xkpack list; kpack-list a", []),
    ] as [(String, [[String]])])
  func `the lines of kpack are found in a script`(script: String, lines: [[String]]) {
    #expect(ShellLines.kpackLines(in: script) == lines)
  }

  @Test func `an option that no command has is a mistake`() {
    #expect(KnownOptions.mistake(in: ["tarballs", "--no-such"])?.contains("unknown option") == true)
    #expect(KnownOptions.mistake(in: ["tarbals"])?.contains("tarballs") == true)
    #expect(KnownOptions.mistake(in: ["tarballs", "-q", "name"]) == nil)
    #expect(KnownOptions.has("--level") && KnownOptions.has("--ldflags") && !KnownOptions.has("--levels"))
  }
}
