// What TarReader refuses, with the exact error.

@testable import Archive
@testable import TestSupport
import Testing

struct TarFaultTests {
  @Test(arguments: TarFault.blocks) func `a damaged block is refused`(fault: TarFault) throws {
    #expect(try Listing(fault.bytes).error == .tar(fault.error))
  }

  @Test(arguments: [(5, 600), (5, 4), (300, 1400)] as [(Int, Int64)])
  func `more than the caller allows is refused`(size: Int, limit: Int64) throws {
    let bytes = Tar.entry("a", [UInt8](repeating: 0, count: size)) + Tar.end
    guard case .tar(let error) = try Listing(bytes, limit: limit).error else {
      Issue.record("read")
      return
    }
    #expect(error.fault == .overLimit(limit))
  }

  @Test(arguments: TarFault.numbers) func `a number that is none is refused`(fault: TarFault) throws {
    #expect(try Listing(fault.bytes).error == .tar(fault.error))
  }

  @Test(arguments: TarFault.pax) func `a bad extended header is refused`(fault: TarFault) throws {
    #expect(try Listing(fault.bytes).error == .tar(fault.error))
  }

  @Test(arguments: TarFault.sparseFiles) func `a sparse file that does not add up is refused`(fault: TarFault) throws {
    #expect(try Listing(fault.bytes).error == .tar(fault.error))
  }

  @Test func `a sparse map of 1.0 has a limit`() throws {
    let pax = Tar.pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "9"))
    let bytes = pax + Tar.entry("a", Array("999999999\n".utf8) + [UInt8](repeating: 48, count: 600)) + Tar.end
    let fault = TarError.Fault.extensionTooLarge(size: .max, limit: 1 << 20)
    #expect(try Listing(bytes).error == .tar(TarError(place: TarPlace(offset: 1024, name: [97]), fault: fault)))
  }

  @Test func `a sparse map of the old format has a limit`() throws {
    let pair = Array("00000000000\u{0}00000000000\u{0}".utf8)
    let edits: [Tar.Edit] = [
      .init(.magic, TarFormat.gnuMagic), .init(.gnuSparseMap, (0..<4).flatMap { _ in pair }),
      .init(.gnuSparseRealSize, "00000000000"), .init(.gnuSparseIsExtended, [1]),
    ]
    let block = Tar.padded((0..<21).flatMap { _ in pair } + [1])
    let blocks = (0..<2049).flatMap { _ in block }
    let error = try Listing(Tar.header("a", type: "S", size: 0, edits) + blocks).error
    let fault = TarError.Fault.extensionTooLarge(size: 2049 * 512, limit: 1 << 20)
    #expect(error == .tar(TarError(place: TarPlace(offset: 0, name: [97]), fault: fault)))
  }

  @Test func `more than the limit behind the end mark is refused`() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(Tar.header("a") + Tar.end)
    try Tool.run("truncate", "-s", "65M", folder.path + "/archive")
    guard case .tar(let error) = try Listing(path: folder.file("archive")).error else {
      Issue.record("read")
      return
    }
    #expect(error.fault == .overTrailingLimit(64 << 20))
  }

  @Test func `a message names the file, the entry, the place and both values`() throws {
    let listing = try Listing(Tar.pax(("size", "3")) + Tar.entry("a\n", Array("hello".utf8)))
    #expect(
      listing.error?.message(for: Array("x.tar".utf8))
        == "x.tar: a%0A at byte 1024: size 5 in the header, 3 in the extended header")
  }
}
