// Signals that end the program: whatever the run has made is taken back first, and the exit code tells the signal.

import Cache
import Files
import Glibc
import Synchronization
import Threads

/// Waits for signals on a thread of its own and cleans up after a run that one ends.
enum Interrupts {
  private static let folder = Mutex<OutputFolder?>(nil)
  private static let cache = Mutex<ArtifactCache?>(nil)
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
    // Without a thread that waits for them, they end the program as they usually do, and the next run cleans up.
    if startThread({ wait(for: waited) }) == nil { pthread_sigmask(SIG_UNBLOCK, &signals, nil) }
  }

  /// Opens the folders of a run; from its making on, a signal takes back what stands in them.
  ///
  /// A signal that arrives while the folder is made waits until it is known. Throws what `OutputFolder.init` throws.
  static func guardedFolder(_ paths: [String]) throws -> OutputFolder {
    try folder.withLock { guarded in
      let made = try OutputFolder(paths)
      guarded = made
      return made
    }
  }

  /// From now on, a signal removes what is half written in `cache`.
  static func guardCache(_ cache: ArtifactCache) { self.cache.withLock { $0 = cache } }

  /// Ends a run that failed: takes back all that stands in `outputs`. A signal that comes later ends the program at once.
  static func abandon(_ outputs: OutputFolder) {
    folder.withLock { guarded in
      outputs.abandon()
      guarded = nil
    }
  }

  private static func abandonCache() { cache.withLock { $0?.abandon() } }

  /// nohup and shells without job control ignore signals on purpose.
  private static func isIgnored(_ number: CInt) -> Bool {
    var action = sigaction()
    sigaction(number, nil, &action)
    return action.__sigaction_handler.sa_handler.map { unsafeBitCast($0, to: Int.self) == 1 } ?? false
  }

  private static func end(_ number: CInt, _ what: String) -> Never {
    ScratchFolder.removeAll()
    // Nobody may be reading: a message is not worth waiting for.
    var error = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
    if poll(&error, 1, 0) == 1 { MessageOutput.writeRaw("\nkpack: ended by signal \(number)\(what)\n") }
    _exit(128 + number)
  }

  private static func wait(for signals: sigset_t) {
    var signals = signals
    var isLate = false
    while true {
      var number: CInt = 0
      guard sigwait(&signals, &number) == 0 else { continue }
      guard let folder = folder.withLock({ $0 }) else {
        abandonCache()
        end(number, "")
      }
      // The run ends while the folder is locked, so that no other thread of it goes on to an end of its own.
      folder.abandon {
        abandonCache()
        end(number, "; nothing was written")
      }
      // The outputs are committed: the run is as good as done and ends by itself, unless it is signaled again.
      if isLate {
        abandonCache()
        end(number, "; the outputs were written")
      }
      isLate = true
    }
  }
}
