// From an image's rule to a planned image: the base from the store, the entries of the new layer, names and settings.

import Archive
import Image
import JSON

/// Plans one image on one platform.
struct ImagePlanner {
  private let resolver: Resolver
  private let rule: ImageRule
  private let platform: Platform
  private let subject: TemplateSubject

  /// The rule's executable; nil when it has none, and when it is missing, which the layer tells.
  private var binary: SourceFile? { subject.binary }

  init(_ resolver: Resolver, _ rule: ImageRule, on platform: Platform) {
    self.resolver = resolver
    self.rule = rule
    self.platform = platform
    subject = resolver.subject(of: rule, on: platform)
  }

  /// The image, going to `places` of the stage.
  ///
  /// Throws `Diagnostic`, and `SourceChanged` or `SystemError` for the files that are looked into.
  func plan(stagePlaces places: [PlannedImage.StagePlace]) throws -> PlannedImage {
    guard let base = resolver.layouts.images?.bases[rule.base] else {
      throw Diagnostic(.usage, "no base is named \(quoted(rule.base))", at: rule.origin)
    }
    if rule.outputs == [.stage] && places.isEmpty {
      let reason = "no tarball holds it, and \"outputs\" says the stage alone"
      throw Diagnostic(.usage, "image \(rule.name) for \(platform): \(reason)", at: rule.origin)
    }
    let references = try references()
    let baseName = try baseName(base)
    let reference = try reference(baseName, at: base.origin)
    let locations = resolver.options.locations
    let stageFolder = places.first.map { "\(locations.stage)/\($0.folder)" }
    let gate = try ImageGate(
      binary, platform, stageFolder: stageFolder ?? "\(locations.images)/\(platform.architecture)")
    let (image, layers) = try stored(reference, base, gate)
    let changes = try changes()
    let layer = try layer(on: image, base, changes)
    try explained(at: rule.origin) { try gate.checkInterpreter(in: image.files.covered(by: layer), base: reference) }
    if let warning = gate.warning { resolver.warn("image \(rule.name): \(warning)") }
    let builder = ImageBuilder(
      baseConfig: image.config, baseLayers: layers, platform: imagePlatform(image.config.platform),
      settings: changes.applied(to: image.config.settings), created: layer.mtime, createdBy: createdBy)
    let folder = try folderInDockerfile()
    let executable = executable(in: layer).flatMap { Dockerfile.canAdd($0.name, to: folder) ? $0 : nil }
    let hasMore = (0..<layer.count).contains { (index: Int) -> Bool in
      if layer.kind(at: index) == .directory { return layer.origin(at: index) != Plan.implied }
      return !layer.name(at: index).elementsEqual(executable?.path ?? [])
    }
    let isLocked = try resolver.bases().isLocked
    let dockerfile = Dockerfile(
      base: isLocked ? "\(reference.familiarName)@\(image.manifestDigest)" : baseName,
      platform: isLocked || base.reference.tellsArchitecture ? nil : image.config.platform,
      executable: executable.map { ($0.name, folder) }, hasArchive: hasMore, changes: changes)
    var planned = PlannedImage(
      name: rule.name, origin: rule.origin, platform: platform, references: references, builder: builder,
      format: resolver.options.imageFormat,
      layer: layer, fileName: try resolver.fileName(of: rule, subject),
      stagePlaces: rule.outputs.contains(.stage) ? places : [],
      isKept: rule.outputs.contains(.images), executable: executable, dockerfile: dockerfile)
    planned.size = try planned.archiveSize(in: resolver.plan.store())
    return planned
  }

  private var createdBy: String { "kpack: ADD \(rule.binary ?? rule.name)" }

  /// The variant of the base stays where the architecture has none that Kubernetes means (image-spec, config.md).
  private func imagePlatform(_ base: Platform) -> Platform {
    let variant: String? =
      switch platform.architecture {
      case "arm": "v7"
      case "arm64": nil
      default: base.variant
      }
    return Platform(os: platform.os, architecture: platform.architecture, variant: variant)
  }

  private func fill(_ template: Template) throws -> String { try resolver.facts.fill(template, subject) }

  /// The reference of the base as the layout spells it.
  private func baseName(_ base: BaseRule) throws -> String {
    guard let template = base.reference.template(for: platform.architecture) else {
      throw Diagnostic(.usage, "the base \(quoted(base.name)) has no image for \(platform)", at: base.origin)
    }
    return try fill(template)
  }

  private func reference(_ text: String, at origin: RuleOrigin) throws -> Reference {
    do throws(ReferenceError) {
      return try Reference(text)
    } catch {
      throw Diagnostic(.usage, "\(error), found \(quoted(text))", at: origin)
    }
  }

  /// The image's own name, then that of the release registry where the environment tells one.
  private func references() throws -> [Reference] {
    let layout = resolver.layouts.images
    guard let template = (rule.repository ?? layout?.repository)?.template(for: platform.architecture) else {
      throw Diagnostic(.usage, "\(quoted(rule.name)) has no repository for \(platform)", at: rule.origin)
    }
    let tag = try resolver.facts.value(of: .tag, subject)
    guard Reference.isTag(tag) else {
      throw Diagnostic(.usage, "\(quoted(rule.name)): expected a tag, found \(quoted(tag))", at: rule.origin)
    }
    var texts = ["\(try fill(template)):\(tag)"]
    let options = resolver.options
    if let registry = options.environmentValue("KUBE_DOCKER_REGISTRY"),
      let tag = options.environmentValue("KUBE_DOCKER_IMAGE_TAG")
    {
      texts.append("\(registry)/\(rule.name)-\(platform.architecture):\(tag)")
    }
    var references: [Reference] = []
    for text in texts {
      let reference = try reference(text, at: rule.origin)
      if !references.contains(reference) { references.append(reference) }
    }
    return references
  }

