// Tables on a terminal: in its columns, with rounded sizes and short digests; in a pipe exact and whole.

import Foundation
import Testing

@Suite(.enabled(if: Program.isThere("script") && canMakeTerminal())) struct TerminalTests {
  /// What kpack prints on a terminal of so many columns, its lines without colors.
  private func lines(_ words: String..., columns: Int, in box: Sandbox) throws -> [Substring] {
    let text = try box.sh(
      "script -qec \"stty cols $1; $2\" /dev/null", "\(columns)", ([Program.kpack] + words).joined(separator: " "))
    let plain = text.replacing("\r\n", with: "\n").replacing(/\u{1B}\[[0-9;]*[mK]/, with: "")
    return plain.split(separator: "\n")
  }

  private func project() throws -> Sandbox {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    try box.sh("head -c 1234567 /dev/zero > src/zeros")
    return box
  }

  @Test func `the results of a run fit a narrow terminal and are whole on a wide one`() throws {
    let box = try project()
    let piped = try box.kpack(words: Sandbox.packProject)
    let digest = try #require(piped.output.firstMatch(of: /[0-9a-f]{64}/)).0
    let words = "tarballs --quiet --root src --layouts layouts --out out --cache cache"
    let header = "TARBALL   ENTRIES  BYTES IN  BYTES OUT  SHA256"
    let narrow = try lines(words, columns: 80, in: box)
    #expect(narrow.first == "\(header)" && narrow.count == 2)
    #expect(narrow.last?.hasPrefix("p.tar.gz        2    1.2 MB     ") == true)
    #expect(narrow.last?.hasSuffix("  \(digest.prefix(12))") == true)
    let wide = try lines(words, columns: 120, in: box)
    #expect(wide.last?.hasSuffix("  \(digest)") == true)
    #expect(piped.lines.last?.contains(" 1237504 ") == true, "\(piped.output)")
  }

  @Test func `a listing is short on a terminal and exact in a pipe`() throws {
    let box = try project()
    _ = try box.packed()
    let digest = try #require(try box.listing(of: "out/p.tar.gz").last?["sha256"]).text
    let shown = try lines("list", "out/p.tar.gz", columns: 80, in: box)
    #expect(shown.last == "file     0644 0:0      1.2 MB 1970-01-01T00:00:00Z \(digest.prefix(12)) zeros")
    let piped = try box.kpack("list", "out/p.tar.gz").lines.last
    #expect(piped == "file     0644 0:0        1234567 1970-01-01T00:00:00Z \(digest) zeros")
  }

  @Test func `bases are a table on a terminal and bare lines in a pipe`() throws {
    let box = try Sandbox.stored(["one --arch amd64", "two:v1 --arch arm64"])
    let piped = try box.kpack("base", "list", "--bases", "old")
    let digest = try #require(piped.lines.first?.split(separator: " ").last)
    #expect(piped.lines.first?.wholeMatch(of: /one:latest  linux\/amd64  \d+  sha256:[0-9a-f]{64}/) != nil)
    let shown = try lines("base", "list", "--bases", "old", columns: 80, in: box)
    #expect(shown.first == "BASE        PLATFORM      BYTES  MANIFEST", "\(shown)")
    #expect(shown.dropFirst().first?.hasSuffix("kB  \(digest.prefix(19))") == true, "\(shown)")
    #expect(shown.allSatisfy { $0.count <= 80 })
  }
}

/// Whether the system gives out pseudo-terminals (pty(7)); a bare root file system has none.
private func canMakeTerminal() -> Bool { (try? Sandbox().sh("script -qec true /dev/null")) != nil }
