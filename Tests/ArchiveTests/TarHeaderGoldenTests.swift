// Our headers against those of GNU tar, field for field. `RECORD_GOLDENS=1 swift test --filter TarHeaderGoldenTests`
// writes the golden files anew from the commands in their first lines.
//
// By default GNU tar's posix format adds records for the times of access and of the change of the inode, and an
// extended header named after the process; the commands switch these off.

@testable import Archive
import Glibc
@testable import TestSupport
import Testing

struct TarHeaderGoldenTests {
  private static let isGNUTar = (try? Tool.run("sh", "-c", "tar --version 2>&1 | grep -q 'GNU tar'")) != nil
  private static let isRecording = getenv("RECORD_GOLDENS") != nil

  @Test(arguments: ustarGoldens) func `an entry that ustar holds is one block`(golden: GoldenHeader) throws {
    #expect(TarHeader.encode(golden.entry).count == 512)
    #expect(HeaderDump.text(TarHeader.encode(golden.entry)) == (try golden.read().fields))
  }

  @Test(arguments: paxGoldens) func `what ustar cannot hold gets an extended header`(golden: GoldenHeader) throws {
    #expect(HeaderDump.text(TarHeader.encode(golden.entry)) == (try golden.read().fields))
  }

  @Test(.enabled(if: isGNUTar), arguments: ustarGoldens)
  func `a ustar block is that of GNU tar, byte for byte`(golden: GoldenHeader) throws {
    if Self.isRecording { try golden.record() }
    #expect(TarHeader.encode(golden.entry) == (try golden.run()))
  }

  @Test(.enabled(if: isGNUTar), arguments: paxGoldens)
  func `the golden of an extended header is what GNU tar writes`(golden: GoldenHeader) throws {
    if Self.isRecording { try golden.record() }
    #expect(try golden.read().fields == HeaderDump.text(try golden.run()))
  }
}

private func bytes(_ runs: (Character, Int)...) -> [UInt8] {
  Array(runs.map { String(repeating: $0, count: $1) }.joined(separator: "/").utf8)
}

private func file(
  _ name: [UInt8], mode: UInt16 = 0o644, size: Int64 = 0, mtime: Int64 = 0, uid: Int64 = 0, gid: Int64 = 0
) -> TarEntry {
  TarEntry(
    name: name, kind: .file, mode: mode, size: size, mtime: mtime, uid: uid, gid: gid,
    uname: Array((uid == 0 ? "root" : "").utf8), gname: Array((gid == 0 ? "root" : "").utf8))
}

private func other(_ kind: TarEntryKind, _ name: [UInt8], mode: UInt16 = 0o644, link: [UInt8] = []) -> TarEntry {
  let root = Array("root".utf8)
  return TarEntry(name: name, kind: kind, mode: mode, linkname: link, uname: root, gname: root)
}

private func folder(_ name: [UInt8]) -> TarEntry { other(.directory, name + Array("/".utf8), mode: 0o755) }

private func symlink(_ length: Int) -> TarEntry {
  other(.symlink, bytes(("s", 1)), mode: 0o777, link: bytes(("t", length)))
}

private let ustarGoldens: [GoldenHeader] = [
  .init("name-1", file(bytes(("a", 1)))),
  .init("name-99", file(bytes(("n", 99)))),
  .init("name-100", file(bytes(("n", 100)))),
  .init("name-101", file(bytes(("d", 1), ("n", 99)))),
  .init("name-102", file(bytes(("d", 1), ("n", 100)))),
  .init("name-112-last-slash", file(bytes(("d", 60), ("e", 30), ("n", 20)))),
  .init("name-255", file(bytes(("d", 154), ("n", 100)))),
  .init("name-256", file(bytes(("d", 155), ("n", 100)))),
  .init("name-256-short-last", file(bytes(("d", 155), ("e", 98), ("n", 1)))),
  .init("name-256-last-slash", file(bytes(("d", 77), ("e", 77), ("n", 100)))),
  .init("folder-100", folder(bytes(("d", 99)))),
  .init("folder-101", folder(bytes(("d", 1), ("e", 98)))),
  .init("folder-156", folder(bytes(("d", 98), ("e", 56)))),
  .init("folder-256", folder(bytes(("d", 155), ("e", 99)))),
  .init("mode-0000", file(bytes(("a", 1)), mode: 0)),
  .init("mode-0600", file(bytes(("a", 1)), mode: 0o600)),
  .init("mode-7777", file(bytes(("a", 1)), mode: 0o7777)),
  .init("symlink-1", symlink(1)),
  .init("symlink-100", symlink(100)),
  .init("hardlink", other(.hardlink, bytes(("b", 1)), link: bytes(("a", 1)))),
  .init("hardlink-100", other(.hardlink, bytes(("b", 1)), link: bytes(("n", 100)))),
  .init("fifo", other(.fifo, bytes(("p", 1)))),
  .init("size-5", file(bytes(("a", 1)), size: 5)),
  .init("size-8-gib-less-1", file(bytes(("a", 1)), size: (8 << 30) - 1)),
  .init("mtime-largest", file(bytes(("a", 1)), mtime: (1 << 33) - 1)),
  .init("owner-largest", file(bytes(("a", 1)), uid: 2_097_151, gid: 2_097_151)),
]

private let paxGoldens: [GoldenHeader] = [
  .init("pax-name-101", file(bytes(("n", 101)))),
  .init("pax-name-257", file(bytes(("d", 156), ("n", 100)))),
  .init("pax-name-rest-101", file(bytes(("d", 100), ("n", 101)))),
  .init("pax-folder-101", folder(bytes(("d", 100)))),
  .init("pax-folder-257", folder(bytes(("d", 155), ("e", 100)))),
  .init("pax-name-not-ascii", file(Array("é".utf8))),
  .init("pax-folder-not-utf8", folder([UInt8(ascii: "d"), 0xFF])),
  // The length of a record counts its own digits: 99 bytes, then 101, for there is no record of 100.
  .init("pax-record-99", file(Array("é".utf8) + bytes(("n", 88)))),
  .init("pax-record-101", file(Array("é".utf8) + bytes(("n", 89)))),
  .init("pax-record-999", symlink(985)),
  .init("pax-record-1001", symlink(986)),
  .init("pax-symlink-101", symlink(101)),
  .init("pax-hardlink-101", other(.hardlink, bytes(("b", 1)), link: bytes(("n", 101)))),
  .init("pax-size-8-gib", file(bytes(("a", 1)), size: 8 << 30)),
  .init("pax-uid", file(bytes(("a", 1)), uid: 2_097_152)),
  .init("pax-gid", file(bytes(("a", 1)), gid: 4_294_967_294)),
  .init("pax-mtime-negative", file(bytes(("a", 1)), mtime: -1)),
  .init("pax-mtime-2-33", file(bytes(("a", 1)), mtime: 1 << 33)),
]
