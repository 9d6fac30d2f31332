// kpack list: the rows of an archive, and what becomes of files that are none.

import Foundation
import Testing

@Suite struct ListTests {
  @Test func `a row in JSON has nine keys`() throws {
    let box = try Sandbox.project(#"{"tree":"."},{"symlink":"a","to":"l"},{"directory":"d"}"#)
    let digest = "87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7"
    func row(_ path: Value, _ type: Value, _ mode: Value, size: Value = 0, link: Value = "", digest: Value = "")
      -> [String: Value]
    {
      [
        "path": path, "type": type, "mode": mode, "uid": 0, "gid": 0, "size": size, "link": link, "mtime": 9,
        "sha256": digest,
      ]
    }
    #expect(
      try box.packed("--epoch=9") == [
        row("a", "file", "0644", size: 2, digest: .text(digest)), row("d", "dir", "0755"),
        row("l", "symlink", "0777", link: "a"),
      ])
  }

  @Test func `a line in text tells type, mode, owner, size, time, digest and name`() throws {
    let box = try Sandbox.project(#"{"tree":"."},{"symlink":"a","to":"l"}"#)
    _ = try box.packed()
    let none = "-" + String(repeating: " ", count: 63)
    let text = """
      file     0644 0:0              2 1970-01-01T00:00:00Z 87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7 a
      symlink  0777 0:0              0 1970-01-01T00:00:00Z \(none) l -> a

      """
    #expect(try box.kpack("list", "out/p.tar.gz") == Outcome(status: 0, output: text, errors: ""))
    try box.sh("gzip -dc out/p.tar.gz > p.tar")
    #expect(try box.kpack("list", "p.tar") == Outcome(status: 0, output: text, errors: ""))
  }

  @Test func `names that are no text are escaped`() throws {
    let box = try Sandbox()
    try box.sh(
      #"mkdir d; cd d; touch "$(printf 'b\377')" "$(printf 'n\nl')" "$(printf 'e\033[31m')" 100%; tar -cf ../t.tar *"#)
    #expect(try box.paths(in: "t.tar") == ["100%25", "b%FF", "e%1B[31m", "n%0Al"])
  }

  @Test(
    arguments: [
      ("touch x", 3, "x: expected a tar archive, found an empty file"),
      ("seq 1 900 > x", 3, "x: expected a tar archive, found other bytes"),
      ("printf 'PK\\003\\004zip' > x", 3, "x: a zip without its end: it is cut, or other bytes follow it"),
      ("printf '\\n<!DOCTYPE HTML>' > x", 3, "x: expected a tar archive, found a web page"),
      ("seq 1 900 | gzip > x", 3, "x: expected a tar archive in the gzip file, found other bytes"),
      ("gzip -c < /dev/null > x", 3, "x: expected a tar archive in the gzip file, found nothing"),
      ("gzip -c out/p.tar.gz > x", 3, "x: expected a tar archive in the gzip file, found a gzip file"),
      ("head -c 200 p.tar > x", 3, nil),
      ("head -c 514 p.tar > x", 3, nil),
      ("head -c 1100 p.tar > x", 3, "x: header at byte 1024: the archive ends after 76 of 512 bytes"),
      ("head -c 9 out/p.tar.gz > x", 3, nil),
      ("head -c 60 out/p.tar.gz > x", 3, "x: gzip: the file ends at byte 60, inside a member"),
      ("(cat out/p.tar.gz; echo) > x", 3, nil),
      ("sed s/ustar/ustbr/ p.tar > x", 3, nil),
      ("mkfifo x", 3, "x: expected a regular file, found a FIFO"),
      ("mkdir x", 3, "x: expected a regular file, found a directory"),
      ("ln -s /dev/zero x", 3, "x: expected a regular file, found a device"),
      ("true", 4, "x: cannot open: No such file or directory"),
      ("ln -s x x", 4, "x: cannot open: Too many levels of symbolic links"),
      ("ln -s p.tar/y x", 4, "x: cannot open: Not a directory"),
    ] as [(String, Int32, String?)])
  func `what is no archive is told, with the reason`(making: String, status: Int32, message: String?) throws {
    let box = try Sandbox.project(#"{ "text": "text\n", "to": "t" }"#)
    _ = try box.packed()
    try box.sh("gzip -dc out/p.tar.gz > p.tar; \(making)")
    let outcome = try box.kpack("list", "x")
    #expect(outcome.status == status)
    #expect(outcome.errors.hasPrefix("kpack: error: x: ") && outcome.errors.hasSuffix("\n"))
    #expect(outcome.errors.count { $0 == "\n" } == 1)
    if let message { #expect(outcome.errors == "kpack: error: \(message)\n") }
  }

  @Test func `a checksum that is wrong is told with both numbers, after the rows before it`() throws {
    let box = try Sandbox.project(#"{"text":"","to":"a"},{"text":"","to":"b"}"#)
    _ = try box.packed()
    try box.sh("gzip -dc out/p.tar.gz > p.tar; printf c | dd of=p.tar bs=1 seek=512 conv=notrunc 2>/dev/null")
    let outcome = try box.kpack("list", "p.tar")
    #expect(outcome.status == 3 && outcome.lines.count == 1)
    let errors = /kpack: error: p.tar: header at byte 512: the checksum is \d+, that of the block \d+\n/
    #expect(outcome.errors.wholeMatch(of: errors) != nil)
  }

  @Test(arguments: [
    ("head -c 1024 p.tar", "the archive ends with 0 of the 2 blocks of zeros that should end it"),
    ("head -c 1536 p.tar", "the archive ends with 1 of the 2 blocks of zeros that should end it"),
    ("(cat p.tar; echo x)", "other bytes than zeros behind the end mark, from byte 2048 on"),
  ])
  func `what is sloppy is listed with a warning, that quiet silences`(making: String, warning: String) throws {
    let box = try Sandbox.project(#"{ "text": "text\n", "to": "t" }"#)
    _ = try box.packed()
    try box.sh("gzip -dc out/p.tar.gz > p.tar; \(making) > x")
    let whole = try box.kpack("list", "p.tar").output
    let warned = Outcome(status: 0, output: whole, errors: "kpack: warning: x: \(warning)\n")
    #expect(try box.kpack("list", "x") == warned)
    #expect(try box.kpack("list", "x", "-q") == Outcome(status: 0, output: whole, errors: ""))
  }

  @Test func `the limit ends a bomb`() throws {
    let box = try Sandbox()
    try box.sh("truncate -s 64M zeros; tar -czf bomb.tar.gz zeros")
    let outcome = try box.kpack("list", "bomb.tar.gz", "--limit=1000000")
    #expect(outcome.status == 3 && outcome.errors.contains("unpacks to more than the limit of 1000000 bytes"))
    #expect(try box.listing(of: "bomb.tar.gz").map { $0["size"] } == [.number(64 << 20)])
  }
}
