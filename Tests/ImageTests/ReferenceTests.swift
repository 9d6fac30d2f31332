// Names of images, long and short.

@testable import Image
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
    ("[2001:db8::1]:5000/team/app:1.0", "[2001:db8::1]:5000", "team/app", "1.0"),
    ("[::1]/x", "[::1]", "x", "latest"), ("[::1]:5000/x", "[::1]:5000", "x", "latest"),
    ("[FE80::aBc]/a/b/c:v1", "[FE80::aBc]", "a/b/c", "v1"), ("[::ffff:7f00:1]:1/x:1", "[::ffff:7f00:1]:1", "x", "1"),
  ])
  func `a registry may be an IPv6 address`(text: String, domain: String, path: String, tag: String) throws {
    let reference = try Reference(text)
    #expect(reference.domain == domain && reference.path == path && reference.tag == tag)
    #expect(reference.description == "\(domain)/\(path):\(tag)")
    #expect(try reference.familiar == reference.description && Reference(reference.familiar) == reference)
    let digest = ImageDigest(of: [1])
    let pinned = try Reference("\(domain)/\(path)@\(digest)")
    #expect(pinned.domain == domain && pinned.tag == nil && pinned.digest == digest)
    #expect(pinned.canMean(reference))
  }

  @Test(arguments: [
    "[::1]", "[::1]:5000", "[]/x", "[abcd]/x", "[::1]x/y", "[::1]:/x", "[::1]:x/y", "[::1/x", "::1]/x", "[::1]:5:6/x",
    "[fe80::1%eth0]/x", "[::1%25lo]:5000/x", "[127.0.0.1]/x", "[::1]]/x", "[[::1]]/x", "[::g]/x", "[::1]/X", "[::1]/",
    "2001:db8::1/x", "x/[::1]/y", "[::1]/x:a:b", "docker.io/[::1]/x",
  ])
  func `what is no address in brackets is no registry`(text: String) {
    #expect(throws: ReferenceError(text: text)) { _ = try Reference(text) }
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
