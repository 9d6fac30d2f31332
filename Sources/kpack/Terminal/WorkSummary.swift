// What --verbose tells at the end of a run: where the time went, and what did not have to be done.

import Plan
import Write

/// A run's work, told to people.
struct WorkSummary {
  private let log: WorkLog
  private let planning: Double

  /// The summary of a run that was planned in so many seconds.
  init(_ log: WorkLog, planning: Double) {
    self.log = log
    self.planning = planning
  }

  /// What is told of a run that wrote `plan`.
  func lines(of plan: Plan) -> [String] {
    guard plan.hasTarballs else { return ofImages }
    return plan.written.contains { plan.artifacts[$0].image != nil } ? ofTarballs + [ofImages[1]] : ofTarballs
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
