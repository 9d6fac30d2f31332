// The one place for concurrency: plain threads take jobs from one list, work on them side by side, and the thread that
// completes the oldest job commits the results in the order of the list. A bounded window of jobs is under way, so
// memory is bounded too, and the order of completion never reaches the output.
//
// Plain threads and one mutex, not the cooperative pool: the work blocks on files and fills whole cores.

private import Glibc

/// What the list of jobs has to give.
package enum NextJob<Job> {
  case job(Job)
  /// Nothing before more of the jobs under way are committed.
  case later
  /// Nothing more.
  case end
}

/// Works through a list of jobs on several threads and commits their results in order.
///
/// `next` and `commit` are called by one thread at a time each, but may run beside one another; `work` runs on all.
/// Throws the first error in the order of the jobs.
package final class OrderedWorkers<Job, Result, Tool: AnyObject>: @unchecked Sendable {
  // @unchecked: everything below but the closures is touched under the lock alone; of the closures, `makeTool` and
  // `work` are @Sendable, `next` runs under the lock and `commit` only by the thread that has set `isCommitting`.
  private let lock = Lock()
  private let window: Int
  private let next: () throws -> NextJob<Job>
  private let makeTool: @Sendable () throws -> Tool
  private let work: @Sendable (Job, Tool) throws -> Result
  private let commit: (Result) throws -> Void

  /// Results of the jobs under way, by job number modulo the window; nil while one is worked on.
  private var results: [Swift.Result<Result, any Error>?]
  private var issued = 0
  private var committed = 0
  private var isCommitting = false
  private var isExhausted = false
  private var failure: (any Error)?

  package init(
    window: Int, next: @escaping () throws -> NextJob<Job>, makeTool: @escaping @Sendable () throws -> Tool,
    work: @escaping @Sendable (Job, Tool) throws -> Result, commit: @escaping (Result) throws -> Void
  ) {
    self.window = window
    self.next = next
    self.makeTool = makeTool
    self.work = work
    self.commit = commit
    results = Array(repeating: nil, count: window)
  }

  /// Runs the list to its end on the calling thread and `threads` - 1 more, fewer where the system has no more.
  package func run(threads: Int) throws {
    var helpers: [pthread_t] = []
    for _ in 1..<max(threads, 1) {
      guard let thread = startThread({ self.loop(isHelper: true) }) else { break }
      helpers.append(thread)
    }
    loop(isHelper: false)
    for thread in helpers { pthread_join(thread, nil) }
    if let failure { throw failure }
  }

  private func loop(isHelper: Bool) {
    lock.lock()
    defer { lock.unlock() }
    do {
      // Where a helper cannot make its tool the other threads do the work, as where it could not be started.
      let made = lock.unlocked { Swift.Result { try makeTool() } }
      if isHelper, case .failure = made { return }
      let tool = try made.get()
      while failure == nil {
        if let result = takeHead() {
          try commitHead(result)
        } else if let (number, job) = takeJob() {
          let result = lock.unlocked { Swift.Result { try work(try job.get(), tool) } }
          results[number % window] = result
          if number == committed { lock.wakeAll() }
        } else if isExhausted && committed == issued {
          break
        } else {
          lock.wait()
        }
      }
    } catch {
      failure = failure ?? error
    }
    lock.wakeAll()
  }

  /// The result that is due to be committed, when it is there and no thread is committing.
  private func takeHead() -> Swift.Result<Result, any Error>? {
    guard !isCommitting, committed < issued, let result = results[committed % window] else { return nil }
    results[committed % window] = nil
    isCommitting = true
    return result
  }

  private func commitHead(_ result: Swift.Result<Result, any Error>) throws {
    try lock.unlocked { try commit(try result.get()) }
    committed += 1
    isCommitting = false
    lock.wakeAll()
  }

  /// The next job and its number. A list that fails is a job that fails, so that the jobs before it come first.
  private func takeJob() -> (Int, Swift.Result<Job, any Error>)? {
    guard !isExhausted, issued - committed < window else { return nil }
    let job: Swift.Result<Job, any Error>
    do {
      switch try next() {
      case .job(let next): job = .success(next)
      case .later: return nil
      case .end:
        isExhausted = true
        lock.wakeAll()
        return nil
      }
    } catch {
      isExhausted = true
      job = .failure(error)
    }
    issued += 1
    return (issued - 1, job)
  }
}

/// For threads that need no tool of their own.
private final class NoTool {}

/// The results of `work` on the items, in their order, made by `jobs` threads; each is shown to `committed` when its
/// turn comes. Throws the first error in the order of the items.
@discardableResult
package func ordered<Item: Sendable, Result>(
  _ items: some Sequence<Item>, jobs: Int, _ work: @escaping @Sendable (Item) throws -> Result,
  committed: @escaping (Result) -> Void = { _ in }
) throws -> [Result] {
  var rest = Array(items)[...]
  var results: [Result] = []
  let workers = OrderedWorkers<Item, Result, NoTool>(
    // Enough results may wait for a long one that the threads need not.
    window: 64 * jobs, next: { rest.popFirst().map { .job($0) } ?? .end }, makeTool: { NoTool() },
    work: { item, _ in try work(item) },
    commit: { result in
      results.append(result)
      committed(result)
    })
  try workers.run(threads: min(jobs, rest.count))
  return results
}
