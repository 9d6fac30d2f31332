// Signals that end the program: first the outputs of the run are removed, then the exit code shows the signal.

import Cache
import Files
import Glibc
import Synchronization
import Threads

/// Waits for signals on its own thread, and cleans up after a run that a signal ends.
enum Interrupts {
  private static let folder = Mutex<OutputFolder?>(nil)
  private static let cache = Mutex<ArtifactCache?>(nil)
  private static let ending: [CInt] = [SIGINT, SIGTERM, SIGHUP]

  /// Begins to wait. Call it before any other thread starts, because threads inherit the blocked signals.
  static func start() {
    // The calls that cause them then return errors.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in ending where !isIgnored(number) { sigaddset(&signals, number) }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    let waited = signals
    // Without a waiting thread, signals end the program as usual, and the next run cleans up.
    if startThread({ wait(for: waited) }) == nil { pthread_sigmask(SIG_UNBLOCK, &signals, nil) }
  }

  /// Opens the folders of a run; from then on, a signal removes what the run wrote there.
  ///
  /// A signal that arrives in between waits until the folder is registered. Throws what `OutputFolder.init` throws.
  static func guardedFolder(_ paths: [String]) throws -> OutputFolder {
    try folder.withLock { guarded in
      let made = try OutputFolder(paths)
      guarded = made
      return made
    }
  }

  /// From now on, a signal removes half-written files in `cache`.
  static func guardCache(_ cache: ArtifactCache) { self.cache.withLock { $0 = cache } }

  /// Ends a run that failed: removes all that it wrote to `outputs`. A later signal ends the program at once.
  static func abandon(_ outputs: OutputFolder) {
    folder.withLock { guarded in
      outputs.abandon()
      guarded = nil
    }
  }

  private static func abandonCache() { cache.withLock { $0?.abandon() } }

  /// Signals that nohup and shells without job control ignore on purpose stay ignored.
  private static func isIgnored(_ number: CInt) -> Bool {
    var action = sigaction()
    sigaction(number, nil, &action)
    return action.__sigaction_handler.sa_handler.map { unsafeBitCast($0, to: Int.self) == 1 } ?? false
  }

  private static func end(_ number: CInt, _ what: String) -> Never {
    ScratchFolder.removeAll()
    // Standard error may be a full pipe without a reader: do not wait for it.
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
      // The process exits while the folder is locked, so that no other thread ends the run in another way.
      folder.abandon {
        abandonCache()
        end(number, "; nothing was written")
      }
      // The outputs are committed, so the run ends soon by itself; only a second signal ends it at once.
      if isLate {
        abandonCache()
        end(number, "; the outputs were written")
      }
      isLate = true
    }
  }
}
