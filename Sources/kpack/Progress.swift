// What a person sees while a release is packed: a bar on a terminal, else a line for each finished tarball.

import Archive
import Basics
import Files
import Glibc
import Plan
import Write

/// Shows the progress of packing. Its events come one at a time.
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
    isBar = !messages.isQuiet && isTerminal(STDERR_FILENO)
    total = plan.tarBytes
  }

  func take(_ event: PackagingEvent) {
    switch event {
    case .began(let artifact):
      current = escapedName(plan.tarballs[artifact].fileName.utf8)
    case .packed(let count):
      done += count
      draw()
    case .finished(let result):
      finish(result)
    }
  }

  private func finish(_ result: TarballResult) {
    // The tarballs that hold this one now know how much they hold.
    let holders = plan.tarballs.reduce(0) { $0 + $1.holds.filter { $0 == result.artifact }.count }
    total += Int64(holders) * result.archive.file.identity.size
    let tarball = plan.tarballs[result.artifact]
    if result.isUnchanged { total -= plan.tarBytes(of: tarball) }
    if isBar { return }
    let bytes = "\(Self.size(result.archive.tarSize)) to \(Self.size(result.archive.file.identity.size))"
    let state = result.isUnchanged ? ", unchanged" : ""
    messages.note("\(escapedName(tarball.fileName.utf8)): \(tarball.entries.count) entries, \(bytes)\(state)")
  }

  /// Clears the bar, so that what is printed next stands alone.
  func end() {
    if isBar && lastDrawn > 0 { MessageOutput.writeRaw("\r\u{1B}[K") }
  }

  /// Ten times a second at most.
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
      "[\(bar)] \(Int(part * 100))% \(Self.size(done)) \(Self.size(Int64(rate)))/s \(Self.time(left)) left \(current)"
    MessageOutput.writeRaw("\r" + String(line.prefix(Self.columns - 1)) + "\u{1B}[K")
  }

  /// Columns of the terminal.
  private static var columns: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1 else { return 80 }
    return Int(size.ws_col)
  }

  /// Seconds of a clock that only goes forward; never part of an output.
  static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static func time(_ seconds: Double) -> String {
    let whole = Int(min(seconds, 359_999).rounded(.up))
    return "\(whole / 60):\(whole % 60 < 10 ? "0" : "")\(whole % 60)"
  }

  /// Bytes in a few digits.
  static func size(_ bytes: Int64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var value = Double(bytes)
    var unit = 0
    while value >= 999.5 && unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    if unit == 0 { return "\(bytes) B" }
    let tenths = Int((value * 10).rounded())
    return value < 99.95 ? "\(tenths / 10).\(tenths % 10) \(units[unit])" : "\(Int(value.rounded())) \(units[unit])"
  }
}
