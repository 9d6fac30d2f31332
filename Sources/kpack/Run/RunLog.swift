// The lines that a run leaves in a log: what is made of which version, what limits it, where all is, and the sum.

import Archive
import Basics
import Plan
import Write

/// The lines at the start and the end of a run.
struct RunLog {
  private let plan: Plan
  private let options: ReleaseOptions
  private let context: CommandContext

  init(_ plan: Plan, _ options: ReleaseOptions, _ context: CommandContext) {
    (self.plan, self.options, self.context) = (plan, options, context)
  }

  /// What is made into which folders, and what limits the run.
  var start: [String] {
    var made = Self.counts(of: plan.artifacts.filter(\.isResult)).map { "\($0.text) into \(folder(of: $0))" }
    made += stagedFolders.map { "\($0) into \(escapedName(options.locations.stage.utf8))" }
    let line = "kpack \(Program.version): \(([release] + made).joined(separator: ", "))"
    let cut = plan.platformCut.map { ["\($0)"] } ?? []
    return [line] + cut + (cuts.isEmpty ? [] : ["only \(cuts.joined(separator: ", "))"])
  }

  /// Everything that limits the run to a part of the release, each with its origin; platforms of a variable have a line
  /// of their own.
  private var cuts: [String] {
    var cuts: [String] = []
    if !context.line.arguments.isEmpty { cuts.append(context.line.arguments.joined(separator: " ")) }
    if let platforms = options.platforms, case .option(let option) = options.platformsOrigin {
      cuts.append("\(platforms.map { "\($0)" }.joined(separator: " ")) (\(option))")
    }
    if options.isFast {
      let variable = "\(EnvironmentVariable.fastBuild.rawValue)=true"
      cuts.append("the layouts' fast platforms (\(context.line.has("fast") ? "--fast" : variable))")
    }
    return cuts
  }

  /// The folders, version, time and threads, for --verbose.
  var details: [String] {
    let zlib = plan.hasTarballs ? ", zlib \(GzipMember.zlibVersion)" : ""
    return FactLines(options, context).lines(of: plan.release) + ["\(options.jobs) threads\(zlib)"]
  }

  /// The sum of a run that took so many seconds.
  func sum(of ledger: Ledger, seconds: Double) -> String {
    let made = Self.counts(of: ledger.results.map { plan.artifacts[$0.artifact] }).map(\.text) + stagedFolders
    let unchanged = ledger.results.count { $0.isUnchanged }
    let state =
      unchanged == 0
      ? ""
      : stagedFolders.isEmpty && unchanged == ledger.results.count ? ", unchanged" : ", \(unchanged) of them unchanged"
    return "\(listed(made, "and")) in \(Units.seconds(seconds))\(state)"
  }

  /// The count of folders of the stage; empty for none.
  private var stagedFolders: [String] {
    let count = plan.stagedFolders.count
    return count == 0 ? [] : ["\(count) folder\(count == 1 ? "" : "s") of the stage"]
  }

  private var release: String {
    "\(plan.release.name)\(plan.release.version.map { " \($0)" } ?? "")"
  }

  private func folder(of count: Count) -> String {
    guard count.isOfImages else { return escapedName(options.locations.out.utf8) }
    let places = Set(plan.artifacts.filter { $0.image != nil }.flatMap(\.places).map(\.folder))
    let images = options.locations.images
    let isKept = places.contains { $0.utf8.starts(with: "\(images)/".utf8) }
    return escapedName((isKept ? images : options.locations.stage).utf8)
  }

  /// A count of artifacts of one kind.
  private struct Count {
    let text: String
    let isOfImages: Bool
  }

  /// The counts of tarballs and of images, without those that are 0.
  private static func counts(of artifacts: [Artifact]) -> [Count] {
    let images = artifacts.count { $0.image != nil }
    let packages = artifacts.count { $0.package != nil }
    let tarballs = artifacts.count - images - packages
    return [(tarballs, "tarball"), (packages, "package"), (images, "image")].filter { $0.0 > 0 }.map { count, word in
      Count(text: "\(count) \(word)\(count == 1 ? "" : "s")", isOfImages: word == "image")
    }
  }
}

/// The facts of a run that --verbose tells: folders, version, time.
struct FactLines {
  private let options: ReleaseOptions
  private let context: CommandContext

  init(_ options: ReleaseOptions, _ context: CommandContext) {
    (self.options, self.context) = (options, context)
  }

  /// The lines about a release.
  func lines(of release: PlannedRelease) -> [String] { lines(version: release.version, times: release.times) }

  /// The lines about a version and the times of entries.
  func lines(version: String?, times: [EntryTime]) -> [String] {
    let version = version.map { "version \($0)" } ?? "no version"
    let times = times.map { "\($0.seconds) (\(origin(of: $0)))" }
    return [folders, "\(version), time of entries \(times.joined(separator: ", "))"]
  }

  private var folders: String {
    let places = options.locations
    let rows = [
      ("root", places.root), ("binaries", places.bin), ("stage", places.stage), ("tarballs", places.out),
      ("images", places.images), ("bases", places.bases), ("cache", places.cache),
    ]
    return rows.map { "\($0) \(escapedName($1.utf8))" }.joined(separator: ", ")
  }

  private func origin(of time: EntryTime) -> String {
    switch time.origin {
    case .options: context.line.has("epoch") ? "--epoch" : EnvironmentVariable.sourceDateEpoch.rawValue
    case .layout: "layout"
    case .commit: "commit"
    case .none: "no commit"
    }
  }
}
