// What we write, read by other tools: each must see the entries and the contents that our reader sees.

@testable import Archive
@testable import Basics
@testable import Files
import Glibc
@testable import TestSupport
import Testing

struct InteropWritingTests {
  /// Writes the archive as "archive.tar" beside its sources; the listing that our reader makes of it.
  private static func write(_ sample: borrowing SampleRope) throws -> Listing {
    var bytes = [UInt8](repeating: 0, count: Int(sample.rope.count))
    try bytes.withUnsafeMutableBytes { try sample.rope.read(from: 0, into: $0) }
    let archive = Array(sample.path("archive.tar").utf8)
    let file = try FileHandle(opening: archive, O_WRONLY | O_CREAT, mode: 0o600)
    try bytes.withUnsafeBytes { try file.write($0) }
    let listing = try Listing(path: archive)
    #expect(listing.error == nil)
    #expect(listing.warnings == [])
    #expect(listing.rows.count == 22)
    return listing
  }

  /// Runs `script` with the archive as "$1"; the lines it prints.
  private static func lines(_ script: String, _ sample: borrowing SampleRope) throws -> [String] {
    let (archive, out) = (sample.path("archive.tar"), sample.path("out"))
    try Tool.run("sh", "-c", "LC_ALL=C.UTF-8 TZ=UTC; export LC_ALL TZ; { \(script)\n } >\"$2\"", "sh", archive, out)
    return String(decoding: try readFile(out), as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// "drwxr-xr-x 0 path/" and the like: what both tools say of an entry in `-tv`, less owner and time.
  private static func short(_ row: EntryRecord) -> String {
    let letters = ["file": "-", "dir": "d", "symlink": "l", "hardlink": "h"]
    let modes = ["0644": "rw-r--r--", "0755": "rwxr-xr-x", "0777": "rwxrwxrwx"]
    let slash = row.type == "dir" ? "/" : ""
    let link = ["symlink": " -> \(row.link)", "hardlink": " link to \(row.link)"][row.type] ?? ""
    return "\(letters[row.type] ?? "?")\(modes[row.mode] ?? "?") \(row.entry.size) \(row.path)\(slash)\(link)"
  }

  @Test(arguments: [
    ("tar", "tar -tvf \"$1\" --numeric-owner --quoting-style=literal", 3, 6), ("bsdtar", "bsdtar -tvf \"$1\"", 5, 9),
  ])
  func `other tars list and unpack the same`(tool: String, list: String, size: Int, name: Int) throws {
    guard Tool.exists(tool) else { return }
    let sample = try SampleRope()
    let listing = try Self.write(sample)
    let columns = "{ s = $1 \" \" $\(size); for (i = \(name); i <= NF; i++) s = s \" \" $i; print s }"
    #expect(try Self.lines("\(list) | awk '\(columns)'", sample) == listing.rows.map(Self.short))
    _ = try Self.lines("mkdir \"$1.d\"; \(tool) -xf \"$1\" -C \"$1.d\"", sample)
    for row in listing.rows where row.type == "file" {
      #expect(SHA256.digest(of: try readFile(sample.path("archive.tar.d/\(row.path)"))) == row.digest)
    }
  }

  @Test(.enabled(if: Tool.exists("python3"))) func `Python reads all nine keys the same`() throws {
    let sample = try SampleRope()
    let listing = try Self.write(sample)
    let script = """
      import hashlib, sys, tarfile
      kinds = {b'0': 'file', b'1': 'hardlink', b'2': 'symlink', b'5': 'dir'}
      with tarfile.open(sys.argv[1]) as archive:
        for member in archive:
          kind = kinds[member.type]
          sha = hashlib.sha256(archive.extractfile(member).read()).hexdigest()[:8] if kind == 'file' else ''
          print(member.name, kind, f'{member.mode:04o}', member.uid, member.gid, member.size, member.linkname,
                member.mtime, sha)
      """
    #expect(try Self.lines("python3 - \"$1\" <<'END'\n\(script)\nEND", sample) == listing.lines)
  }
}
