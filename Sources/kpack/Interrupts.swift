// Signals that end the program: whatever the run has made is taken back first, and the exit code tells the signal.

import Archive
import Glibc
import Packaging
import Synchronization

/// Waits for signals on a thread of its own and cleans up after a run that one ends.
enum Interrupts {
  private static let folder = Mutex<OutputFolder?>(nil)
  private static let ending: [CInt] = [SIGINT, SIGTERM, SIGHUP]

  /// Begins to wait. To be called before any other thread is started, for they inherit the blocked signals.
  static func start() {
    // They arrive as errors of the calls that raised them.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in ending where !isIgnored(number) { sigaddset(&signals, number) }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    let waited = signals
    _ = startThread { wait(for: waited) }
  }

  /// Opens the folder of a run; from its making on, a signal takes back what stands in it.
  ///
  /// A signal that arrives while the folder is made waits until it is known. Throws what `OutputFolder.init` throws.
  static func guardedFolder(_ path: String) throws -> OutputFolder {
    try folder.withLock { guarded in
      let made = try OutputFolder(path)
      guarded = made
      return made
    }
  }

  /// nohup and shells without job control ignore signals on purpose.
  private static func isIgnored(_ number: CInt) -> Bool {
    var action = sigaction()
    sigaction(number, nil, &action)
    return action.__sigaction_handler.sa_handler.map { unsafeBitCast($0, to: Int.self) == 1 } ?? false
  }

  private static func wait(for signals: sigset_t) {
    var signals = signals
    while true {
      var number: CInt = 0
      guard sigwait(&signals, &number) == 0 else { continue }
      // Once the outputs are committed the run is as good as done: it ends by itself in a moment.
      let isOpen = folder.withLock { $0 }.map { $0.abandon() } ?? true
      if isOpen {
        MessageOutput.writeRaw("\nkpack: ended by signal \(number); nothing was written\n")
        _exit(128 + number)
      }
    }
  }
}
