// Extended attributes of what is packed: images and bases keep capabilities; all others are left out, which is said of
// files that are to be run.

import Foundation
import Testing

/// Whether files here can have attributes of users.
private let hasAttributes: Bool = {
  guard Program.isThere("setfattr"), let box = try? Sandbox() else { return false }
  return (try? box.sh("echo x > x; setfattr -n user.x -v 1 x")) != nil
}()

/// Whether files here can have capabilities, and attributes that only root sets.
private let hasCapabilities: Bool = {
  guard hasAttributes, Program.isThere("setcap"), let box = try? Sandbox() else { return false }
  return (try? box.sh("echo x > x; setcap cap_net_raw+ep x; setfattr -n trusted.x -v 1 x")) != nil
}()

@Suite struct AttributeTests {
  private func warnings(_ box: Sandbox, _ words: [String] = []) throws -> [String] {
    let outcome = try box.kpack(words: Sandbox.packProject.filter { $0 != "--quiet" } + words)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return outcome.warnings
  }

  @Test(.enabled(if: hasAttributes)) func `a file by its name, and what is to be run of a tree, is warned of`() throws {
    let box = try Sandbox.project(#"{"tree":"."},{"file":"a","to":"copy"},{"paths":["run"],"to":"more"}"#)
    try box.sh("echo x > src/run; echo y > src/same; chmod 755 src/run src/same")
    #expect(try warnings(box) == [])
    try box.sh("setfattr -n user.b -v 1 src/run; setfattr -n user.a -v 1 src/run; setfattr -n user.c -v 1 src/a")
    #expect(
      try warnings(box) == [
        "p.tar.gz: run: src/run: its attributes are left out: user.a, user.b",
        "p.tar.gz: copy: src/a: its attributes are left out: user.c",
        "p.tar.gz: more/run: src/run: its attributes are left out: user.a, user.b",
      ])
  }

