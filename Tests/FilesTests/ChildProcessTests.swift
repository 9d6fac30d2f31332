// Running other programs: streams, ends, signals, descriptors.

@testable import Files
import Glibc
import Testing

private func shell(_ script: String, _ arguments: String...) -> ChildProcess {
  let words = ["-c", script, "sh"] + arguments
  return ChildProcess("sh", words.map { Array($0.utf8) }, environment: ["PATH": "/usr/bin:/bin", "KEY": "a b=c"])
}

private struct Enough: Error, Equatable {}

struct ChildProcessTests {
  @Test func `output, error output and status are reported apart`() throws {
    let (output, outcome) = try shell("echo out; echo problem >&2; exit 3").collect()
    #expect(output == Array("out\n".utf8))
    #expect(outcome == ChildProcess.Outcome(status: .exited(3), errorOutput: Array("problem\n".utf8)))
  }

  @Test func `arguments and environment reach the program as they are`() throws {
    let (output, _) = try shell(#"printf '%s|' "$@" "$KEY"; env"#, "", "a  b", "$HOME*").collect()
    let text = String(decoding: output, as: UTF8.self)
    #expect(text.hasPrefix("|a  b|$HOME*|a b=c|"))
    #expect(!text.contains("HOME="))
  }

  @Test func `an argument may be any bytes but NUL`() throws {
    let bytes = Array(UInt8(1)...255)
    let child = ChildProcess("printf", [Array("%s".utf8), bytes], environment: [:])
    #expect(try child.collect().output == bytes)
    #expect(throws: SystemError(operation: "run", path: "printf", errno: EINVAL)) {
      try ChildProcess("printf", [[65, 0, 66]], environment: [:]).collect()
    }
  }

  @Test func `a program that does not exist is an error of its own`() {
    #expect(throws: SystemError(operation: "run", path: "no-such-program", errno: ENOENT)) {
      try ChildProcess("no-such-program", [], environment: [:]).collect()
    }
  }

  @Test func `a program that a signal ends is reported so`() throws {
    #expect(try shell("kill -KILL $$").collect().outcome.status == .signaled(SIGKILL))
  }

  @Test func `standard input is empty`() throws {
    #expect(try shell("cat; echo end").collect().output == Array("end\n".utf8))
  }

  @Test func `much of both streams at once comes through, and of the errors the start is kept`() throws {
    let script = "i=0; while [ $i -lt 300 ]; do printf '%01000d' $i; printf '%01000d' $i >&2; i=$((i+1)); done"
    let (output, outcome) = try shell(script).collect()
    #expect(output.count == 300_000)
    #expect(outcome.errorOutput == Array(output.prefix(ChildProcess.errorLimit)))
  }

  @Test func `a consumer that throws ends the program`() throws {
    let child = ChildProcess("yes", [], environment: [:])
    let result = try child.run { (_) throws(Enough) in throw Enough() }
    #expect(throws: Enough()) { try result.get() }
  }

  @Test func `signals that this process blocks or ignores are default again in the child`() throws {
    let results = try withBlockedSignals {
      try ["PIPE", "XFSZ", "INT", "TERM", "HUP"].map { try shell("kill -\($0) $$; exit 7").collect().outcome.status }
    }
    #expect(results == [SIGPIPE, SIGXFSZ, SIGINT, SIGTERM, SIGHUP].map { .signaled($0) })
  }

  @Test func `a child does not inherit the pipes of another`() throws {
    let pipes = shell("ls -l /proc/self/fd | grep -c pipe:")
    let alone = try pipes.collect().output
    var beside: [UInt8] = []
    _ = try shell("echo").run { _ in beside = try pipes.collect().output }.get()
    #expect(beside == alone)
  }
}

/// Calls `body` with all signals blocked in this thread and SIGPIPE ignored, and undoes both.
private func withBlockedSignals<Value>(_ body: () throws -> Value) rethrows -> Value {
  var all = sigset_t()
  var before = sigset_t()
  sigfillset(&all)
  pthread_sigmask(SIG_BLOCK, &all, &before)
  let handler = signal(SIGPIPE, SIG_IGN)
  defer {
    signal(SIGPIPE, handler)
    pthread_sigmask(SIG_SETMASK, &before, nil)
  }
  return try body()
}
