// Calls a function at intervals beside the work of a run.

private import Glibc

/// Calls a function at intervals, on a thread of its own. Where the system has no more threads, it never calls it.
package final class Ticker: @unchecked Sendable {
  // @unchecked: `isStopped` is touched under the lock alone, and `thread` only by its owner.
  private let lock = Lock()
  private let interval: Double
  private let body: @Sendable () -> Void
  private var isStopped = false
  private var thread: pthread_t?

  /// Calls `body` each `seconds`, for the first time after as many.
  package init(each seconds: Double, _ body: @escaping @Sendable () -> Void) {
    interval = seconds
    self.body = body
    thread = startThread { [self] in run() }
  }

  /// Ends the calls; when it returns, `body` runs no more. Call it in the thread that made the ticker.
  package func stop() {
    lock.lock()
    isStopped = true
    lock.wakeAll()
    lock.unlock()
    guard let thread else { return }
    pthread_join(thread, nil)
    self.thread = nil
  }

  private func run() {
    lock.lock()
    defer { lock.unlock() }
    var next = Self.now()
    while !isStopped {
      // From now on where a call took longer than the interval.
      next = (next < Self.now() ? Self.now() : next).later(by: interval)
      // A condition can wake a thread without a reason (pthread_cond_timedwait(3)).
      while !isStopped && Self.now() < next { lock.wait(until: next) }
      if !isStopped { lock.unlocked(body) }
    }
  }

  private static func now() -> timespec {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time
  }
}

extension timespec {
  fileprivate func later(by seconds: Double) -> timespec {
    let whole = Int(seconds)
    let nanoseconds = tv_nsec + Int((seconds - Double(whole)) * 1e9)
    return timespec(tv_sec: tv_sec + whole + nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
  }

  fileprivate static func < (first: timespec, second: timespec) -> Bool {
    (first.tv_sec, first.tv_nsec) < (second.tv_sec, second.tv_nsec)
  }
}
