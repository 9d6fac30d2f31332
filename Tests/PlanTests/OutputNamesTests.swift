// Which layout a file belongs to by its name: that of the template that says most of it.

@testable import Layout
@testable import Plan
@testable import TestSupport
import Testing

struct OutputNamesTests {
  private static func names() throws -> OutputNames {
    func layout(_ tarball: String, _ head: String = "") -> String {
      #"{"tarball": "\#(tarball)", \#(head) "entries": [{"text": "x", "to": "x"}]}"#
    }
    let platforms = #""platforms": ["linux/amd64"],"#
    return OutputNames(
      try .of([
        "release": #"{"name": "app"}"#,
        "images": #"""
        {"bases": {"b": "b"}, "groups": {"g": [{"name": "proxy", "base": "b"},
         {"name": "tool", "base": "b", "file": "{name}-{tag}.tar"}]}}
        """#,
        "client": layout("{name}-client-{os}-{arch}.tar.gz", platforms), "src": layout("{name}-{version}.tar.gz"),
        "split": #"{"tarball": {"windows/*": "w-{os}{variant}.tar", "*": "u-{os}{variant}.tgz"}, "#
          + #""platforms": ["linux/amd64", "windows/amd64"], "entries": []}"#,
        "twin": layout("same-{version}.tgz"), "other": layout("same-{tag}.tgz"), "final": layout("{name}.tar.gz"),
      ]))
  }

  @Test(arguments: [
    ("app-client-linux-arm.tar.gz", ["client"]), ("app-1.0.tar.gz", ["src"]), ("app-client.tar.gz", ["src"]),
    ("app.tar.gz", ["final"]), ("same-1.tgz", ["other", "twin"]), ("app-.tar.gz", []), ("other-1.0.tar.gz", []),
    ("proxy.tar", []), ("w-windows.tar", ["split"]), ("u-linuxv6.tgz", ["split"]), ("w-.tar", []), ("w-a.tgz", []),
  ])
  func `a tarball belongs to the layout whose template says most of its name`(name: String, layouts: [String]) throws {
    #expect(try Self.names().tarballs(named: Array(name.utf8)) == Set(layouts.map { .tarball($0) }))
  }

  @Test(arguments: [("proxy.tar", ["proxy"]), ("tool-v1.tar", ["tool"]), ("tool.tar", []), ("app.tar.gz", [])])
  func `an archive belongs to the image that has such a file`(name: String, images: [String]) throws {
    #expect(try Self.names().images(named: Array(name.utf8)) == Set(images.map { .image($0) }))
  }
}
