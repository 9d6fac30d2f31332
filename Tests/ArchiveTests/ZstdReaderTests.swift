// Archives that are compressed with zstd: frames whole, several, skipped and damaged, and a system without the library.

@testable import Archive
@testable import Files
import Glibc
@testable import TestSupport
import Testing

struct ZstdLibraryTests {
  @Test(arguments: ["libkpack-none.so.1", "libc.so.6", ""])
  func `what is no libzstd is none`(name: String) { #expect(ZstdFunctions(opening: name) == nil) }

  @Test func `a system without the library is told what lacks`() {
    let message =
      "x.tar.zst: is compressed with zstd, which takes the system's libzstd (libzstd.so.1), which is not here"
    #expect(ArchiveError.zstdMissing.message(for: Array("x.tar.zst".utf8)) == message)
  }
}

@Suite(.enabled(if: ZstdLibrary.isThere)) struct ZstdReaderTests {
  private static let tar = Tar.entry("a", Array("hello".utf8)) + Tar.end
  private static let frame = Zstd.stored(tar)

  @Test(arguments: [0, 1, 512, 700, 2047, 2048])
  func `frames are joined wherever the archive is cut`(cut: Int) throws {
    let listing = try Listing(Zstd.stored(Array(Self.tar.prefix(cut))) + Zstd.stored(Array(Self.tar.dropFirst(cut))))
    #expect(listing.error == nil)
    #expect(listing.rows.map(\.path) == ["a"])
    #expect(listing.warnings == [])
  }

  private static let zeros = [UInt8](repeating: 0, count: 300_000)
  private static let passedOver: [String: [UInt8]] = [
    "a frame to be skipped": Zstd.skippable([1, 2, 3]) + frame,
    "another behind the archive": frame + Zstd.skippable([], number: 15),
    "two of them": Zstd.skippable([]) + Zstd.skippable(zeros, number: 7) + frame,
    "frames of nothing": Zstd.stored([]) + frame + Zstd.stored([]),
    "zeros behind the last": frame + zeros,
  ]

  @Test(arguments: passedOver.keys.sorted())
  func `what is no content between and behind frames is passed over`(what: String) throws {
    let listing = try Listing(#require(Self.passedOver[what]))
    #expect(listing.error == nil)
    #expect(listing.rows.map(\.path) == ["a"])
  }

  @Test(arguments: [4, 5, 8, 12, 600, frame.count - 1])
  func `a frame that is cut is refused`(count: Int) throws {
    #expect(try Listing(Array(Self.frame.prefix(count))).error == .zstd(.cut(offset: Int64(count))))
    let skipped = Zstd.skippable([UInt8](repeating: 0, count: 5000))
    #expect(try Listing(Array(skipped.prefix(count))).error == .zstd(.cut(offset: Int64(count))))
  }

  private static let refused: [([UInt8], String)] = [
    (Zstd.mark + [0xA0, 1, 0, 0, 0] + Zstd.block(isLast: true, type: 3, size: 1), "Data corruption detected"),
    (Zstd.mark + [0xA8, 1, 0, 0, 0] + Zstd.block(isLast: true, type: 0, size: 0), "Unsupported frame parameter"),
    (Zstd.empty(windowLogarithm: 28), "Frame requires too much memory for decoding"),
  ]

  @Test(arguments: refused)
  func `what libzstd refuses is refused in its words`(bytes: [UInt8], reason: String) throws {
    guard case .zstd(.damaged(_, let found)) = try Listing(bytes + [UInt8](repeating: 1, count: 100)).error else {
      Issue.record("read")
      return
    }
    #expect(found == reason)
  }

  private static let garbage: [[UInt8]] = [
    [1], Array("garbage".utf8), [0, 1], Array(Zstd.mark.dropLast()), [0x1F, 0x8B, 8, 0],
  ]

  @Test(arguments: garbage)
  func `other bytes behind the last frame are refused`(bytes: [UInt8]) throws {
    #expect(try Listing(Self.frame + bytes).error == .zstd(.trailingBytes(offset: Int64(Self.frame.count))))
  }

  private static let nothing: [[UInt8]] = [Zstd.stored([]), Zstd.skippable([1]), Zstd.empty(windowLogarithm: 27)]

  @Test(arguments: nothing)
  func `frames of nothing are no archive`(bytes: [UInt8]) throws {
    let fault = TarError(place: TarPlace(offset: 0), fault: .empty(in: .zstd))
    #expect(try Listing(bytes).error == .tar(fault))
    #expect("\(fault)" == "expected a tar archive in the zstd file, found nothing")
  }

  @Test func `a file that unpacks to much more stops at the limit`() throws {
    let bytes = Zstd.stored(Tar.header("a", size: 20 << 20)) + Zstd.zeros(blocks: 200)
    #expect(bytes.count < 2000)
    #expect(try Listing(bytes).rows.map(\.size) == [20 << 20])
    guard case .tar(let error) = try Listing(bytes, limit: 21 << 20).error else {
      Issue.record("read")
      return
    }
    #expect(error.fault == .overLimit(21 << 20))
  }

  @Test(.enabled(if: Tool.exists("zstd")), arguments: ["-1", "-19"])
  func `what zstd compresses is read, and its checksum compared`(level: String) throws {
    let folder = try TemporaryFolder()
    var random = SplitMix(seed: 1)
    let contents = (0..<700_000).map { $0 % 3 == 0 ? UInt8(truncatingIfNeeded: random.next()) : 7 }
    let path = try folder.write(Tar.entry("a", contents) + Tar.end)
    try Tool.run("zstd", "-q", level, "--check", folder.path + "/archive")
    let compressed = folder.file("archive.zst")
    #expect(try Listing(path: compressed).lines == Listing(path: path).lines)
    var bytes = try FileHandle(opening: compressed, O_RDONLY).readAll(atMost: 1 << 24)
    bytes[bytes.count - 1] ^= 1
    guard case .zstd(.damaged(_, let reason)) = try Listing(bytes).error else {
      Issue.record("read")
      return
    }
    #expect(reason == "Restored data doesn't match checksum")
  }
}