  private func changes() throws -> SettingChanges {
    var changes = SettingChanges()
    changes.environment = try rule.env.map { ($0.name, try fill($0.value)) }
    changes.labels = try rule.labels.map { ($0.name, try fill($0.value)) }
    changes.command = try rule.cmd?.map(fill)
    changes.entrypoint = try rule.entrypoint?.map(fill)
    changes.workingDirectory = try rule.workdir.map(fill)
    changes.user = try rule.user.map(fill)
    return changes
  }
}

// The layer
extension ImagePlanner {
  /// The new layer: what the base brings to every image on it, the executable, what the image has beside it.
  private func layer(
    on image: BaseImage, _ base: BaseRule, _ changes: SettingChanges
  ) throws -> TarEntryList {
    let layout = TarballLayout(
      layerOf: rule, rules: base.entries + binaryRules + rule.entries, release: resolver.layouts.release)
    let builder = try TarballBuilder(resolver, layout, platform, image: rule, base: image.files)
    for rule in layout.rules { builder.add(rule, number: resolver.number(of: rule)) }
    if let directory = changes.workingDirectory { add(workingDirectory: directory, to: builder, on: image.files) }
    let entries = builder.finishEntries(fileName: "image \(rule.name) for \(platform)")
    let mistakes = (0..<entries.count).compactMap { mistake(entries, $0, image.files) }
    for mistake in mistakes.dropLast() { resolver.refuse(mistake) }
    // What such a layer would make of the base is not worth a look.
    if let last = mistakes.last { throw last }
    return entries
  }

  /// Makes the working directory where neither the base nor a rule does, behind the links of both.
  private func add(workingDirectory: String, to builder: TarballBuilder, on base: FileTable) {
    let files = base.covered(by: builder.entriesSoFar)
    guard let path = files.resolve(Array(workingDirectory.utf8)), (files[path]?.kind ?? .directory) == .directory
    else {
      let reason = "a file or a loop of links is in its way"
      let place = "image \(rule.name): the workdir \(quoted(workingDirectory))"
      resolver.refuse(Diagnostic(.usage, "\(place) can be no folder: \(reason)", at: rule.origin))
      return
    }
    if files[path] != nil { return }
    // It brings no entry of its own; it is who needs the folder, should something else stand in its way.
    let need = EntryRule(bringing: .directory(Template(literal: workingDirectory)), to: nil, origin: rule.origin)
    builder.collector.add(impliedFolder: path, neededBy: resolver.number(of: need))
  }

  /// Why an entry cannot stand in a layer on `base`; nil when it can.
  private func mistake(_ entries: TarEntryList, _ index: Int, _ base: FileTable) -> Diagnostic? {
    let name = entries.name(at: index)
    let isFolder = entries.kind(at: index) == .directory
    let bare = isFolder ? name.dropLast() : name
    let place = "image \(rule.name): \(escapedName(bare))"
    let last = bare.split(separator: UInt8(ascii: "/")).last ?? bare
    // Layers know removed files by such names (image-spec, layer.md, "Whiteouts").
    if last.starts(with: ".wh.".utf8) {
      let reason = "names that begin with \".wh.\" remove files in a layer"
      return Diagnostic(.usage, "\(place): \(reason)", at: rule.origin)
    }
    guard let known = base[Array(bare)], (known.kind == .directory) != isFolder else { return nil }
    let (found, wanted) = isFolder ? ("a file", "a folder") : ("a folder", "a file")
    return Diagnostic(.usage, "\(place): is \(found) in the base, and \(wanted) here", at: rule.origin)
  }

  private var binaryRules: [EntryRule] {
    guard let binary = rule.binary else { return [] }
    let to = rule.to.text == "." ? nil : rule.to
    return [EntryRule(bringing: .binaries(.names([Template(literal: binary)])), to: to, origin: rule.origin)]
  }

  private func executable(in layer: TarEntryList) -> PlannedImage.PlannedExecutable? {
    guard let binary, let name = rule.binary.map({ $0 + platform.executableSuffix }) else { return nil }
    // By its rule: an entry may bring the same file to another place.
    let index = (0..<layer.count).first { index in
      layer.kind(at: index) == .file && resolver.rules[Int(layer.origin(at: index))].origin == rule.origin
    }
    guard let index else { return nil }
    let mode = FileMode(bits: layer.entry(at: index, size: 0).mode)
    return .init(name: name, file: binary, mode: mode, path: Array(layer.name(at: index)))
  }

  private func folderInDockerfile() throws -> String {
    let folder = try fill(rule.to)
    return folder == "." ? "/" : "/\(folder)/"
  }

  /// The base as the store has it, for the machine that the executable is for.
  private func stored(
    _ reference: Reference, _ base: BaseRule, _ gate: ImageGate
  ) throws -> (BaseImage, [ImageBuilder.LayerContent]) {
    do {
      let base = try explained(at: base.origin) {
        try resolver.bases().image(reference, for: platform, in: &resolver.plan.contents)
      }
      try explained(at: rule.origin) { try gate.check(base.0.config, of: reference) }
      return base
    } catch let error as BaseForOthers {
      try explained(at: rule.origin) { try gate.checkMachines(on: reference, for: error.found) }
      throw error
    }
  }

  /// What `body` gives; an `ImageError` that it throws gets to be one about this image.
  private func explained<Value>(at origin: RuleOrigin, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as ImageError {
      throw Diagnostic(.data, "image \(quoted(rule.name)) for \(platform): \(error)", at: origin)
    }
  }
}
