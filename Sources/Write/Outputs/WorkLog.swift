// The time that each kind of work took in a run, and the work that was saved.

private import Glibc
private import Synchronization

/// The work of a run, counted over all of its threads.
package final class WorkLog: Sendable {
  /// A kind of work.
  package enum Work: Int, CaseIterable, Sendable {
    /// Finding the digests of sources and older outputs.
    case hashing
    case deflating
    /// Writing bytes that were deflated before, or are stored as they are.
    case splicing
    /// Writing images.
    case writing
    /// Filling the stage.
    case staging
  }

  /// Counts of uncompressed bytes, by the way they were packed.
  package enum Fate: Int, CaseIterable, Sendable {
    case deflated
    /// Compressed already, and put into tarballs unchanged.
    case stored
    /// Deflated by an earlier run.
    case cached
    /// Deflated before in this run.
    case repeated
    /// Written unchanged.
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

  /// The count of plain bytes packed in this way.
  package func bytes(_ fate: Fate) -> Int64 { state.withLock { $0.bytes[fate.rawValue] } }

  /// The result of `body`; its time counts as `work`.
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
