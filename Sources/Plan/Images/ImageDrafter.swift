// Makes an image's draft from its rule: fills in the rule, takes the base from the store, makes and checks the layer.

import Archive
import Basics
import Files
import Image
import Layout

/// Drafts one image.
struct ImageDrafter {
  private let image: ScopedImage
  private let context: DraftContext
  /// Nil in a run on layouts alone, and for a plan without bases.
  private let bases: Bases?
  private var said = Diagnostics()

  private var rule: ImageRule { image.rule }
  private var platform: Platform { image.key.platform }
  private var locations: Locations { context.locations }

  private init(_ image: ScopedImage, _ context: DraftContext, _ bases: Bases?) {
    (self.image, self.context, self.bases) = (image, context, bases)
  }

  /// Drafts `image` on one of `bases`; without bases, only from the layouts.
  static func draft(_ image: ScopedImage, in context: DraftContext, on bases: Bases?) -> ImageDraftResult {
    var drafter = ImageDrafter(image, context, bases)
    let result = Result { try drafter.draft() }
    return ImageDraftResult(image: result, said: drafter.said)
  }

  /// Throws `Diagnostic`, and the errors of the files that are read.
  private mutating func draft() throws -> ImageDraft {
    // First, because an executable that cannot be looked up ends the draft.
    let subject = try TemplateSubject(rule, on: platform, context.facts)
    if platform.os == "windows" {
      // Layers for Windows have Files and Hives in their root (hcsshim, pkg/ociwclayer), and what their base tells.
      throw mistake("images for windows are not made: what stands outside Files/ is not in the container")
    }
    let filled = try FilledImage(rule, subject, context.facts, &said)
    if rule.binary != nil { try locations.check(.bin) }
    let places = stagePlaces
    if rule.outputs == [.stage] && places.isEmpty {
      throw mistake("no tarball holds it, and \"outputs\" says the stage alone")
    }
    let stageFolder = places.first.map { "\(locations.stage)/\($0.folder)" }
    let gate = try ImageGate(
      subject.binary, platform, stageFolder: stageFolder ?? "\(locations.images)/\(platform.architectureName)")
    let base = try base(filled.base, gate)
    let layer = try ImageLayer(
      image, on: base.files, user: base.config.settings.user, filled.changes, context, &said)
    let settings = filled.changes.applied(to: base.config.settings)
    if base.isKnown && !context.options.isDry {
      let gate = LayerGate(
        image: image, layer: layer, git: context.git,
        programs: ImagePrograms(files: base.files.covered(by: layer.entries), settings: settings),
        base: filled.base.reference)
      said.add(gate.check())
      // The base's own user is not the image's business.
      if let user = filled.changes.user {
        let user = ImageUser(text: user, layer: layer, files: gate.programs.files, base: base, context: context)
        if let reason = try user.reason() { said.warn("image \(rule.name) for \(platform): \(reason)") }
      }
    }
    warn(gate, layers: (base.image?.layers.count ?? 0) + 1)
    let executable = executable(subject.binary, in: layer)
    let recipe = try dockerfile(executable, layer, base, filled, gate)
    return ImageDraft(
      key: image.key, origin: rule.origin, reference: filled.reference, moreNames: filled.moreNames,
      releaseReference: filled.releaseReference,
      fileName: filled.fileName, stagePlaces: rule.outputs.contains(.stage) ? places : [],
      isKept: rule.outputs.contains(.images), base: base,
      platform: try imagePlatform(base, gate.variant), settings: settings,
      annotations: filled.annotations, createdBy: "kpack: ADD \(rule.binary ?? rule.name)", layer: layer.entries,
      draft: layer.draft,
      executable: recipe.executable, dockerfile: recipe.dockerfile)
  }

  private func mistake(_ reason: String, _ fault: Fault = .usage) -> Diagnostic {
    Diagnostic(fault, "image \(rule.name) for \(platform): \(reason)", at: rule.origin)
  }

  /// Every place in the stage folder where a tarball looks for the image.
  private var stagePlaces: [PlannedImage.StagePlace] {
    var places: [PlannedImage.StagePlace] = []
    for holder in image.holders {
      // A template that cannot be filled in is a mistake of the tarball, told where that is planned.
      let root = try? context.facts.fill(
        holder.layout.settings.root, TemplateSubject(holder.layout, on: holder.layout.platforms == nil ? nil : platform)
      )
      let to = try? holder.to.map { try context.facts.path($0, TemplateSubject(holder.layout, on: platform)) }
      let path = [root ?? "", to?.text ?? ""].filter { !$0.isEmpty && $0 != "." }.joined(separator: "/")
      let place = PlannedImage.StagePlace(
        folder: holder.layout.stageFolder(on: platform), path: path)
      if !places.contains(place) { places.append(place) }
    }
    return places
  }

  /// The most layers of an image that engines can start: overlayfs takes no more in one page of mount options. Docker
  /// takes two fewer (moby, layer/layer_store.go, `maxLayerDepth`).
  private static let mostLayers = 127

  private mutating func warn(_ gate: ImageGate, layers: Int) {
    if let warning = gate.warning { said.warn("image \(rule.name): \(warning)") }
    if layers <= Self.mostLayers { return }
    let reason = "\(layers) layers with its own, and engines start no image of more than \(Self.mostLayers)"
    said.warn("image \(rule.name) for \(platform): \(reason)")
  }

