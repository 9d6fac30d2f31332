// The calendar.

@testable import Basics
import Glibc
import Testing

struct UTCTimeTests {
  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"), (1_500_000_000, "2017-07-14T02:40:00Z"),
      (4_107_542_399, "2100-02-28T23:59:59Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
      (1 << 33, "2242-03-16T12:56:32Z"), (-1, "1969-12-31T23:59:59Z"), (253_402_300_800, "10000-01-01T00:00:00Z"),
    ] as [(Int64, String)])
  func `seconds since 1970 become date and time`(_ epoch: Int64, _ text: String) {
    #expect(UTCTime(epoch: epoch).description == text)
  }

  @Test func `every day of the tar format's times is the C library's`() {
    for epoch in stride(from: time_t(0), through: 1 << 33, by: 86_400 * 11 + 3_607) {
      var parts = tm()
      var seconds = epoch
      gmtime_r(&seconds, &parts)
      var buffer = [CChar](repeating: 0, count: 32)
      let count = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
      let text = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
      #expect(UTCTime(epoch: Int64(epoch)).description == text)
    }
  }

  @Test(arguments: [Int64.min, .max]) func `no number is too large`(_ epoch: Int64) {
    #expect(UTCTime(epoch: epoch).description.hasSuffix("Z"))
  }
}
