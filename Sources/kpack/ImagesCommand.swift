// kpack images: plan, write, tell what was made.

import Cache
import Image
import JSON
import Plan
import Write

/// Writes the images of a release.
struct ImagesCommand {
  private let context: CommandContext

  init(_ context: CommandContext) { self.context = context }

  func run() throws {
    let options = try context.releaseOptions()
    let cacheLimit = try context.cacheLimit()
    let start = Progress.now()
    let plan = try Resolver.planImages(
      try context.layouts(for: options.locations), options, names: context.line.arguments)
    let planning = Progress.now() - start
    for warning in plan.warnings { context.messages.warning(warning) }
    let packager = ImagePackager(plan, locations: options.locations, context.writeOptions(jobs: options.jobs))
    context.messages.detail(["\(plan.images.count) images into \(packager.folders.joined(separator: ", "))"])
    let folder = try Interrupts.guardedFolder(packager.folders)
    let cache = context.cache(of: options, limit: cacheLimit)
    if let cache { Interrupts.guardCache(cache) }
    let results: [ImageResult]
    do {
      results = try packager.write(into: folder, cache: cache) { result in
        let image = plan.images[result.image]
        let state = result.isUnchanged ? ", unchanged" : ""
        context.messages.note("\(image.name) for \(image.platform): \(Progress.size(result.size))\(state)")
      }
      cache?.finish()
    } catch {
      Interrupts.abandon(folder)
      // What was found out stays true.
      cache?.finish()
      throw error
    }
    context.messages.detail(WorkSummary(packager.log, planning: planning).ofImages)
    do {
      for result in results { try report(result, plan.images[result.image]) }
      try context.output.flush()
    } catch {
      throw Diagnostic(.system, "the images are written, but their results could not be told: \(error)")
    }
  }

  private func report(_ result: ImageResult, _ image: PlannedImage) throws {
    let names = image.references.map(\.familiar)
    guard context.format == .json else {
      try context.output.line("\(names.joined(separator: " "))  \(image.platform)  \(result.size)  \(result.digest)")
      return
    }
    try context.output.json(
      .object([
        ("image", .string(image.name)), ("platform", .string("\(image.platform)")),
        ("references", .array(names.map { .string($0) })), ("path", .string(result.paths.first ?? "")),
        ("paths", .array(result.paths.map { .string($0) })), ("bytesOut", .integer(result.size)),
        ("sha256", .string("\(result.digest)")),
      ]))
  }
}
