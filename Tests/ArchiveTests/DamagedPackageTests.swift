// Debs and rpms that are cut or flipped at random: whatever comes of it, the process goes on and the answer is a value.

@testable import Archive
@testable import Basics
@testable import Files
@testable import TestSupport
import Testing

/// Packages made by hand, as small as they get.
private enum SamplePackage {
  static let payload: [UInt8] = cpio([
    ("./etc/x", .file, Array("hello".utf8)), ("./usr/l", .symlink, Array("../etc/x".utf8)), ("./var", .directory, []),
  ])

  static func cpio(_ entries: [(String, TarEntryKind, [UInt8])]) -> [UInt8] {
    var bytes: [UInt8] = []
    for (index, (name, kind, contents)) in entries.enumerated() {
      let entry = TarEntry(name: Array(name.utf8), kind: kind, mode: 0o644, mtime: 7)
      bytes += CpioHeader.encode(entry, inode: index + 1, size: Int64(contents.count)) + contents
      bytes += [UInt8](repeating: 0, count: CpioHeader.padding(after: Int64(contents.count)))
    }
    return bytes + CpioHeader.trailer
  }

  static func rpm(_ payload: [UInt8] = payload, digest: String = "\(SHA256.digest(of: "hello".utf8))") -> [UInt8] {
    var signatures = RpmHeader()
    signatures[.signatureSize] = .int32([1])
    var header = RpmHeader()
    header.set(.name, "x")
    header[.directoryNames] = .strings([Array("/etc/".utf8), Array("/usr/".utf8), Array("/".utf8)])
    header[.directoryIndexes] = .int32([0, 1, 2])
    header[.baseNames] = .strings([Array("x".utf8), Array("l".utf8), Array("var".utf8)])
    header[.fileUsers] = .strings([Array("me".utf8), Array("root".utf8), Array("root".utf8)])
    header[.fileDigests] = .strings([Array(digest.utf8), [], []])
    header[.fileDigestAlgorithm] = .int32([8])
    let first = signatures.encode(region: .signatures)
    let padding = [UInt8](repeating: 0, count: -first.count & 7)
    return RpmLead.encode(name: "x-1-1", architecture: "noarch") + first + padding
      + header.encode(region: .immutable) + payload
  }

  static func member(_ name: String, _ contents: [UInt8]) -> [UInt8] {
    ArHeader.encode(name: name, size: Int64(contents.count), mtime: 7) + contents
      + (contents.count & 1 == 0 ? [] : [UInt8(ascii: "\n")])
  }

  static let data = Tar.header("./etc/", type: "5") + Tar.entry("./etc/x", Array("hello".utf8)) + Tar.end
  static let deb =
    ArHeader.magic + member("debian-binary", Array("2.0\n".utf8)) + member("control.tar", Tar.end)
    + member("data.tar", data)
}

struct DamagedPackageTests {
  @Test func `the samples are sound`() throws {
    let rpm = try Listing(SamplePackage.rpm())
    #expect(rpm.error == nil && rpm.warnings == [])
    #expect(rpm.rows.map(\.path) == ["./etc/x", "./usr/l", "./var"])
    #expect(rpm.rows.map(\.link) == ["", "../etc/x", ""])
    #expect(rpm.rows.map(\.sha256) == ["\(SHA256.digest(of: "hello".utf8))", "", ""])
    let deb = try Listing(SamplePackage.deb)
    #expect(deb.error == nil && deb.warnings == [])
    #expect(deb.rows.map(\.path) == ["./etc", "./etc/x"])
  }

  @Test func `a cut anywhere gives an error`() throws {
    let folder = try TemporaryFolder()
    for sample in [SamplePackage.rpm(), SamplePackage.deb] {
      // Of a deb the last block of zeros may be missing, with a warning.
      for count in 8..<(sample.count - 1) {
        let listing = try Listing(path: folder.write(Array(sample.prefix(count))))
        #expect(listing.error != nil || listing.warnings != [], "\(count) of \(sample.count) bytes")
      }
    }
  }

  @Test(arguments: 0..<4 as Range<UInt64>) func `bytes that are turned never end the process`(seed: UInt64) throws {
    var dice = SplitMix(seed: seed)
    let folder = try TemporaryFolder()
    for sample in [SamplePackage.rpm(), SamplePackage.deb] {
      for _ in 0..<300 {
        var bytes = sample
        for _ in 0..<Int.random(in: 1...4, using: &dice) {
          bytes[Int.random(in: 0..<bytes.count, using: &dice)] = UInt8.random(in: 0...255, using: &dice)
        }
        _ = try Listing(path: folder.write(bytes))
      }
    }
  }

  /// What is refused, with how the message begins.
  private static func refusals() -> [(bytes: [UInt8], message: String)] {
    let zeros = [UInt8](repeating: 0, count: 200)
    let debian = ArHeader.magic + SamplePackage.member("debian-binary", Array("2.0\n".utf8))
    let otherVersion = ArHeader.magic + SamplePackage.member("debian-binary", Array("3.0\n".utf8))
    let xz: [UInt8] = [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]
    let newc = "cpio, byte 0: expected an entry of the form \"newc\""
    var all: [(bytes: [UInt8], message: String)] = []
    all.append(
      (
        SamplePackage.rpm(digest: "\(SHA256.digest(of: "other".utf8))"),
        "./etc/x: the contents are not those that the header has the digest of"
      ))
    all.append(
      (SamplePackage.rpm(SamplePackage.payload + [1]), "cpio: other bytes than zeros behind the end, from byte "))
    all.append((SamplePackage.rpm(Array("07070X00000000".utf8) + zeros), newc))
    all.append((SamplePackage.rpm(xz + zeros), "\(newc), found data compressed with xz"))
    all.append((otherVersion, "expected a deb of version 2, found \"3.0%0A\""))
    all.append(
      (debian + SamplePackage.member("data.tar", []), "expected the member control.tar, found \"data.tar\""))
    all.append(
      (SamplePackage.deb + SamplePackage.member("more", []), "expected the member _... or none, found \"more\""))
    return all
  }

  @Test(arguments: refusals()) func `what two readers would read differently is refused`(
    bytes: [UInt8], message: String
  ) throws {
    let listing = try Listing(bytes)
    let fault = try #require(listing.error).fault
    #expect(fault.hasPrefix(message), "\(fault)")
  }

  @Test func `a header that claims more than the file has takes no room`() throws {
    var bytes = SamplePackage.rpm()
    // The count of entries, then that of bytes, of the signature header.
    bytes.replaceSubrange(104..<108, with: [0, 0, 0xFF, 0xFF])
    #expect(try #require(try Listing(bytes).error).fault.hasPrefix("the file ends at byte "))
    bytes.replaceSubrange(104..<108, with: [0, 1, 0, 0])
    #expect(
      try #require(try Listing(bytes).error).fault
        == "the header of the rpm claims 65536 entries, more than 65535")
  }
}
