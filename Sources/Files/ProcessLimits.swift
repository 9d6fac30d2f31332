// The limits that the system sets this process.

private import Glibc

/// Limits of this process (getrlimit(2)); nil for none.
package enum ProcessLimits {
  /// How many descriptors may be open.
  package static var openFiles: Int64? { limit(RLIMIT_NOFILE) }
  /// The most bytes of a file that is written.
  package static var fileSize: Int64? { limit(RLIMIT_FSIZE) }

  private static func limit(_ resource: __rlimit_resource) -> Int64? {
    var limit = rlimit()
    // The call fails only for wrong arguments. No limit is all bits set (RLIM_INFINITY, which Swift does not import).
    guard getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0, limit.rlim_cur != .max else { return nil }
    return Int64(clamping: limit.rlim_cur)
  }
}
