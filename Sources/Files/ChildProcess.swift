// Another program run to its end: its standard output handed on as it comes, its standard error kept for a message,
// its exit reported.

import Glibc
import Synchronization

/// A program to run, with its arguments and its whole environment.
package struct ChildProcess: Equatable, Sendable {
  /// How a program ended.
  package enum Status: Equatable, Sendable {
    /// It exited with this status; 0 is success.
    case exited(CInt)
    /// This signal ended it.
    case signaled(CInt)
  }

  /// What is known of a program that has ended.
  package struct Outcome: Equatable, Sendable {
    package let status: Status
    /// The first bytes of its standard error, at most `ChildProcess.errorLimit`.
    package let errorOutput: [UInt8]
  }

  /// The bytes of standard error that are kept; what follows is read and dropped.
  package static let errorLimit = 64 * 1024

  /// A path, or a name that is looked up in this process's PATH.
  package let program: String
  /// The arguments after the program's name.
  package let arguments: [[UInt8]]
  /// The child's environment; nothing of this process's own is added.
  package let environment: [String: String]

  package init(_ program: String, _ arguments: [[UInt8]], environment: [String: String]) {
    self.program = program
    self.arguments = arguments
    self.environment = environment
  }

  /// Runs the program with an empty standard input and calls `consume` with each piece of its standard output.
  ///
  /// A piece is valid during the call only. When `consume` throws, the program is terminated and waited for, and the
  /// error is the failure of the result. Descriptors 0 to 2 of this process must be open.
  ///
  /// Throws ENOENT where there is no such program.
  package func run<Failure: Error>(
    _ consume: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(SystemError) -> Result<Outcome, Failure> {
    var child = try RunningChild(self)
    var errorOutput: [UInt8] = []
    // As much as a pipe holds (pipe(7)): a read takes all that is there.
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 1)
    defer { buffer.deallocate() }
    while let (stream, count) = try child.read(into: buffer) {
      // `count` bytes were read into `buffer`, so the prefix is within it.
      let piece = UnsafeRawBufferPointer(rebasing: buffer.prefix(count))
      switch stream {
      case .error: errorOutput += piece.prefix(Self.errorLimit - errorOutput.count)
      case .output:
        do throws(Failure) { try consume(piece) } catch { return .failure(error) }
      }
    }
    return .success(Outcome(status: try child.wait(), errorOutput: errorOutput))
  }

  /// Runs the program as `run` does and keeps all of its standard output in memory: for short answers.
  package func collect() throws(SystemError) -> (output: [UInt8], outcome: Outcome) {
    var output: [UInt8] = []
    let outcome = try run { (piece) throws(Never) in output += piece }.get()
    return (output, outcome)
  }
}

/// A child process and the read ends of its two pipes. It is terminated and waited for at the latest when the value ends,
/// so that neither a zombie nor a descriptor outlives it.
private struct RunningChild: ~Copyable {
  /// An output stream of the child.
  enum Stream: Int, CaseIterable {
    case output, error
  }

  private let program: [UInt8]
  /// 0 once the process was waited for.
  private var process: pid_t
  /// By `Stream.rawValue`; a descriptor of -1, which poll(2) passes over, has ended.
  private var streams: [pollfd]

  /// Held from a pipe's making to the child's start: pipe(2) leaves a moment before FD_CLOEXEC is set, in which
  /// another child would inherit the write end, and the end of the output would wait for that child too.
  private static let starting = Mutex(())

  /// Starts `command`; where that fails, the operation of the error is "run".
  init(_ command: ChildProcess) throws(SystemError) {
    program = Array(command.program.utf8)
    (process, streams) = try Self.starting.withLock { _ throws(SystemError) in try Self.start(command) }
  }

  deinit {
    for stream in streams where stream.fd >= 0 { close(stream.fd) }
    guard process > 0 else { return }
    // Not waited for yet, so the number cannot belong to another process.
    kill(process, SIGTERM)
    while waitpid(process, nil, 0) < 0 && errno == EINTR {}
  }

