// Names that readers of a zip take in different ways.

@testable import Plan
@testable import TestSupport
import Testing

struct ZipNameTests {
  private let tree: TemporaryTree

  init() throws {
    tree = try TemporaryTree()
    try tree.run("sh", "-c", "mkdir t; printf x > t/plain; printf x > 't/a\\b'; printf x > t/é")
  }

  private func plan(_ name: String) throws -> Plan {
    try tree.plan(["release": plainRelease, "app": tarball([#"{"tree": "t"}"#], name: name)])
  }

  @Test func `a backslash in a zip is a warning`() throws {
    #expect(try plan("app.zip").warnings == [#"app.zip: a\b: readers of a zip on Windows take '\' for '/'"#])
    #expect(try plan("app.tgz").warnings == [])
  }
}
