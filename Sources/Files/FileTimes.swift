// What the times of a file say: whether a write at this moment would show in them.

private import Glibc

/// The times of files beside the clock.
package enum FileTimes {
  /// How much older than the hashing both times must be, in nanoseconds: more than the tick of any file system.
  private static let settlingTime: Int64 = 2 * 1_000_000_000
  /// More than the tick of the kernel's clock, in nanoseconds, where a file system's times are finer than a second.
  private static let fineTick: Int64 = 20_000_000

  /// Whether a file of this state, hashed from `time` on, would show any later write by its times.
  package static func isSettled(_ identity: FileIdentity, at time: Int64) -> Bool {
    [identity.modified, identity.changed].allSatisfy { stamp in
      let age = time.subtractingReportingOverflow(stamp)
      return !age.overflow && age.partialValue > settlingTime
    }
  }

  /// Nanoseconds to wait from `now` on, until any later write of a file shows in its time, which is `stamp` now.
  ///
  /// Times go in ticks of the kernel's clock, 10 ms at most; whole seconds are those of a file system that knows no
  /// finer ones, or only every other (FAT). A time far ahead is not waited for.
  package static func timeToSettle(since stamp: Int64, at now: Int64) -> Int64 {
    let tick = stamp % 1_000_000_000 == 0 ? settlingTime : fineTick
    let age = now.subtractingReportingOverflow(stamp)
    guard !age.overflow, (-settlingTime..<tick).contains(age.partialValue) else { return 0 }
    return tick - age.partialValue
  }

  /// Waits until any later write of a file shows in its time, which is `stamp` now, where times are fine.
  package static func waitForTick(since stamp: Int64) {
    let wait = timeToSettle(since: stamp, at: nanosecondsNow())
    // A signal that ends it early does no harm: the digest is not kept then.
    if (1...fineTick).contains(wait) { usleep(UInt32(wait / 1000 + 1)) }
  }
}

/// The time by the system's clock, in nanoseconds since 1970.
package func nanosecondsNow() -> Int64 {
  var time = timespec()
  // Cannot fail for this clock.
  clock_gettime(CLOCK_REALTIME, &time)
  return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
}
