// Headers that GNU tar made, kept as text in testdata/golden/headers: the command in the first line, then the fields
// of what it wrote.

@testable import Archive
import Glibc
@testable import TestSupport
import Testing

/// An entry, and the file that says how GNU tar writes it.
struct GoldenHeader: Sendable, CustomTestStringConvertible {
  /// Name of the file without ".txt".
  let name: String
  let entry: TarEntry

  init(_ name: String, _ entry: TarEntry) { (self.name, self.entry) = (name, entry) }

  var testDescription: String { name }

  /// The command and the fields.
  func read() throws -> (command: String, fields: String) {
    let text = String(decoding: try readFile(path), as: UTF8.self)
    let lines = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
    let command = try #require(lines.first)
    try #require(command.hasPrefix("$ "))
    return (String(command.dropFirst(2)), String(lines.dropFirst().first ?? ""))
  }

  /// What the command writes now.
  func run() throws -> [UInt8] {
    let folder = try TemporaryFolder()
    let command = try read().command
    try Tool.run("sh", "-c", "umask 022; cd \"$1\" && { \(command); } >.out", "sh", folder.path)
    return try folder.read(".out")
  }

  /// Replaces the fields by what the command writes now.
  func record() throws {
    let command = try read().command
    let text = Array("$ \(command)\n\(HeaderDump.text(try run()))".utf8)
    let file = try #require(fopen(path, "w"))
    let count = fwrite(text, 1, text.count, file)
    #expect(fclose(file) == 0 && count == text.count)
  }

  private var path: String { "\(testDataPath)/golden/headers/\(name).txt" }
}

/// The folder of the data that tests share.
let testDataPath = #filePath.split(separator: "/").dropLast(4).reduce("") { "\($0)/\($1)" } + "/testdata"
