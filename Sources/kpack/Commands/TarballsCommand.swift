// kpack tarballs: plan, write, tell what was made.

import Archive
import Basics
import Cache
import Files
import Glibc
import Layout
import Plan
import Write

/// Writes the tarballs of a release.
struct TarballsCommand: Command {
  static let spec = CommandSpec(
    name: "tarballs", arguments: "[NAME...]", summary: "write the tarballs of a release",
    details: """
      Reads the layouts, checks everything they name, and writes the tarballs into the out folder: all of them, or
      those whose layouts are named (client for client.json, on all its platforms) and the tarballs that these hold.
      The tarballs appear together when the last one is whole; whatever goes wrong before, older ones stay as they
      were. Equal input gives equal bytes, whatever the machine. Results go to standard output, all else to standard
      error.

      An image that a tarball holds is made from its base, as `images` makes it. Where there are no bases it is
      taken from the stage folder as it stands: STAGE/LAYOUT/OS-ARCH/ROOT/TO/NAME.tar and NAME.docker_tag beside it.
      """,
    examples: [
      "kpack tarballs --stage _output/release-stage",
      "kpack tarballs client node --platform linux/amd64 --format json",
    ],
    options: [.level, .imageFormat, .force, .cacheLimit], groups: OptionGroup.tree)

  private let context: CommandContext

  init(_ context: CommandContext) { self.context = context }

  func run() throws {
    let options = try context.releaseOptions()
    let cacheLimit = try context.cacheLimit()
    let start = Progress.now()
    let plan = try context.planned(in: options.locations) {
      try Resolver.plan($0, options, names: context.line.arguments)
    }
    let planning = Progress.now() - start
    for warning in plan.warnings { context.messages.warning(warning) }
    context.messages.detail(description(of: plan, options))
    let folder = try Interrupts.guardedFolder([options.locations.out])
    let cache = context.cache(of: options, limit: cacheLimit)
    if let cache { Interrupts.guardCache(cache) }
    var writing = context.writeOptions(jobs: options.jobs)
    writing.hashesTars = context.format == .json
    let packager = Packager(plan, into: folder, writing, cache: cache)
    let progress = Progress(plan, context.messages)
    let results: [TarballResult]
    do {
      for tarball in plan.tarballs { try folder.checkPlace(of: tarball.fileName) }
      results = try packager.write { progress.take($0) }
      cache?.finish()
    } catch {
      progress.end()
      Interrupts.abandon(folder)
      // What was found out stays true.
      cache?.finish()
      throw error
    }
    progress.end()
    context.messages.detail(WorkSummary(packager.log, planning: planning).ofTarballs)
    do {
      try report(results, of: plan, options)
      try context.output.flush()
    } catch {
      throw Diagnostic(.system, "the tarballs are written, but their results could not be told: \(error)")
    }
  }

  private func description(of plan: Plan, _ options: ReleaseOptions) -> [String] {
    let places = options.locations
    let time = plan.tarballs.first?.entries.mtime ?? 0
    return [
      "root \(places.root), binaries \(places.bin), stage \(places.stage)",
      "\(plan.tarballs.count) tarballs into \(places.out), \(options.jobs) threads, zlib \(GzipMember.zlibVersion), "
        + "time of entries \(time)",
    ]
  }

  private func report(_ results: [TarballResult], of plan: Plan, _ options: ReleaseOptions) throws {
    let rows = results.map { ResultRow($0, plan.tarballs[$0.artifact], folder: options.locations.out) }
    switch context.format {
    case .json: for row in rows { try context.output.json(row.json) }
    case .text, .mtree: try ResultRow.table(of: rows).print(to: context.output)
    }
    let staged = rows.filter { $0.stagedImages > 0 }
    if context.format == .text {
      for row in staged {
        try context.output.line(
          "\(row.artifact): \(row.stagedImages) images as they stand in \(escapedName(options.locations.stage.utf8))")
      }
    }
    let isFull = context.line.arguments.isEmpty && options.platforms == nil && !options.isFast
    if isFull { warnOfStrays(plan, options) }
  }

  /// Tarballs of other releases in the same folder are easily shipped by mistake; they are never removed.
  private func warnOfStrays(_ plan: Plan, _ options: ReleaseOptions) {
    let out = options.locations.out
    let planned = Set(plan.tarballs.map { Array($0.fileName.utf8) })
    // The folder was just written into; that it cannot be listed is not worth failing for.
    guard let handle = try? FileHandle(opening: Array(out.utf8), O_RDONLY | O_DIRECTORY),
      let names = try? FolderListing.names(of: handle)
    else { return }
    for name in names where TarballLayout.isFileName(name) && !planned.contains(name) {
      context.messages.warning("\(escapedName(out.utf8))/\(escapedName(name)) is none of this release's tarballs")
    }
  }
}
