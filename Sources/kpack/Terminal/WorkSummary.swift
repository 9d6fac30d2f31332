// The summary that --verbose prints at the end of a run: the time of each step, and the work that was saved.

import Plan
import Write

/// A summary of a run's work for people.
struct WorkSummary {
  private let log: WorkLog
  private let planning: Double

  /// The summary of a run whose planning took so many seconds.
  init(_ log: WorkLog, planning: Double) {
    self.log = log
    self.planning = planning
  }

  /// The lines for a run that wrote `plan`.
  func lines(of plan: Plan) -> [String] {
    let staging = plan.stagedFolders.isEmpty ? [] : ["staging \(time(.staging))"]
    guard plan.hasTarballs else { return ofImages + staging }
    return staging + ofWritten(plan)
  }

  private func ofWritten(_ plan: Plan) -> [String] {
    plan.written.contains { plan.artifacts[$0].image != nil } ? ofTarballs + [ofImages[1]] : ofTarballs
  }

  private var ofTarballs: [String] {
    [
      "planning \(Units.seconds(planning)), hashing \(time(.hashing)); of all threads together "
        + "deflating \(time(.deflating)), splicing \(time(.splicing))",
      "deflated \(size(.deflated)), stored as they are \(size(.stored)), from the cache \(size(.cached)), "
        + "repeated \(size(.repeated)), in tarballs that were left alone \(size(.leftAlone))",
    ]
  }

  private var ofImages: [String] {
    let times = "hashing \(time(.hashing)), writing \(time(.writing))"
    return [
      "planning \(Units.seconds(planning)); of all threads together \(times)",
      "written \(size(.written)), in images that were left alone \(size(.leftAlone))",
    ]
  }

  private func time(_ work: WorkLog.Work) -> String { Units.seconds(log.seconds(of: work)) }

  private func size(_ fate: WorkLog.Fate) -> String { Units.bytes(log.bytes(fate)) }
}
