// A moment as people and tools read it: the date and time of day in UTC, by arithmetic alone, since gmtime and strftime
// bring in the machine's time zone files and locale.

/// A date and time of day in UTC, without leap seconds, in the Gregorian calendar.
package struct UTCTime: Equatable, Sendable {
  package let year: Int64
  /// 1 to 12.
  package let month: Int64
  /// 1 to 31.
  package let day: Int64
  package let secondOfDay: Int64

  /// The moment `epoch` seconds after 1970-01-01T00:00:00Z; any number will do.
  package init(epoch: Int64) {
    let days = Self.quotient(epoch, 86_400)
    secondOfDay = Self.remainder(epoch, 86_400)
    // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days: years begin on the first of March,
    // so that the leap day is the last of its year, and 400 years are always 146097 days. 719468 days lie between
    // 0000-03-01 and 1970-01-01. Nothing overflows: `days` is below 2^47.
    let era = Self.quotient(days + 719_468, 146_097)
    let dayOfEra = Self.remainder(days + 719_468, 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// The seconds from 1970-01-01T00:00:00Z to a second of a day; `month` is 1 to 12, and a day beyond the end of its
  /// month is one of the next.
  package static func epoch(year: Int64, month: Int64, day: Int64, secondOfDay: Int64) -> Int64 {
    // Hinnant, days_from_civil: the reverse of the above.
    let year = month <= 2 ? year - 1 : year
    let era = quotient(year, 400)
    let yearOfEra = remainder(year, 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return (era * 146_097 + dayOfEra - 719_468) * 86_400 + secondOfDay
  }

  /// `number` / `divisor`, rounded down.
  private static func quotient(_ number: Int64, _ divisor: Int64) -> Int64 {
    number / divisor - (number % divisor < 0 ? 1 : 0)
  }

  /// What `quotient` leaves: 0 to `divisor` - 1.
  private static func remainder(_ number: Int64, _ divisor: Int64) -> Int64 {
    number % divisor + (number % divisor < 0 ? divisor : 0)
  }
}

extension UTCTime: CustomStringConvertible {
  /// As RFC 3339 has it and `date -u +%Y-%m-%dT%H:%M:%SZ` prints it.
  package var description: String {
    let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    let time = [secondOfDay / 3600, secondOfDay / 60 % 60, secondOfDay % 60].map { padded($0, 2) }
    return "\(date)T\(time.joined(separator: ":"))Z"
  }

  private func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
