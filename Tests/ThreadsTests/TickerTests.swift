// Calls at intervals: they come while the work goes on, and none comes after the end.

import Glibc
import Synchronization
import Testing
@testable import Threads

struct TickerTests {
  @Test(.timeLimit(.minutes(1))) func `it calls again and again until it is stopped, and never after that`() {
    let count = Mutex(0)
    let ticker = Ticker(each: 0.001) { count.withLock { $0 += 1 } }
    while count.withLock({ $0 }) < 3 { usleep(1000) }
    ticker.stop()
    let last = count.withLock { $0 }
    usleep(50_000)
    #expect(count.withLock { $0 } == last)
    ticker.stop()
  }

  @Test(.timeLimit(.minutes(1)), arguments: [0.9, 3600]) func `it ends at once, however long the interval`(
    _ seconds: Double
  ) {
    let count = Mutex(0)
    Ticker(each: seconds) { count.withLock { $0 += 1 } }.stop()
    #expect(count.withLock { $0 } == 0)
  }

  @Test func `its end waits for the call that runs`() {
    let state = Mutex((isRunning: false, isDone: false))
    let ticker = Ticker(each: 0.001) {
      state.withLock { $0.isRunning = true }
      usleep(20_000)
      state.withLock { $0.isDone = true }
    }
    while !state.withLock({ $0.isRunning }) { usleep(1000) }
    ticker.stop()
    #expect(state.withLock { $0.isDone })
  }
}
