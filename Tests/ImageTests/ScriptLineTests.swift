// The first line of a script, as Linux reads it.

@testable import Files
@testable import Image
import Testing

@Suite struct `First lines of scripts` {
  private static func line(_ text: String) throws -> ScriptLine {
    let folder = try ImageFolder()
    guard case .script(let line) = try Executable.inspect(folder.file(Array(text.utf8))) else {
      throw NoScript()
    }
    return line
  }

  private struct NoScript: Error {}

  @Test(
    arguments: [
      ("#!/bin/sh\nx", "/bin/sh", ""), ("#!/bin/sh", "/bin/sh", ""), ("#! \t/bin/sh \t -e -x  \n", "/bin/sh", "-e -x"),
      ("#!/usr/bin/env python3\n", "/usr/bin/env", "python3"), ("#!/bin/sh\0more\n", "/bin/sh", ""),
      ("#!sh\n", "sh", ""), ("#!/bin/sh\r\n", "/bin/sh\r", ""), ("#!/bin/sh -e\r\n", "/bin/sh", "-e\r"),
      ("#!\n", nil, ""), ("#!", nil, ""), ("#! \t \n/bin/sh", nil, ""), ("#!\0/bin/sh\n", nil, ""),
    ] as [(String, String?, String)])
  func `an interpreter and one argument`(text: String, interpreter: String?, argument: String) throws {
    let line = try Self.line(text)
    #expect(line == ScriptLine(interpreter: interpreter.map { Array($0.utf8) }, argument: Array(argument.utf8)))
    #expect(line.endsWithCarriageReturn == text.contains("\r\n"))
  }

  @Test func `a name that is longer than what Linux looks at is none`() throws {
    let name = String(repeating: "x", count: 252)
    #expect(try Self.line("#!/\(name)\n").interpreter == Array("/\(name)".utf8))
    #expect(try Self.line("#!/\(name)").interpreter == Array("/\(name)".utf8))
    #expect(try Self.line("#!/\(name)x\n").interpreter == nil)
    // An argument may go on.
    let argument = String(repeating: "y", count: 300)
    #expect(try Self.line("#!/bin/sh \(argument)\n").interpreter == Array("/bin/sh".utf8))
  }
}
