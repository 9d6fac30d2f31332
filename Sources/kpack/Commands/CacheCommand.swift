// kpack cache: how much is kept between runs, and whether it is intact.

import Basics
import Cache
import Files
import Glibc
import JSON
import Plan

/// Describes, shrinks and checks the cache.
struct CacheCommand: Command {
  static let spec = CommandSpec(
    name: "cache",
    forms: [CommandForm(name: "info"), CommandForm(name: "prune"), CommandForm(name: "verify")],
    summary: "tell of what is kept between runs, or remove of it",
    details: """
      `tarballs` keeps what it deflated, and what came of each tarball, so that the next run deflates only what is new;
      `images` keeps what came of each image. What stands there as it would be written is then left alone. They are kept
      in the folder that --cache or KPACK_CACHE names, else in kpack-cache beside STAGE where the folder for that is
      there. It can be removed at any time. `info` tells how much there is; `prune` removes what was not used for longest,
      until no more than --cache-limit is left, as each run does at its end, unless a signal ends it; `verify` reads all
      of it and removes what is damaged, which a run does too with what it reads. A folder that holds other things and
      no CACHEDIR.TAG of kpack is never used, and an error here.
      """,
    examples: ["kpack cache info", "kpack cache prune --cache-limit 0 --cache _output/kpack-cache"],
    options: [.cacheLimit],
    groups: [OptionGroup.work.only("cache"), OptionGroup.folders.only("root", "stage")])

  private let context: CommandContext
  private let path: String

  init(_ context: CommandContext) throws {
    self.context = context
    path = try context.locations().cache
  }

  func run() throws {
    let limit = try context.cacheLimit()
    let messages = context.messages
    let cache = FolderStore(path, limit: limit) { messages.warning($0) }
    switch context.line.arguments {
    case ["info"]: try tell(try cache.info())
    case ["prune"]: try tell(try prune(cache, to: limit))
    case ["verify"]: try tellVerified(try cache.verify())
    default: throw context.wrongForm()
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
        ? "" : "; removed \(report.removedObjects), \(Units.bytes(report.removedBytes))"
      return try context.output.line(
        "\(escapedName(path.utf8)): \(report.objects) objects, \(Units.bytes(report.bytes))\(removed)")
    }
    try context.output.json(
      .object([
        ("cache", .string(path)), ("objects", .integer(Int64(report.objects))), ("bytes", .integer(report.bytes)),
        ("removedObjects", .integer(Int64(report.removedObjects))), ("removedBytes", .integer(report.removedBytes)),
      ]))
  }
}
