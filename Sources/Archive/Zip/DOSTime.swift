// The time of MS-DOS in a zip's headers: two seconds fine, from 1980 to 2107, of no time zone. Here it is UTC.
// APPNOTE.TXT 4.4.6; MS-DOS Date & Time (FAT).

import Basics

/// A date and a time of day of MS-DOS.
struct DOSTime: Equatable, Sendable {
  /// Years since 1980 (7 bits), month (4), day (5).
  let date: UInt16
  /// Hour (5 bits), minute (6), half seconds (5).
  let time: UInt16

  private static let years: ClosedRange<Int64> = 1980...2107

  /// The time `epoch` seconds after 1970-01-01T00:00:00Z, rounded down to an even second; the nearest that there is for
  /// a time before or after all.
  init(epoch: Int64) {
    let moment = UTCTime(epoch: epoch)
    if moment.year < Self.years.lowerBound {
      self.init(date: 1 << 5 | 1, time: 0)
    } else if moment.year > Self.years.upperBound {
      self.init(date: 127 << 9 | 12 << 5 | 31, time: 23 << 11 | 59 << 5 | 29)
    } else {
      let date = (moment.year - Self.years.lowerBound) << 9 | moment.month << 5 | moment.day
      let second = moment.secondOfDay
      let time = (second / 3600) << 11 | (second / 60 % 60) << 5 | (second % 60 / 2)
      self.init(date: UInt16(truncatingIfNeeded: date), time: UInt16(truncatingIfNeeded: time))
    }
  }

  /// Seconds after 1970-01-01T00:00:00Z. What no calendar has, such as month 0, counts as the nearest that there is.
  var epoch: Int64 {
    let month = min(max(Int64(date >> 5 & 15), 1), 12)
    let seconds = Int64(time >> 11) * 3600 + Int64(time >> 5 & 63) * 60 + Int64(time & 31) * 2
    return UTCTime.epoch(
      year: Self.years.lowerBound + Int64(date >> 9), month: month, day: max(Int64(date & 31), 1),
      secondOfDay: min(seconds, 86_399))
  }

  init(date: UInt16, time: UInt16) { (self.date, self.time) = (date, time) }
}
