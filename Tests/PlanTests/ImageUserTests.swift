// The user of an image that is not in it: told before a container fails to start.

@testable import Basics
@testable import Image
@testable import Plan
@testable import TestSupport
import Testing

struct ImageUserTests {
  private let tree: TemporaryTree

  init() throws {
    tree = try TemporaryTree()
    try tree.addBinary()
    try tree.addBase("base", .amd64, settings: ImageSettings())
  }

  /// The warnings about users of an image with these keys.
  private func warnings(_ keys: String) throws -> [String] {
    try tree.planImages(image(keys)).warnings.filter { $0.contains("the user") || $0.contains("the group") }
  }

  private static let passwd = #""entries": [{"text": "root:x:0:0\napp:x:1:1\n", "to": "etc/passwd"}]"#
  private static let end = "no container of it starts; a number needs no entry"

  @Test(arguments: [
    (#""user": "app""#, #"the user "app" is not known, because there is no /etc/passwd in it: "#),
    (#""user": "ap", \#(passwd)"#, #"the user "ap" is not in its /etc/passwd: "#),
    (#""user": "app:grp", \#(passwd)"#, #"the group "grp" is not known, because there is no /etc/group in it: "#),
    (#""user": "5:grp""#, #"the group "grp" is not known, because there is no /etc/group in it: "#),
  ])
  func `a name that is not in the image is warned of`(_ keys: String, _ warning: String) throws {
    #expect(try warnings(keys) == ["image tool for linux/amd64: \(warning)\(Self.end)"])
  }

  @Test(arguments: [#""user": "65534:65534""#, #""user": "7""#, #""user": "app:1", \#(passwd)"#, #""cmd": ["tool"]"#])
  func `a number and a name of the image are right`(_ keys: String) throws {
    #expect(try warnings(keys) == [])
  }
}
