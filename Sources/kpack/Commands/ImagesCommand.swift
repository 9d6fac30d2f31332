// kpack images: plan, write, tell what was made.

import Cache
import Image
import JSON
import Plan
import Write

/// Writes the images of a release.
struct ImagesCommand: Command {
  static let spec = CommandSpec(
    name: "images", arguments: "[NAME...]", summary: "write the images of a release",
    details: """
      Makes the images that the layouts describe, or those that are named, without a container engine: each is its base
      from the bases folder and one layer. Written are, for each, the archive NAME.tar and NAME.docker_tag where the
      tarballs look for them in the stage folder, and IMAGES/ARCH/NAME.tar and IMAGES/ARCH/NAME.dockerbuild/, the folder
      that `docker build` makes the same image from. `docker load`, `podman load`, `ctr images import` and skopeo take
      the archives. All outputs appear together, or none. An image all of whose files stand there as they would be
      written is left alone, unless --force or --no-cache is given.
      """,
    examples: [
      "kpack images --arch amd64", "kpack images kube-proxy --arch amd64,arm64 --stage _output/release-stage",
    ],
    options: [
      OptionSpec(
        name: "arch", argument: .text("A,..."),
        help: "only these architectures, for linux, in place of --platform; may be given several times"),
      .imageFormat, .force, .cacheLimit,
    ],
    groups: OptionGroup.tree)

  private let context: CommandContext

  init(_ context: CommandContext) { self.context = context }

  func run() throws {
    let options = try context.releaseOptions()
    let cacheLimit = try context.cacheLimit()
    let start = Progress.now()
    let plan = try context.planned(in: options.locations) {
      try Resolver.planImages($0, options, names: context.line.arguments)
    }
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
        context.messages.note("\(image.name) for \(image.platform): \(Units.bytes(result.size))\(state)")
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
      try report(results, plan)
      try context.output.flush()
    } catch {
      throw Diagnostic(.system, "the images are written, but their results could not be told: \(error)")
    }
  }

  private func report(_ results: [ImageResult], _ plan: Plan) throws {
    guard context.format == .json else {
      let rows: [[ResultTable.Cell]] = results.map { result in
        let image = plan.images[result.image]
        let names = image.references.map(\.familiar).joined(separator: " ")
        return [.text(names), .text("\(image.platform)"), .bytes(result.size), .digest("\(result.digest)")]
      }
      return try ResultTable(header: ["IMAGE", "PLATFORM", "BYTES", "SHA256"], rows: rows, isAligned: false)
        .print(to: context.output)
    }
    for result in results { try context.output.json(json(result, plan.images[result.image])) }
  }

  private func json(_ result: ImageResult, _ image: PlannedImage) -> JSONLiteral {
    .object([
      ("image", .string(image.name)), ("platform", .string("\(image.platform)")),
      ("references", .array(image.references.map { .string($0.familiar) })),
      ("path", .string(result.paths.first ?? "")), ("paths", .array(result.paths.map { .string($0) })),
      ("bytesOut", .integer(result.size)), ("sha256", .string("\(result.digest)")),
    ])
  }
}
