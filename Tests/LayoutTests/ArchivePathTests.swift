// Values that are checked when a layout is read: paths, modes, platforms.

@testable import Basics
@testable import Layout
import Testing

struct ArchivePathTests {
  @Test(arguments: [
    "a", "a/b", ".a", "..a", "a..", "a/...", "a b", "é", "a\\b", "-", String(repeating: "x", count: 255),
    String(repeating: "xy/", count: 1364) + "xyz",
  ])
  func `a relative path in its only spelling is taken as it is`(_ text: String) throws {
    let path = try ArchivePath(text)
    #expect(path.bytes == Array(text.utf8))
    #expect(path.text == text)
  }

  @Test(arguments: [
    ("", PathError.empty), ("/", .absolute), ("/a", .absolute), (".", .dot), ("./a", .dot), ("a/.", .dot),
    ("a/./b", .dot), ("..", .dotDot), ("../a", .dotDot), ("a/../b", .dotDot), ("a/..", .dotDot), ("a/", .emptyPart),
    ("a//b", .emptyPart), ("a\nb", .controlByte), ("a\u{7F}", .controlByte), ("a\0b", .controlByte),
    ("\u{1B}[2J", .controlByte), (String(repeating: "x", count: 256), .partTooLong),
    ("a/" + String(repeating: "é", count: 128), .partTooLong), (String(repeating: "xy/", count: 1365) + "z", .tooLong),
  ])
  func `what is no such path is refused`(_ text: String, _ error: PathError) {
    #expect(throws: error) { try ArchivePath(text) }
  }
}

struct FileModeTests {
  @Test(
    arguments: [("0755", 0o755), ("755", 0o755), ("000", 0), ("0000", 0), ("7777", 0o7777), ("0600", 0o600)]
      as [(String, UInt16)])
  func `three or four octal digits are a mode`(_ text: String, _ bits: UInt16) throws {
    #expect(try FileMode(text).bits == bits)
  }

  @Test(arguments: [
    "", "7", "08", "0o755", "10000", "00755", "-1", "-755", "+755", "0758", "rwx", " 755", "755 ", "٧٥٥", "0x1F",
  ])
  func `anything else is none`(_ text: String) {
    #expect(throws: FileModeError()) { try FileMode(text) }
  }

  @Test func `bits beyond the permissions are dropped`() { #expect(FileMode(bits: 0o104755).bits == 0o4755) }
}

struct PlatformTests {
  @Test(arguments: ["linux/amd64", "windows/386", "linux/ppc64le", "a/b", "linux/arm_v7", "js.2/wasm-x"])
  func `a platform is two names`(_ text: String) throws {
    let platform = try #require(Platform(text))
    #expect(platform.description == text)
    #expect("\(platform.os)/\(platform.architecture)" == text)
    #expect(PlatformPattern(text)?.platform == platform)
  }

  @Test(arguments: [
    "", "/", "linux", "linux/", "/amd64", "linux/amd64/2", "linux/arm/", "linux/arm/v6/x", "linux//amd64",
    "linux /amd64", "linux/-x", ".x/a", "*/*",
    "linux/*", "linüx/amd64", "linux/amd64\n", "../..",
  ])
  func `anything else is none`(_ text: String) { #expect(Platform(text) == nil) }

  @Test func `executables end in exe on windows alone`() {
    #expect(Platform(os: "windows", architecture: "amd64").executableSuffix == ".exe")
    #expect(Platform(os: "linux", architecture: "amd64").executableSuffix == "")
  }

  @Test(arguments: [
    ("*/*", [true, true, true]), ("linux/*", [true, true, false]), ("*/amd64", [true, false, true]),
    ("linux/arm", [false, true, false]), ("darwin/*", [false, false, false]),
  ])
  func `either part of a pattern may be any`(_ text: String, _ wanted: [Bool]) throws {
    let pattern = try #require(PlatformPattern(text))
    let platforms = [("linux", "amd64"), ("linux", "arm"), ("windows", "amd64")].map {
      Platform(os: $0.0, architecture: $0.1)
    }
    #expect(platforms.map(pattern.names) == wanted)
    #expect((pattern.platform == nil) == text.contains("*"))
  }

  @Test(arguments: ["", "*", "linux/a*", "**/x", "*/", "linux/amd64/*"])
  func `what is no pattern is none`(_ text: String) { #expect(PlatformPattern(text) == nil) }
}
