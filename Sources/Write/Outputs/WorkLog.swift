// Where the time of a run went, and what did not have to be done.

private import Glibc
private import Synchronization

/// What a run did, counted by all of its threads.
package final class WorkLog: Sendable {
  /// A kind of work.
  package enum Work: Int, CaseIterable, Sendable {
    /// Finding out what sources and older outputs are.
    case hashing
    case deflating
    /// Writing what was deflated before, or is stored as it is.
    case splicing
    /// Writing images.
    case writing
  }

  /// Uncompressed bytes, by what became of them.
  package enum Fate: Int, CaseIterable, Sendable {
    case deflated
    /// Compressed already, put into tarballs as they are.
    case stored
    /// Deflated by an earlier run.
    case cached
    /// Deflated before in this run.
    case repeated
    /// Written as it is.
    case written
    /// In tarballs or images that were left alone.
    case leftAlone
  }

  private struct State {
    var seconds = [Double](repeating: 0, count: Work.allCases.count)
    var bytes = [Int64](repeating: 0, count: Fate.allCases.count)
  }

  private let state = Mutex(State())

  package init() {}

  /// Seconds of all threads together.
  package func seconds(of work: Work) -> Double { state.withLock { $0.seconds[work.rawValue] } }

  /// Plain bytes that had this fate.
  package func bytes(_ fate: Fate) -> Int64 { state.withLock { $0.bytes[fate.rawValue] } }

  /// What `body` gives; its time counts as `work`.
  func timed<Value>(_ work: Work, _ body: () throws -> Value) rethrows -> Value {
    let start = Self.now()
    defer {
      let seconds = Self.now() - start
      state.withLock { $0.seconds[work.rawValue] += seconds }
    }
    return try body()
  }

  func add(_ count: Int64, _ fate: Fate) { state.withLock { $0.bytes[fate.rawValue] += count } }

  /// Seconds of a clock that only goes forward; never part of an output.
  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
