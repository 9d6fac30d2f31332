// The common part of tarballs, images and release: plan, write in one transaction, list the results.

import Archive
import Basics
import Cache
import Files
import Glibc
import JSON
import Plan
import Write

/// One run that makes artifacts.
struct ReleaseRun {
  /// What --verbose adds.
  static let verbose = "folders, version, time, each artifact when it is made, and where the time went"

  /// The outputs of the run in messages: "the tarballs".
  let subject: String
  /// Whether the results are one object for each entry instead of one for each artifact.
  var tellsEntries = false
  private let context: CommandContext

  init(_ context: CommandContext, subject: String) throws(UsageError) {
    self.context = context
    self.subject = subject
    tellsEntries = context.line.has("entries")
    if tellsEntries && context.format != .json { throw context.usage("--entries: expected --format json with it") }
  }

  /// Makes the artifacts that `planner` plans from the layouts.
  func run(_ planner: (Rules, ReleaseOptions) throws -> Plan) throws {
    let options = try context.releaseOptions()
    let cacheLimit = try context.cacheLimit()
    let progress = Progress(context.messages)
    // A plan with mistakes ends the run before the events do.
    defer { progress.end() }
    let (plan, names) = try context.planned(in: options.locations) { rules in
      (try planner(rules, options), OutputNames(rules.layouts))
    }
    let keeping = RecordKeeping(
      options.locations, names, isNamed: !context.line.arguments.isEmpty, isCleaning: context.line.has("clean"))
    let planning = progress.seconds
    let log = RunLog(plan, options, context)
    for line in log.start { context.messages.note(line) }
    for warning in plan.warnings { context.messages.warning(warning) }
    context.messages.detail(log.details)
    progress.begin(plan)
    let folder = try Interrupts.guardedFolder(ReleaseWriter.folders(of: plan))
    let cache = context.cache(of: options, limit: cacheLimit)
    if let cache { Interrupts.guardCache(cache) }
    var writing = context.writeOptions(jobs: options.jobs)
    writing.hashesTars = context.format == .json && plan.artifacts.contains(where: \.isTarball)
    writing.hashesEntries = tellsEntries
    let writer = ReleaseWriter(plan, writing, cache: cache)
    let ledger: Ledger
    let end: RunEnd
    do {
      try ReleaseWriter.check(plan, in: folder)
      try keeping.check(plan)
      ledger = try writer.write(into: folder) { progress.take($0) }
      progress.finish()
      end = try writer.commit(folder, keeping)
      cache?.finish()
    } catch {
      progress.end()
      Interrupts.abandon(folder)
      // The facts found so far are still true after a failure, so the cache keeps them.
      cache?.finish()
      throw error
    }
    progress.end()
    context.messages.detail(WorkSummary(writer.log, planning: planning).lines(of: plan))
    tell(end.tidying)
    for path in end.remaining {
      context.messages.warning("\(escapedName(path)): an older folder of the stage, which cannot be removed; remove it")
    }
    do {
      try report(ledger, end, options)
      try context.output.flush()
    } catch {
      throw Diagnostic(.system, "\(subject) are written, but their results could not be told: \(error)")
    }
    context.messages.note(log.sum(of: ledger, seconds: progress.seconds))
  }

  private func report(_ ledger: Ledger, _ end: RunEnd, _ options: ReleaseOptions) throws {
    if tellsEntries {
      for result in ledger.results {
        let title = ledger.plan.artifacts[result.artifact].title
        try ledger.forEachEntry(of: result.artifact) {
          try context.output.json(.object([("artifact", .string(title))] + $0.members + $0.originMembers))
        }
      }
    } else {
      try ArtifactRows(ledger).print(to: context.output, as: context.format)
      try OCIRows(end.oci).print(to: context.output, as: context.format)
      try ChecksumRows(end.checksums).print(to: context.output, as: context.format)
      try StageRows(ledger.plan, end.staged).print(to: context.output, as: context.format)
    }
    if context.format == .text {
      for artifact in ledger.plan.artifacts where artifact.stagedImages > 0 {
        let stage = escapedName(options.locations.stage.utf8)
        try context.output.line("\(artifact.fileName): \(artifact.stagedImages) images as they stand in \(stage)")
      }
    }
    warnOfFormerBuildFolders(ledger.plan, options.locations)
  }

  /// Warns of folders in the images folder that an older kpack made, when the run writes images into it.
  private func warnOfFormerBuildFolders(_ plan: Plan, _ locations: Locations) {
    if plan.written.allSatisfy({ plan.artifacts[$0].image?.isKept != true }) { return }
    let former = FormerBuildFolders(in: locations.images)
    if let warning = former.warning(dockerfiles: locations.dockerfiles) { context.messages.warning(warning) }
  }

  /// Tells of leftovers, and of a record that could not be used.
  private func tell(_ tidying: Tidying) {
    if let warning = tidying.recordWarning { context.messages.warning("\(warning)") }
    for leftover in tidying.leftovers {
      let path = escapedName(leftover.path)
      switch leftover.fate {
      case .removed: context.messages.note("\(path): removed, a leftover of an earlier run")
      case .recorded, .stays(nil): context.messages.warning("\(path): a leftover, not of this run")
      case .stays(let reason?): context.messages.warning("\(path): a leftover, not of this run; it stays: \(reason)")
      }
    }
    let (count, all) = (tidying.leftovers.count { $0.fate == .recorded }, tidying.leftovers.count)
    if count == 0 { return }
    context.messages.warning("leftovers: kpack made \(count) of \(all); --clean removes those that nobody changed")
  }
}

extension Plan {
  /// Whether tarballs or packages are among its results.
  var hasTarballs: Bool { artifacts.contains { $0.image == nil && $0.isResult } }
}
