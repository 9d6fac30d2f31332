// Names of images, long and short.

import Image
import Testing

struct ReferenceTests {
  @Test(arguments: [
    ("busybox", "busybox:latest"), ("docker.io/library/busybox:1", "busybox:1"),
    ("docker.io/me/tool", "me/tool:latest"),
    ("quay.io/me/tool", "quay.io/me/tool:latest"), ("docker.io/a.b/c", "docker.io/a.b/c:latest"),
    ("docker.io/localhost/c", "docker.io/localhost/c:latest"), ("docker.io/a.b", "a.b:latest"),
    ("docker.io/docker.io/c", "docker.io/docker.io/c:latest"),
    ("docker.io/library/a.b/c", "library/a.b/c:latest"),
  ])
  func `the short form spells the same name`(text: String, familiar: String) throws {
    let reference = try Reference(text)
    #expect(reference.familiar == familiar)
    #expect(try Reference(reference.familiar) == reference)
  }

  @Test(arguments: [
    ("x:1", "x:1", true), ("x:1", "x:2", false), ("x@D", "x:2", true), ("x:1@D", "x:1", true), ("x:1@D", "x:2", false),
    ("x@D", "y:1", false), ("x@D", "x@D", true), ("x", "x@D", false), ("x@D", "x@E", false), ("x@D", "x:1@E", false),
  ])
  func `a name with a digest may ask for what has its tag`(asked: String, stored: String, isMeant: Bool) throws {
    let fill = { (text: String) in
      try Reference(
        text.replacing("D", with: "\(ImageDigest(of: [1]))").replacing("E", with: "\(ImageDigest(of: [2]))"))
    }
    #expect(try fill(asked).canMean(fill(stored)) == isMeant)
  }
}