  @Test(.enabled(if: hasCapabilities))
  func `capabilities are warned of, what systems put on files is not`() throws {
    let box = try Sandbox.project(#"{"tree":"."}"#)
    try box.sh(
      """
      chmod 755 src/a
      for name in trusted.x security.selinux security.ima security.SMACK64EXEC; do
        setfattr -n $name -v 1 src/a 2>/dev/null || true
      done
      """)
    #expect(try warnings(box) == [])
    try box.sh("setcap cap_net_bind_service+ep src/a")
    #expect(try warnings(box) == ["p.tar.gz: a: src/a: its attributes are left out: security.capability"])
  }

  @Test(.enabled(if: hasAttributes)) func `ten files are told, and how many more there are`() throws {
    let box = try Sandbox.project(#"{"tree":"."}"#)
    try box.sh("for n in $(seq 10 22); do echo > src/$n; chmod 755 src/$n; setfattr -n user.x -v 1 src/$n; done")
    let warnings = try warnings(box)
    #expect(warnings.count == 11)
    #expect(warnings.first == "p.tar.gz: 10: src/10: its attributes are left out: user.x")
    #expect(warnings.last == "p.tar.gz: ... and 3 more files with attributes that are left out")
  }

  @Test(.enabled(if: hasAttributes)) func `a file that another takes the place of is not told of`() throws {
    let box = try Sandbox.project(#"{"file":"a","to":"x"},{"text":"y","to":"x","overlay":true}"#)
    try box.sh("setfattr -n user.x -v 1 src/a")
    #expect(try warnings(box) == [])
  }

  @Test(.enabled(if: hasAttributes)) func `more names than a page are read`() throws {
    let box = try Sandbox.project(#"{"file":"a","to":"x"}"#)
    try box.sh("for n in $(seq 100 120); do setfattr -n user.$n$(printf %0100d 0) src/a; done")
    let warning = try #require(try warnings(box).first)
    #expect(
      warning.split(separator: ",").count == 21 && warning.hasSuffix("user.120" + String(repeating: "0", count: 100)))
  }

  @Test(.enabled(if: hasAttributes)) func `the executable of an image and its entries are warned of`() throws {
    let box = try Sandbox.imaged()
    try box.sh("chmod 755 _output/dockerized/bin/linux/amd64/tool")
    try box.sh("setfattr -n user.x -v 1 _output/dockerized/bin/linux/amd64/tool")
    let outcome = try box.kpack(words: Sandbox.makeTool.filter { $0 != "--quiet" })
    let path = "usr/local/bin/tool: _output/dockerized/bin/linux/amd64/tool"
    #expect(
      outcome.warnings.filter { $0.hasPrefix("image") } == [
        "image tool for linux/amd64: \(path): its attributes are left out: user.x"
      ])
  }

  /// The names and capabilities of files in an archive within an archive, as Python's tarfile reads them.
  private func capabilities(_ archive: String, _ box: Sandbox) throws -> String {
    try box.sh(
      """
      cat > read.py <<'END'
      import io, sys, tarfile
      outer = tarfile.open(sys.argv[1])
      for blob in outer:
          data = outer.extractfile(blob).read() if blob.isfile() else b""
          try:
              layer = tarfile.open(fileobj=io.BytesIO(data))
          except tarfile.TarError:
              continue
          for entry in layer:
              value = entry.pax_headers.get("SCHILY.xattr.security.capability")
              if value is not None:
                  print(entry.name, value.encode("utf-8", "surrogateescape").hex())
      END
      python3 read.py \(archive) > read.txt
      """)
    return String(decoding: try box.read("read.txt"), as: UTF8.self)
  }

  @Test(.enabled(if: hasCapabilities)) func `images keep the capabilities of their files and of their base`() throws {
    let box = try Sandbox.imaged(base: nil)
    try box.sh(
      """
      setcap cap_net_bind_service+ep _output/dockerized/bin/linux/amd64/tool
      mkdir -p rootfs/bin; echo x > rootfs/bin/ping; chmod 755 rootfs/bin/ping; setcap cap_net_raw=ep rootfs/bin/ping
      """)
    let base = try box.kpack("base", "add", "base", "--rootfs", "rootfs", "--arch", "amd64", "--cmd", "sh")
    #expect(base.status == 0 && base.warnings == [], "\(base.errors)")
    let outcome = try box.kpack(words: Sandbox.makeTool.filter { $0 != "--quiet" })
    #expect(outcome.warnings.filter { $0.contains("attributes") } == [])
    let names = try capabilities("_output/release-images/amd64/tool.tar", box)
    let value = "0100000200040000000000000000000000000000"
    #expect(
      names.split(separator: "\n").sorted() == [
        "bin/ping 0100000200200000000000000000000000000000", "usr/local/bin/tool \(value)",
      ])
  }

  @Test(.enabled(if: hasAttributes)) func `what is to be run of a root file system is warned of`() throws {
    let box = try Sandbox()
    try box.sh("mkdir -p root/bin; echo > root/bin/x; chmod 755 root/bin/x; setfattr -n user.x -v 1 root/bin/x")
    try box.sh("echo > root/y; setfattr -n user.x -v 1 root/y")
    let outcome = try box.kpack("base", "add", "x", "--rootfs", "root", "--arch", "amd64")
    #expect(outcome.warnings == ["root/bin/x: its attributes are left out: user.x"])
  }

  @Test(.enabled(if: Program.canTrace)) func `files of a tree that are not to be run are not asked for attributes`()
    throws
  {
    let box = try Sandbox.project(#"{"tree":"."}"#)
    try box.sh("for n in $(seq 50); do echo > src/$n; done; chmod 755 src/7")
    let trace = ["strace", "-f", "-o", "trace", "-e", "trace=llistxattr"]
    try #require(try box.kpack(words: Sandbox.packProject, through: trace).status == 0)
    let calls = String(decoding: try box.read("trace"), as: UTF8.self).split(separator: "\n")
      .filter { $0.contains("llistxattr(") }
    #expect(calls.count == 1 && calls[0].contains("\"src/7\""), "\(calls)")
  }
}
