// Whether the limits of the process leave a run what it needs: descriptors, address space, threads, sizes of files.

import Files
import Plan
import Threads

/// Checks the limits of the process.
struct LimitCheck {
  let plan: Plan?
  /// The threads that were asked for.
  let jobs: Int
  /// How many folders a run has open.
  let folders: Int

  /// The descriptors of the process itself, of files that wait for the disk, and of the cache.
  private static let ownFiles = 48

  var findings: [Finding] { [openFiles, threads, fileSize].compactMap { $0 } }

  private var openFiles: Finding? {
    // Each thread has one source open.
    let needed = Int64(Self.ownFiles + folders + 2 * jobs)
    guard let limit = ProcessLimits.openFiles else { return .ok("descriptors", "no limit") }
    if limit >= needed { return .ok("descriptors", "\(limit) may be open, \(needed) are enough") }
    return .failure("descriptors", "\(limit) may be open, a run needs up to \(needed)", mend: "ulimit -n \(needed)")
  }

  private var threads: Finding? {
    let roomFor = AddressSpace.threads(atMost: jobs)
    if roomFor < jobs {
      return .warning(
        "threads", "the limit of address space leaves room for \(roomFor) of \(jobs) threads: a run is slower",
        mend: "ulimit -v unlimited -d unlimited")
    }
    let started = startableThreads(atMost: jobs)
    if started == jobs { return .ok("threads", "\(jobs) can be started") }
    let found = "\(started) of \(jobs) threads can be started"
    let mend = "raise the limit of processes (ulimit -u, pids.max of the container)"
    return started == 0
      ? .failure("threads", found, mend: mend) : .warning("threads", "\(found): a run is slower", mend: mend)
  }

  private var fileSize: Finding? {
    guard let limit = ProcessLimits.fileSize else { return nil }
    guard let plan, let largest = plan.written.map({ plan.largestSizes[$0] }).max() else { return nil }
    let found = "a file may have \(Units.bytes(limit)), the largest output has up to \(Units.bytes(largest))"
    if largest <= limit { return .ok("file size", found) }
    return .failure("file size", found, mend: "ulimit -f unlimited")
  }
}
