// What four other readers make of the same archive: one that any two of them read differently must be refused, or one
// of its readers would see what the listing hides.

@testable import Archive
@testable import TestSupport
import Testing

struct ReaderAgreementTests {
  @Test(arguments: TarDisagreement.refused) func `what readers differ on is refused`(archive: TarDisagreement) throws {
    #expect(try Listing(archive.bytes).error == archive.error.map { .tar($0) })
  }

  @Test(arguments: TarDisagreement.read) func `what readers agree on is read`(archive: TarDisagreement) throws {
    let listing = try Listing(archive.bytes)
    #expect(listing.error == nil)
    #expect(listing.rows.suffix(2).map(\.path) == ["data", "last"])
  }

  /// Commands that write the entries of the archive "$1", a line each: "d" or "-" for its kind, a blank and its name.
  private static let readers: [(tool: String, command: String)] = [
    (
      "tar",
      #"tar -Ptf "$1" --quoting-style=literal > names && tar -Ptvf "$1" | cut -c1 | tr -c 'd\n' - > kinds && paste -d' ' kinds names"#
    ),
    (
      "bsdtar",
      #"bsdtar -tf "$1" > names && bsdtar -tvf "$1" | cut -c1 | tr -c 'd\n' - > kinds && paste -d' ' kinds names"#
    ),
    (
      "python3",
      """
      python3 -c 'import sys, tarfile
      for entry in tarfile.open(sys.argv[1], "r:"): print("d" if entry.isdir() else "-", entry.name)' "$1"
      """
    ),
    ("go", #"./list "$1""#),
  ]

  private static let goProgram = """
    package main
    import ("archive/tar"; "fmt"; "os")
    func main() {
      file, _ := os.Open(os.Args[1])
      reader := tar.NewReader(file)
      for {
        header, err := reader.Next()
        if header == nil { if err.Error() != "EOF" { os.Exit(1) }; return }
        if header.Typeflag == 'g' { continue }
        kind := "-"
        if header.Typeflag == tar.TypeDir { kind = "d" }
        fmt.Println(kind, header.Name)
      }
    }
    """

  /// The lines of each reader that there is on each of `archives`, nil where it failed.
  private static func lines(of archives: [TarDisagreement]) throws -> [String: [[String]?]] {
    let folder = try TemporaryFolder()
    for (index, archive) in archives.enumerated() { _ = try folder.write(archive.bytes, to: "\(index).tar") }
    _ = try folder.write(Array(goProgram.utf8), to: "list.go")
    var lines: [String: [[String]?]] = [:]
    for reader in readers where Tool.exists(reader.tool) {
      let build = "GO111MODULE=off GOFLAGS= go build -o list list.go"
      // Go that cannot build here, as without a home for its cache, is as good as none.
      if reader.tool == "go" && (try? Tool.run("sh", "-c", "cd \(folder.path) && \(build)")) == nil { continue }
      _ = try folder.write(Array(reader.command.utf8), to: "read.sh")
      let loop = "for file in *.tar; do LC_ALL=C sh read.sh $file > $file.out 2> /dev/null || touch $file.failed; done"
      try Tool.run("sh", "-c", "cd \(folder.path); \(loop)")
      lines[reader.tool] = try archives.indices.map { index in
        if try folder.names().contains("\(index).tar.failed") { return nil }
        let text = String(decoding: try folder.read("\(index).tar.out"), as: UTF8.self)
        return text.split(separator: "\n").map { bare(String($0)) }
      }
      try Tool.run("sh", "-c", "rm -f \(folder.path)/*.failed")
    }
    return lines
  }

  /// The line without the slashes at either end of the name.
  private static func bare(_ line: String) -> String {
    let isSlash: (Character) -> Bool = { $0 == "/" }
    let end = line.dropFirst(2).drop(while: isSlash).reversed().drop(while: isSlash)
    return String(line.prefix(2)) + String(end.reversed())
  }

  @Test func `the readers differ on what is refused`() throws {
    let lines = try Self.lines(of: TarDisagreement.refused)
    guard lines.count == Self.readers.count else { return }
    for (index, archive) in TarDisagreement.refused.enumerated() {
      #expect(
        Set(lines.values.map { $0[index] }).count > 1, "\(archive.testDescription): \(lines.values.map { $0[index] })")
    }
  }

  @Test func `the readers agree with the listing of what is read`() throws {
    let lines = try Self.lines(of: TarDisagreement.read)
    for (index, archive) in TarDisagreement.read.enumerated() {
      let rows = try Listing(archive.bytes).rows.map { "\($0.type == "dir" ? "d" : "-") \($0.path)" }
      for (tool, read) in lines {
        #expect(read[index] == rows, "\(archive.testDescription), \(tool)")
      }
    }
  }
}
