// Runs programs as a shell would, the built kpack first of all, and keeps all they say.

import Foundation
import Testing

/// How a program ended and what it said.
struct Outcome: Equatable {
  /// The exit code, or 128 + N after signal N, as shells have it.
  let status: Int32
  let output: String
  let errors: String

  /// The lines of the output.
  var lines: [Substring] { output.split(separator: "\n") }
}

/// A program that was started.
struct RunningProgram {
  fileprivate let process: Process
  fileprivate let streams: [URL]

  /// Its process.
  var identifier: pid_t { process.processIdentifier }

  /// Whether it has not ended yet.
  var isRunning: Bool { process.isRunning }

  /// Sends it a signal.
  func signal(_ number: Int32) { kill(identifier, number) }

  /// Lets a stopped run go on.
  func resume() { signal(SIGCONT) }

  /// Waits for its end.
  func wait() throws -> Outcome {
    process.waitUntilExit()
    let status = process.terminationStatus
    let texts = try streams.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
    for stream in streams { try FileManager.default.removeItem(at: stream) }
    return Outcome(
      status: process.terminationReason == .exit ? status : 128 + status, output: texts[0], errors: texts[1])
  }
}

/// The programs that tests run.
enum Program {
  /// The built kpack: it stands beside the tests' own program.
  static let kpack = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("kpack").path

  /// Nothing of the machine's settings reaches a program but the search path.
  private static let environment = [
    "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": "/nonexistent",
    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_AUTHOR_DATE": "1500000000 +0200",
    "GIT_COMMITTER_NAME": "C", "GIT_COMMITTER_EMAIL": "c@example.org", "GIT_COMMITTER_DATE": "1500000001 +0000",
  ]

  /// Starts `words` in `folder`; what they print is kept in files whose names begin with `streams`.
  static func start(
    _ words: [String], in folder: String, streams: String, environment: [String: String] = [:]
  ) throws -> RunningProgram {
    let places = ["out", "err"].map { URL(fileURLWithPath: "\(streams)-\(UUID().uuidString).\($0)") }
    for place in places { try Data().write(to: place) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = Self.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: places[0])
    process.standardError = try FileHandle(forWritingTo: places[1])
    try process.run()
    return RunningProgram(process: process, streams: places)
  }

  /// Whether a program of this name can be run here.
  static func isThere(_ name: String) -> Bool {
    (environment["PATH"] ?? "").split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
    }
  }

  /// What to put before a command line so that the shell command `setup` comes first.
  static func after(_ setup: String) -> [String] { ["sh", "-c", "\(setup); exec \"$@\"", "sh"] }

  /// Whether strace is here and may look into programs.
  static let canTrace: Bool = {
    let folder = NSTemporaryDirectory()
    let words = ["strace", "-f", "-o", "/dev/null", "true"]
    return isThere("strace") && (try? start(words, in: folder, streams: "\(folder)/kpack-probe").wait())?.status == 0
  }()

  /// What to put before a command line so that permissions count; nil where that is not possible.
  static let unprivileged: [String]? = {
    if geteuid() != 0 { return [] }
    let words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    guard isThere("setpriv") else { return nil }
    let folder = NSTemporaryDirectory()
    let probe = try? start(words + ["test", "-x", kpack], in: folder, streams: "\(folder)/kpack-probe").wait()
    return probe?.status == 0 ? words : nil
  }()
}
