// kpack cache: how much is kept between runs, and what of it is sound.

import Basics
import Cache
import Files
import Glibc
import JSON
import Plan

/// Tells of the cache, makes it smaller, checks it.
struct CacheCommand {
  private let context: CommandContext
  private let path: String

  /// Throws `UsageError`.
  init(_ context: CommandContext) throws {
    self.context = context
    path = try context.releaseOptions().locations.cache
  }

  func run() throws {
    let limit = try context.cacheLimit()
    let messages = context.messages
    let cache = FolderStore(path, limit: limit) { messages.warning($0) }
    switch context.line.arguments {
    case ["info"]: try tell(try cache.info())
    case ["prune"]: try tell(try prune(cache, to: limit))
    case ["verify"]: try tellVerified(try cache.verify())
    default: throw context.usage("expected `info`, `prune` or `verify`")
    }
  }

  private func prune(_ cache: FolderStore, to limit: Int64) throws -> CacheReport {
    do throws(SystemError) {
      return try cache.prune(to: limit)
    } catch {
      if error.errno == EWOULDBLOCK { throw Diagnostic(.system, "\(escapedName(path.utf8)): in use by another run") }
      throw error
    }
  }

  private func tellVerified(_ report: CacheReport) throws {
    try tell(report)
    guard report.unreadableFiles > 0 else { return }
    throw Diagnostic(.system, "\(escapedName(path.utf8)): \(report.unreadableFiles) of its files could not be read")
  }

  private func tell(_ report: CacheReport) throws {
    guard context.format == .json else {
      let removed =
        report.removedObjects == 0
        ? "" : "; removed \(report.removedObjects), \(Progress.size(report.removedBytes))"
      return try context.output.line(
        "\(escapedName(path.utf8)): \(report.objects) objects, \(Progress.size(report.bytes))\(removed)")
    }
    try context.output.json(
      .object([
        ("cache", .string(path)), ("objects", .integer(Int64(report.objects))), ("bytes", .integer(report.bytes)),
        ("removedObjects", .integer(Int64(report.removedObjects))), ("removedBytes", .integer(report.removedBytes)),
      ]))
  }
}
