// All checks of the machine, in the order in which they are told.

import Basics
import Files
import Plan
import Write

/// Looks at what a run would need, before the run.
struct Doctor {
  private let options: ReleaseOptions
  private let context: CommandContext
  /// The threads that were asked for.
  private let jobs: Int

  init(_ options: ReleaseOptions, jobs: Int, _ context: CommandContext) {
    (self.options, self.jobs, self.context) = (options, jobs, context)
  }

  /// What was found. Nothing that is written stays.
  func findings() -> [Finding] {
    let release = ReleaseCheck(options, context)
    let places = options.locations
    let made = release.plan?.artifacts.filter(\.isResult)
    let images = made?.compactMap(\.image)
    // Without a plan all that a run may write into.
    let hasImages = images.map { !$0.isEmpty } ?? true
    let hasOthers = made.map { $0.contains { $0.image == nil } } ?? true
    let isKept = images.map { $0.contains(where: \.isKept) } ?? true
    var folders: [FolderCheck] = []
    if hasOthers { folders.append(FolderCheck(option: "out", path: places.out)) }
    if isKept {
      folders.append(FolderCheck(option: "images", path: places.images))
      folders.append(FolderCheck(option: "dockerfiles", path: places.dockerfiles))
    }
    if hasImages || options.isStaging {
      folders.append(FolderCheck(option: "stage", path: places.stage, isStage: options.isStaging))
    }
    let space = SpaceCheck(plan: release.plan, folders: folders.map { ($0.option, $0.path) }, locations: places)
    if !context.line.has("no-cache") {
      folders.append(FolderCheck(option: "cache", path: places.cache, isDispensable: true))
    }
    let open = release.plan.map { ReleaseWriter.folders(of: $0).count } ?? folders.count
    return release.findings + folders.flatMap(\.findings) + cacheOfOthers + space.findings
      + LimitCheck(plan: release.plan, jobs: jobs, folders: open).findings
      + ToolCheck(options: options, plan: release.plan, layouts: release.layouts).findings
  }

  private var cacheOfOthers: [Finding] {
    guard options.isCacheOfOthers else { return [] }
    let found =
      "\(escapedName(options.locations.cache.utf8)) holds other things than a cache: nothing is kept for the next run"
    return [.warning("cache", found, mend: "name another folder by --cache")]
  }
}
