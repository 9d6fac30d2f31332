// The version file: what is read, what is refused.

@testable import Basics
@testable import Files
@testable import Git
import Testing

struct VersionFileTests {
  @Test(arguments: [
    ("A='x'", "x"), ("A=\"x y\"", "x y"), ("A=v1.7.4-alpha.0+x_y/z:@%=,", "v1.7.4-alpha.0+x_y/z:@%=,"),
    (#"A='it'\''s'"#, "it's"), (#"A=\''x'"y"z"#, "'xyz"), (#"A='$x `y` \ "'"#, #"$x `y` \ ""#), ("A=\"it's\"", "it's"),
    ("A=''", ""), ("A=", ""), ("A='a\nb'", "a\nb"), (" \tA='x' \t", "x"), ("# c\n\n  # d 'e\nA=x\n\n", "x"),
    ("A=1\nA=2\n", "2"), ("A_9=0\nA=x", "x"), ("A='\u{E9}'", "\u{E9}"),
  ])
  func `a value is what a shell would make of it`(_ text: String, _ value: String) throws {
    #expect(try VersionFile.variables(in: Array(text.utf8), file: "f")["A"] == value)
    let words = ["-c", text + "\nprintf %s \"$A\""].map { Array($0.utf8) }
    let shell = try ChildProcess("sh", words, environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C"]).collect()
    #expect(String(decoding: shell.output, as: UTF8.self) == value)
  }

  @Test(arguments: [
    "A", "A =x", "A= x", "9A=x", "=x", "A+=x", "A=$x", "A=`x`", "A=$(x)", "A=\"$x\"", "A=\"`x`\"", #"A="\x""#, #"A=\x"#,
    "A='x", "A=\"x", "A='x' y", "A=x;B=y", "A=x B=y", "A=x # c", "A=~", "A=*", "A=(x)", "A=x|y", "A=x&", "A=x>y",
    "export A=x", "echo x", "A-B=x", "A='x'\r", "A='x\0'", "A=!x", "A={a,b}", "\u{FEFF}A=x", "A=\u{E9}",
  ])
  func `anything but a plain assignment is refused with its line`(_ text: String) {
    let error = VersionFileError(file: "dir/f", line: 4, found: escapedName(text.utf8))
    #expect(throws: error) {
      try VersionFile.variables(in: Array("# c\nB='1\n2'\n\(text)\nC=x\n".utf8), file: "dir/f")
    }
  }

  @Test func `a value that is not UTF-8 is refused`() {
    let text = Array("A='".utf8) + [0xFF] + Array("'".utf8)
    let error = VersionFileError(file: "f", line: 1, found: "A='%FF'")
    #expect(throws: error) { try VersionFile.variables(in: text, file: "f") }
    #expect(error.description == "f:1: expected NAME='VALUE', found 'A='%FF''")
  }

  @Test func `an empty file assigns nothing`() throws {
    #expect(try VersionFile.variables(in: [], file: "f").isEmpty)
  }
}
