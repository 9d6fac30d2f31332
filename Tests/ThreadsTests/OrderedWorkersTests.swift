// The threads: results come in the order of the jobs, never more than the window is under way, errors are the first's.

import Glibc
import Synchronization
import Testing
@testable import Threads

/// A tool that does nothing.
private final class Hands {}

private struct Broken: Error, Equatable { let job: Int }

/// What was seen from outside while a list of jobs ran.
private final class Watch: Sendable {
  struct Seen {
    var issued = 0
    var committed: [Int] = []
    var mostUnderWay = 0
  }
  private let seen = Mutex(Seen())

  func issue() -> Int {
    seen.withLock { seen in
      seen.issued += 1
      seen.mostUnderWay = max(seen.mostUnderWay, seen.issued - seen.committed.count)
      return seen.issued - 1
    }
  }

  func commit(_ job: Int) { seen.withLock { $0.committed.append(job) } }
  var committed: [Int] { seen.withLock { $0.committed } }
  var issued: Int { seen.withLock { $0.issued } }
  var mostUnderWay: Int { seen.withLock { $0.mostUnderWay } }
}

/// Some time that depends on the number of the job alone: 0 to 2 milliseconds, in no order.
private func pause(_ job: Int) { usleep(UInt32(job * 7919 % 11) * 200) }

struct OrderedWorkersTests {
  @Test(arguments: [(0, 1), (1, 4), (100, 1), (100, 2), (100, 8)])
  func `results are committed in the order of the jobs`(_ count: Int, _ threads: Int) throws {
    let watch = Watch()
    try OrderedWorkers<Int, Int, Hands>(
      window: 5,
      next: { watch.issued < count ? .job(watch.issue()) : .end }, makeTool: { Hands() },
      work: { job, _ in
        pause(job)
        return job
      }, commit: { watch.commit($0) }
    ).run(threads: threads)
    #expect(watch.committed == Array(0..<count))
    #expect(watch.mostUnderWay <= 5)
  }

  @Test(arguments: [1, 2, 8])
  func `the window bounds the jobs under way while the oldest takes long`(_ window: Int) throws {
    let watch = Watch()
    try OrderedWorkers<Int, Int, Hands>(
      window: window, next: { watch.issued < 30 ? .job(watch.issue()) : .end }, makeTool: { Hands() },
      work: { job, _ in
        if job == 0 { usleep(30_000) }
        return job
      }, commit: { watch.commit($0) }
    ).run(threads: 4)
    #expect(watch.committed == Array(0..<30))
    #expect(watch.mostUnderWay <= window)
  }

  @Test(arguments: [1, 4])
  func `the first error in the order of the jobs wins, whichever comes first in time`(_ threads: Int) {
    let watch = Watch()
    let workers = OrderedWorkers<Int, Int, Hands>(
      window: 16, next: { watch.issued < 100 ? .job(watch.issue()) : .end }, makeTool: { Hands() },
      work: { job, _ in
        if job == 5 { usleep(20_000) }
        if job >= 5 { throw Broken(job: job) }
        return job
      }, commit: { watch.commit($0) })
    #expect(throws: Broken(job: 5)) { try workers.run(threads: threads) }
    #expect(watch.committed == [0, 1, 2, 3, 4])
    #expect(watch.issued <= 5 + 16)
  }

  @Test(arguments: [1, 4])
  func `an error of the commit ends the run`(_ threads: Int) {
    let watch = Watch()
    let workers = OrderedWorkers<Int, Int, Hands>(
      window: 8, next: { watch.issued < 100 ? .job(watch.issue()) : .end }, makeTool: { Hands() },
      work: { job, _ in job },
      commit: { job in
        if job == 3 { throw Broken(job: job) }
        watch.commit(job)
      })
    #expect(throws: Broken(job: 3)) { try workers.run(threads: threads) }
    #expect(watch.committed == [0, 1, 2])
  }

  @Test(arguments: [1, 4])
  func `an error of the list or of a tool ends the run`(_ threads: Int) {
    let watch = Watch()
    let list = OrderedWorkers<Int, Int, Hands>(
      window: 8,
      next: {
        if watch.issued == 3 { throw Broken(job: 3) }
        return .job(watch.issue())
      }, makeTool: { Hands() }, work: { job, _ in job }, commit: { watch.commit($0) })
    #expect(throws: Broken(job: 3)) { try list.run(threads: threads) }
    #expect(watch.committed == Array(0..<watch.committed.count) && watch.committed.count <= 3)
    let tools = OrderedWorkers<Int, Int, Hands>(
      window: 8, next: { .job(0) }, makeTool: { throw Broken(job: -1) }, work: { job, _ in job }, commit: { _ in })
    #expect(throws: Broken(job: -1)) { try tools.run(threads: threads) }
  }

  @Test(arguments: [1, 2, 8])
  func `a list that says later is asked again after the next commit`(_ threads: Int) throws {
    let watch = Watch()
    // As a tarball waits for one that it holds: every tenth job comes only when all before it are committed.
    try OrderedWorkers<Int, Int, Hands>(
      window: 16,
      next: {
        if watch.issued == 50 { return .end }
        if watch.issued % 10 == 0 && watch.committed.count < watch.issued { return .later }
        return .job(watch.issue())
      }, makeTool: { Hands() },
      work: { job, _ in
        pause(job)
        return job
      }, commit: { watch.commit($0) }
    ).run(threads: threads)
    #expect(watch.committed == Array(0..<50))
  }

  @Test func `work runs side by side, each thread with a tool of its own`() throws {
    let watch = Watch()
    let tools = Mutex(0)
    let inside = Mutex((now: 0, most: 0))
    try OrderedWorkers<Int, Int, Hands>(
      window: 8, next: { watch.issued < 24 ? .job(watch.issue()) : .end },
      makeTool: {
        tools.withLock { $0 += 1 }
        return Hands()
      },
      work: { job, _ in
        inside.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
        usleep(5_000)
        inside.withLock { $0.now -= 1 }
        return job
      }, commit: { watch.commit($0) }
    ).run(threads: 3)
    #expect(tools.withLock { $0 } == 3)
    #expect((2...3).contains(inside.withLock { $0.most }))
  }
}
