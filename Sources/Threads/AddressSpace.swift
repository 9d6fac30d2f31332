// The room that a limit of address space leaves. The Swift runtime ends a program that cannot allocate memory, so where
// there is such a limit, the room for a run is checked before it begins.

private import Glibc

/// The address space of this process.
package enum AddressSpace {
  /// Bytes that a run on one thread takes beside what is mapped when the program starts, doubled to be safe.
  package static let ofRun = 48 << 20
  /// Bytes that each further thread takes, doubled too: its stack, its buffers, and the results that wait for their turn.
  private static let ofThread = 8 << 20

  /// Whether there is a limit of it, or of the data in it (setrlimit(2)).
  package static let isLimited = [RLIMIT_AS, RLIMIT_DATA].contains { resource in
    var limit = rlimit()
    // The call fails only for wrong arguments. No limit is all bits set (RLIM_INFINITY, which Swift does not import).
    return getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0 && limit.rlim_cur != .max
  }

  /// Whether `count` bytes can be had.
  package static func hasRoom(for count: Int) -> Bool {
    if !isLimited { return true }
    guard
      let room = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
      room != MAP_FAILED
    else { return false }
    munmap(room, count)
    return true
  }

  /// The threads that there is room for, from 1 to `wanted`.
  package static func threads(atMost wanted: Int) -> Int {
    var count = wanted
    while count > 1 && !hasRoom(for: ofRun + (count - 1) * ofThread) { count -= 1 }
    return count
  }
}
