// The progress of a run for people: a bar on a terminal, else a line for each finished tarball.

import Archive
import Basics
import Glibc
import Plan
import Write

/// Shows the progress of packing. Its events arrive one at a time.
final class Progress {
  private let plan: Plan
  private let messages: MessageOutput
  private let isBar: Bool
  private let start = Progress.now()
  private var lastDrawn = 0.0
  private var done: Int64 = 0
  private var total: Int64
  private var current = ""

  init(_ plan: Plan, _ messages: MessageOutput) {
    self.plan = plan
    self.messages = messages
    isBar = !messages.isQuiet && Terminal.isBehind(STDERR_FILENO)
    total = plan.artifacts.reduce(0) { $0 + ($1.image == nil ? plan.tarBytes(of: $1) : 0) }
  }

  func take(_ event: WriteEvent) {
    switch event {
    case .began(let artifact):
      current = escapedName(plan.artifacts[artifact].fileName.utf8)
    case .packed(let count):
      done += count
      draw()
    case .finished(let result):
      finish(result)
    }
  }

  private func finish(_ result: ArtifactResult) {
    let artifact = plan.artifacts[result.artifact]
    let state = result.isUnchanged ? ", unchanged" : ""
    if let image = artifact.image {
      end()
      return messages.note("\(image.name) for \(image.platform): \(Units.bytes(result.size))\(state)")
    }
    // The size of this tarball is known only now: add it for each tarball that holds it.
    let holders = plan.artifacts.count { $0.needs.contains(result.artifact) }
    total += Int64(holders) * result.size
    if result.isUnchanged { total -= plan.tarBytes(of: artifact) }
    if isBar { return }
    let bytes = "\(Units.bytes(result.tarSize)) to \(Units.bytes(result.size))"
    messages.note("\(escapedName(artifact.fileName.utf8)): \(artifact.entries.count) entries, \(bytes)\(state)")
  }

  /// Clears the bar, so that the next output is not mixed with it.
  func end() {
    if isBar && lastDrawn > 0 { MessageOutput.writeRaw("\r\u{1B}[K") }
  }

  /// Draws at most ten times a second.
  private func draw() {
    let now = Self.now()
    guard isBar, now - lastDrawn > 0.1 else { return }
    lastDrawn = now
    let part = total > 0 ? min(1, Double(done) / Double(total)) : 1
    let rate = Double(done) / max(now - start, 0.001)
    let left = rate > 0 ? Double(max(0, total - done)) / rate : 0
    let filled = Int(part * 20)
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 20 - filled)
    let line =
      "[\(bar)] \(Int(part * 100))% \(Units.bytes(done)) \(Units.bytes(Int64(rate)))/s \(Units.clock(left)) left \(current)"
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
