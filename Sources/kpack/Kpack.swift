// kpack: packages a release. This file parses the command line and runs the command. It is the only place that prints
// an error and exits.

import Archive
import CSystem
import Glibc
import Plan
import Threads

/// The program.
@main
enum Kpack {
  static func main() {
    openStandardDescriptors()
    // Each arena of the C library reserves 64 MiB of address space (mallopt(3)). One for each thread is too many; where
    // address space is limited, one arena is enough.
    mallopt(M_ARENA_MAX, AddressSpace.isLimited ? 1 : 8)
    guard AddressSpace.hasRoom(for: AddressSpace.ofRun) else { endWithoutRoom() }
    Interrupts.start()
    exit(run())
  }

  /// Runs the command line; returns its exit code.
  private static func run() -> Int32 {
    let output = ResultOutput(isColored: false)
    do {
      switch try Invocation(words(), CommandTable.specs) {
      case .version: try output.text("kpack \(Program.version)\nzlib \(GzipMember.zlibVersion)\n")
      case .help(let command):
        try output.text((command.map { Help.text(for: $0) } ?? Help.overview(of: CommandTable.specs)) + "\n")
      case .run(let line): return try runCommand(line)
      }
      try output.flush()
      return 0
    } catch {
      return report(error, to: MessageOutput(isQuiet: false, isVerbose: false, isColored: false))
    }
  }

  private static func runCommand(_ line: Invocation.CommandLine) throws -> Int32 {
    let context = try CommandContext(line, CommandTable.specs)
    do {
      try CommandTable.command(of: line.command)?.init(context).run()
      try context.output.flush()
      return 0
    } catch {
      // Results printed before the error are still valid, so they are flushed. An error of the flush is ignored: the
      // exit code already reports one.
      try? context.output.flush()
      return report(error, to: context.messages)
    }
  }

  private static func report(_ error: any Error, to messages: MessageOutput) -> Int32 {
    let failure = Failure(error)
    for message in failure.messages { messages.error(message) }
    if let hint = failure.hint { messages.hint(hint) }
    return failure.exitCode
  }

  /// The words of the command line. A word that is not UTF-8 is an error, because a String would silently repair it.
  private static func words() throws(UsageError) -> [String] {
    var words: [String] = []
    for index in 1..<max(kpack_argument_count(), 1) {
      // A NUL-terminated string (ISO C, 5.1.2.2.1).
      guard let argument = kpack_argument(index) else { continue }
      guard let word = String(validatingCString: argument) else {
        throw UsageError(message: "argument \(index) is not UTF-8")
      }
      words.append(word)
    }
    return words
  }

  private static func endWithoutRoom() -> Never {
    MessageOutput.writeRaw(
      "kpack: error: too little address space: the limit (ulimit -v, ulimit -d) leaves less than the "
        + "\(AddressSpace.ofRun >> 20) MiB that a run takes\n")
    exit(Fault.system.rawValue)
  }

  /// Opens descriptors 0 to 2 where they are closed, so that no file of ours becomes standard output. They are
  /// read-only: what is written to them fails, as it should.
  private static func openStandardDescriptors() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
      // The only file that exists in every chroot.
      _ = open("/", O_RDONLY)
    }
  }
}