  /// Waits for output and reads it into the front of `buffer`; nil when both streams have ended.
  ///
  /// Both are polled, since a child that waits to write one never ends the other.
  mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> (Stream, count: Int)? {
    while streams.contains(where: { $0.fd >= 0 }) {
      try systemCall("wait for", program) { poll(&streams, nfds_t(streams.count), -1) }
      for stream in Stream.allCases where streams[stream.rawValue].revents != 0 {
        let descriptor = streams[stream.rawValue].fd
        let count = try systemCall("read from", program) { Glibc.read(descriptor, buffer.baseAddress, buffer.count) }
        if count > 0 { return (stream, count) }
        close(descriptor)
        streams[stream.rawValue].fd = -1
      }
    }
    return nil
  }

  /// Waits for the end of the process; to be called once, after its output has ended.
  mutating func wait() throws(SystemError) -> ChildProcess.Status {
    var status: CInt = 0
    try systemCall("wait for", program) { waitpid(process, &status, 0) }
    process = 0
    // wait(2): the low seven bits are the signal, or 0 after an exit, whose status is the next byte.
    let signal = status & 0x7F
    return signal == 0 ? .exited((status >> 8) & 0xFF) : .signaled(signal)
  }
}

extension RunningChild {
  /// Starts `command` with its output on two new pipes: the process and the read ends in the order of `Stream`.
  private static func start(_ command: ChildProcess) throws(SystemError) -> (pid_t, [pollfd]) {
    // A process that was itself started with SIGCHLD ignored would lose the exit status of its children.
    signal(SIGCHLD, SIG_DFL)
    let output = try Pipe(for: command)
    let error = try Pipe(for: command)
    let process = try spawn(command, output: output.writeEnd, error: error.writeEnd)
    let readEnds = [output.keepReadEnd(), error.keepReadEnd()]
    return (process, readEnds.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) })
  }

  /// posix_spawnp with /dev/null, `output` and `error` as descriptors 0 to 2.
  private static func spawn(_ command: ChildProcess, output: CInt, error: CInt) throws(SystemError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    // The pipes are never 0 to 2 themselves, so dup2 makes a copy without FD_CLOEXEC.
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, error, 2)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    setSignals(&attributes)

    let arguments = try CStringArray([Array(command.program.utf8)] + command.arguments, for: command)
    let environment = try CStringArray(command.environment.map { Array("\($0.key)=\($0.value)".utf8) }, for: command)
    var process: pid_t = 0
    let code = posix_spawnp(
      &process, command.program, &actions, &attributes, arguments.pointers, environment.pointers)
    guard code == 0 else { throw SystemError(operation: "run", path: command.program, errno: code) }
    return process
  }

  /// Blocks no signal in the child and gives back their default action to those that this process blocks, handles or
  /// ignores: both would be inherited.
  private static func setSignals(_ attributes: inout posix_spawnattr_t) {
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for signal in [SIGPIPE, SIGXFSZ, SIGINT, SIGTERM, SIGHUP, SIGCHLD] { sigaddset(&signals, signal) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
  }
}

/// Both ends of a pipe, closed when the value ends; neither survives an exec.
private struct Pipe: ~Copyable {
  private var readEnd: CInt
  let writeEnd: CInt

  init(for command: ChildProcess) throws(SystemError) {
    var ends: [CInt] = [-1, -1]
    try systemCall("make a pipe for", Array(command.program.utf8)) { pipe(&ends) }
    (readEnd, writeEnd) = (ends[0], ends[1])
    // F_SETFD fails only on a descriptor that is not open.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  }

  deinit {
    if readEnd >= 0 { close(readEnd) }
    close(writeEnd)
  }

  /// The read end, which is the caller's to close from now on; the write end is closed.
  consuming func keepReadEnd() -> CInt {
    defer { readEnd = -1 }
    return readEnd
  }
}

/// Byte strings as C wants them: NUL-terminated, in an array that ends in a null pointer; freed when the value ends.
private struct CStringArray: ~Copyable {
  private(set) var pointers: [UnsafeMutablePointer<CChar>?]

  /// Throws EINVAL for a string with a NUL in it, which C would cut short.
  init(_ strings: [[UInt8]], for command: ChildProcess) throws(SystemError) {
    guard !strings.contains(where: { $0.contains(0) }) else {
      throw SystemError(operation: "run", path: command.program, errno: EINVAL)
    }
    // strdup reads up to the NUL that is appended here.
    pointers = strings.map { strdup(cString($0)) } + [nil]
  }

  deinit {
    for pointer in pointers { free(pointer) }
  }
}
