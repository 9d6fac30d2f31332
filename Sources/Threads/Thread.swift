// The thread, mutex and condition of the C library, as values that clean up after themselves.

package import Glibc

/// A mutex and a condition in one.
final class Lock: @unchecked Sendable {
  // On the heap, as neither may move; the pointers never change.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    pthread_mutex_init(mutex, nil)
    // Waits are measured by the clock that nobody sets.
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  func lock() { pthread_mutex_lock(mutex) }
  func unlock() { pthread_mutex_unlock(mutex) }
  /// Gives the lock up until another thread calls `wakeAll`.
  func wait() { pthread_cond_wait(condition, mutex) }
  /// The same, until `time` of the monotonic clock at the latest.
  func wait(until time: timespec) {
    var time = time
    pthread_cond_timedwait(condition, mutex, &time)
  }
  func wakeAll() { pthread_cond_broadcast(condition) }

  /// Runs `body` without the lock, which the caller holds before and after.
  func unlocked<Result>(_ body: () throws -> Result) rethrows -> Result {
    unlock()
    defer { lock() }
    return try body()
  }
}

/// Starts a thread; nil when the system has no more.
package func startThread(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
  final class Start {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  let start = Unmanaged.passRetained(Start(body))
  var thread = pthread_t()
  let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
  pthread_attr_init(attributes)
  defer {
    pthread_attr_destroy(attributes)
    attributes.deallocate()
  }
  // The default of 8 MiB would take the whole of a limited address space on a machine with many processors.
  pthread_attr_setstacksize(attributes, 1 << 20)
  let code = pthread_create(
    &thread, attributes,
    { argument in
      // The pointer is the one that passRetained gave; it is released here, once.
      if let argument { Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body() }
      return nil
    }, start.toOpaque())
  guard code == 0 else {
    start.release()
    return nil
  }
  return thread
}

/// How many threads the system lets this process start beside those that it has, from 0 to `wanted`; all are ended again.
package func startableThreads(atMost wanted: Int) -> Int {
  // Held until the last one is started: so all are there at once.
  let gate = Lock()
  gate.lock()
  var threads: [pthread_t] = []
  while threads.count < wanted {
    let thread = startThread {
      gate.lock()
      gate.unlock()
    }
    guard let thread else { break }
    threads.append(thread)
  }
  gate.unlock()
  for thread in threads { pthread_join(thread, nil) }
  return threads.count
}