  /// The platform in the image's config. Its variant is the one asked for, else the base's, or for arm the executable's
  /// if that is higher, or v7 when neither is known, with a warning (image-spec, config.md, `variant`; Go's GOARM).
  private mutating func imagePlatform(_ base: DraftBase, _ executable: String?) throws -> Platform {
    let ofBase = base.config.platform
    let known = ofBase.variant == nil ? nil : ofBase.normalized.variant
    if platform.variant != nil {
      for (name, variant) in [("base", known), ("executable", executable)] {
        guard let variant, platform.lacks(armVariant: variant) else { continue }
        let found = Platform(os: platform.os, architecture: platform.architecture, variant: variant)
        throw mistake("its \(name) is for \(found), which does not run on \(platform)", .data)
      }
      return platform
    }
    var variant = ofBase.variant
    if platform.architecture == "arm" {
      // "v5" to "v8" have one length, so they compare as text.
      variant = [known, executable].compactMap { $0 }.max()
      if variant == nil && base.isKnown && !context.options.isDry {
        let advice = "platforms such as \(platform)/v7 say which"
        said.warn(
          "image \(rule.name) for \(platform): neither it nor its base says a variant, so it gets v7; \(advice)")
      }
      variant = variant ?? "v7"
    }
    return Platform(os: platform.os, architecture: platform.architecture, variant: variant)
  }
}

// The base
extension ImageDrafter {
  /// The base of the image; an empty one where there is no store, and where a missing base is assumed.
  private mutating func base(_ base: NamedBase, _ gate: ImageGate) throws -> DraftBase {
    if rule.base == BaseRule.scratch {
      if !context.options.isDry {
        try explained(at: rule.origin) { try gate.checkMachines(on: base.reference, for: [platform]) }
      }
      return DraftBase(for: platform, isKnown: true)
    }
    guard let bases else { return DraftBase(for: platform, isKnown: false) }
    do {
      return DraftBase(try stored(base, in: bases, gate))
    } catch let mistake as Diagnostic {
      if context.options.assumesBases, case .base = mistake.cause?.kind {
        return DraftBase(for: platform, isKnown: false)
      }
      throw mistake
    }
  }

  /// The base from the store, for the machine of the executable.
  private mutating func stored(_ base: NamedBase, in bases: Bases, _ gate: ImageGate) throws -> BaseImage {
    do {
      let found = try explained(at: base.origin) { try bases.image(base.reference, for: platform) }
      for warning in found.warnings { said.warn(warning) }
      do {
        try explained(at: rule.origin) { try gate.check(found.config, of: base.reference) }
      } catch let mistake as Diagnostic {
        // If the base is for this platform, the image can still be checked further.
        if found.config.platform.withoutVariant != platform.withoutVariant { throw mistake }
        said.refuse(mistake)
      }
      return found
    } catch let error as BaseForOthers {
      try explained(at: rule.origin) { try gate.checkMachines(on: base.reference, for: error.found) }
      throw error
    } catch let mistake as Diagnostic {
      // When the store itself cannot be read, the mistake is about the store.
      if (try? bases.holds(base.reference)) ?? true { throw mistake }
      let cause = SharedCause(kind: .base(base.reference.familiar), subject: "\(rule.name) for \(platform)")
      throw Diagnostic(mistake.fault, mistake.message, at: mistake.origin, cause: cause)
    }
  }

  /// The value of `body`; an `ImageError` becomes a mistake of this image.
  private func explained<Value>(at origin: RuleOrigin, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as ImageError {
      throw Diagnostic(.data, "image \(quoted(rule.name)) for \(platform): \(error)", at: origin)
    }
  }
}

// The Dockerfile
extension ImageDrafter {
  /// The Dockerfile that makes the same image, and the executable that it finds beside itself.
  private func dockerfile(
    _ executable: PlannedImage.PlannedExecutable?, _ layer: ImageLayer, _ base: DraftBase, _ filled: FilledImage,
    _ gate: ImageGate
  ) throws -> (dockerfile: Dockerfile, executable: PlannedImage.PlannedExecutable?) {
    let to = try context.facts.fill(rule.to, TemplateSubject(platform: platform, image: rule))
    let folder = to == "." ? "/" : "/\(to)/"
    let entries = layer.entries
    // Builders take no capabilities from a file beside the Dockerfile, but do from an archive that they unpack.
    let isAddable = { (file: PlannedImage.PlannedExecutable) in
      let hasCapabilities = entries.index(of: file.path).map { !entries.capabilities(at: $0).isEmpty } ?? false
      return !gate.isArchive && !hasCapabilities && Dockerfile.canAdd(file.name, to: folder)
    }
    let executable = executable.flatMap { isAddable($0) ? $0 : nil }
    let hasMore = (0..<entries.count).contains { (index: Int) -> Bool in
      if entries.kind(at: index) == .directory { return layer.draft.origin(of: entries.origin(at: index)) != nil }
      return !entries.name(at: index).elementsEqual(executable?.path ?? [])
    }
    // Only a digest that the layout has: a registry or an engine may not know the manifest of the store.
    let dockerfile = Dockerfile(
      base: filled.base.name, platform: filled.base.hasArchitecture ? nil : base.config.platform,
      executable: executable.map { ($0.name, folder) }, hasArchive: hasMore, changes: filled.changes,
      annotations: filled.annotations)
    return (dockerfile, executable)
  }

  private func executable(_ binary: SourceFile?, in layer: ImageLayer) -> PlannedImage.PlannedExecutable? {
    guard let binary, let name = rule.binary.map({ $0 + platform.executableSuffix }) else { return nil }
    let entries = layer.entries
    // Found by its rule, because an entry may bring the same file to another place.
    let index = (0..<entries.count).first { index in
      entries.kind(at: index) == .file && layer.draft.origin(of: entries.origin(at: index))?.origin == rule.origin
    }
    guard let index else { return nil }
    let mode = FileMode(bits: entries.entry(at: index, size: 0).mode)
    return .init(name: name, file: binary, mode: mode, path: Array(entries.name(at: index)))
  }
}
