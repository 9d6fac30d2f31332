// Another program run to its end: its standard output handed on as it comes, its standard error kept for a message,
// its exit reported.

package import Archive
import Glibc

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
  /// Throws `SystemError` when the program cannot be started (ENOENT: there is no such program) or read.
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

  /// Runs the program and keeps all of its standard output in memory: for short answers.
  ///
  /// Throws `SystemError` as `run` does.
  package func collect() throws(SystemError) -> (output: [UInt8], outcome: Outcome) {
    var output: [UInt8] = []
    let outcome = try run { (piece) throws(Never) in output += piece }.get()
    return (output, outcome)
  }
}
