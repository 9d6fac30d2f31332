// The progress of a run for people: a bar on a terminal, else a line each half minute, so that a log does not stand
// still.

import Archive
import Basics
import Glibc
import Plan
import Synchronization
import Threads
import Write

/// Shows the progress of a run. It may be told by several threads.
final class Progress: Sendable {
  /// Seconds between two lines where there is no terminal.
  static let usualInterval = 30.0

  private let messages: MessageOutput
  private let isBar: Bool
  private let start = Progress.now()
  private let state: Mutex<ProgressState>
  /// Calls `tell` at intervals; nil where there is a bar, or nothing is to be told.
  private let ticker = Mutex<Ticker?>(nil)

  /// Without a bar, `tell` is given a line each `interval` seconds.
  init(
    _ messages: MessageOutput, interval: Double = usualInterval,
    tell: @escaping @Sendable (String) -> Void = { MessageOutput.sign($0) }
  ) {
    self.messages = messages
    isBar = !messages.isQuiet && Terminal.isBehind(STDERR_FILENO)
    state = Mutex(ProgressState())
    if messages.isQuiet || isBar { return }
    let made = Ticker(each: interval) { [weak self] in
      guard let self else { return }
      tell(state.withLock { $0.sign(after: seconds) })
    }
    ticker.withLock { $0 = made }
  }

  /// Seconds since it was made.
  var seconds: Double { Self.now() - start }

  /// The plan is made; its artifacts come next.
  func begin(_ plan: Plan) { state.withLock { $0.begin(plan) } }

  /// All artifacts are made; they get their names next.
  func finish() { state.withLock { $0.step = .finishing } }

  func take(_ event: WriteEvent) {
    state.withLock { state in
      let text = state.take(event)
      if let text, messages.isVerbose {
        clear(&state)
        messages.detail([text])
      }
      if isBar, case .packed = event { draw(&state) }
    }
  }

  /// Ends it: no line follows, and the next output is not mixed with the bar.
  func end() {
    ticker.withLock { $0.take() }?.stop()
    state.withLock { clear(&$0) }
  }

  private func clear(_ state: inout ProgressState) {
    guard isBar && state.lastDrawn > 0 else { return }
    MessageOutput.writeRaw("\r\u{1B}[K")
    state.lastDrawn = 0
  }

  /// Draws at most ten times a second.
  private func draw(_ state: inout ProgressState) {
    let now = Self.now()
    guard now - state.lastDrawn > 0.1 else { return }
    state.lastDrawn = now
    let line = state.bar(after: now - start)
    let columns = Terminal.columns(behind: STDERR_FILENO) ?? 80
    MessageOutput.writeRaw("\r" + String(line.prefix(columns - 1)) + "\u{1B}[K")
  }

  /// Seconds of a monotonic clock; they never become part of an output.
  static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// How far a run is.
struct ProgressState {
  /// What a run is at.
  enum Step {
    case planning, hashing, packing, staging, finishing
  }

  /// An artifact that is being made.
  private struct Running {
    let artifact: Int
    var done: Int64 = 0
  }

  var step = Step.planning
  /// When the bar was drawn last; 0 for never.
  var lastDrawn = 0.0
  private var plan: Plan?
  /// Approximate bytes of each artifact, without those that it holds and that are not made yet.
  private var sizes: [Int64] = []
  private var done: Int64 = 0
  private var total: Int64 = 0
  /// In the order in which they were begun.
  private var running: [Running] = []

  mutating func begin(_ plan: Plan) {
    self.plan = plan
    step = .hashing
    sizes = plan.artifacts.map { $0.image?.size ?? plan.tarBytes(of: $0) }
    total = plan.written.reduce(0) { $0 + sizes[$1] }
  }

  /// Notes an event. The text about an artifact that it ends.
  mutating func take(_ event: WriteEvent) -> String? {
    switch event {
    case .began(let artifact):
      step = .packing
      running.append(Running(artifact: artifact))
    case .packed(let count, let artifact):
      done += count
      if let index = running.firstIndex(where: { $0.artifact == artifact }) { running[index].done += count }
    case .finished(let result):
      return finish(result)
    case .staging:
      step = .staging
    }
    return nil
  }

  private mutating func finish(_ result: ArtifactResult) -> String? {
    running.removeAll { $0.artifact == result.artifact }
    guard let plan else { return nil }
    let artifact = plan.artifacts[result.artifact]
    if result.isUnchanged { total -= sizes[result.artifact] }
    // The size of this tarball is known only now: it is added to each tarball that holds it.
    if artifact.image == nil {
      for holder in plan.artifacts.indices where plan.artifacts[holder].needs.contains(result.artifact) {
        sizes[holder] += result.size
        total += result.size
      }
    }
    let state = result.isUnchanged ? ", unchanged" : ""
    if let image = artifact.image {
      return "\(image.name) for \(image.platform): \(Units.bytes(result.size))\(state)"
    }
    let bytes = "\(Units.bytes(result.tarSize)) to \(Units.bytes(result.size))"
    return "\(escapedName(artifact.fileName.utf8)): \(artifact.entries.count) entries, \(bytes)\(state)"
  }

  /// A line for a log: what the run is at.
  func sign(after seconds: Double) -> String {
    let time = "\(Int(seconds)) s"
    switch step {
    case .planning: return "planning, \(time)"
    case .hashing: return "hashing, \(time)"
    case .staging: return "filling the stage, \(time)"
    case .finishing: return "writing to the disk, \(time)"
    case .packing:
      let all = "\(Units.bytes(done)) of \(Units.bytes(max(done, total))) in all, \(time)"
      guard let plan, let first = running.first else { return "packing: \(all)" }
      let name = escapedName(plan.artifacts[first.artifact].title.utf8)
      let size = max(first.done, sizes[first.artifact])
      return "packing \(name): \(Units.bytes(first.done)) of \(Units.bytes(size)); \(all)"
    }
  }

  /// The bar.
  func bar(after seconds: Double) -> String {
    let part = total > 0 ? min(1, Double(done) / Double(total)) : 1
    let rate = Double(done) / max(seconds, 0.001)
    let left = rate > 0 ? Double(max(0, total - done)) / rate : 0
    let filled = Int(part * 20)
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 20 - filled)
    let current = running.first.flatMap { running in
      plan.map { escapedName($0.artifacts[running.artifact].fileName.utf8) }
    }
    return "[\(bar)] \(Int(part * 100))% \(Units.bytes(done)) \(Units.bytes(Int64(rate)))/s \(Units.clock(left)) left "
      + (current ?? "")
  }
}
