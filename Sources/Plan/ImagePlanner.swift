// From an image's rule to a planned image: the base from the store, the entries of the new layer, names and settings.

import Archive
import Basics
import Files
import Image
import Layout

/// Plans one image on one platform.
struct ImagePlanner {
  let resolver: Resolver
  let rule: ImageRule
  let platform: Platform
  let subject: TemplateSubject

  /// The rule's executable; nil when it has none, and when it is missing, which the layer tells.
  private var binary: SourceFile? { subject.binary }

  /// Throws `SystemError` when it cannot be told whether the executable is there.
  init(_ resolver: Resolver, _ rule: ImageRule, on platform: Platform) throws(SystemError) {
    self.resolver = resolver
    self.rule = rule
    self.platform = platform
    subject = try resolver.subject(of: rule, on: platform)
  }

  /// The base that the rule names, as its layout tells of it.
  private struct NamedBase {
    let rule: BaseRule
    /// As the layout spells it.
    let name: String
    /// Whether that names the architecture, so that it is one image on every machine.
    let hasArchitecture: Bool
    let reference: Reference
  }

  /// The image, going to `places` of the stage.
  ///
  /// Throws `Diagnostic`, and `SourceChanged` or `SystemError` for the files that are looked into.
  func plan(stagePlaces places: [PlannedImage.StagePlace]) throws -> PlannedImage {
    if platform.os == "windows" {
      // Layers for Windows have Files and Hives in their root (hcsshim, pkg/ociwclayer), and what their base tells.
      let reason = "images for windows are not made: what stands outside Files/ is not in the container"
      throw Diagnostic(.usage, "image \(rule.name) for \(platform): \(reason)", at: rule.origin)
    }
    let (base, references, changes, fileName) = try filledIn()
    if rule.binary != nil { try resolver.options.locations.check(.bin) }
    if rule.outputs == [.stage] && places.isEmpty {
      let reason = "no tarball holds it, and \"outputs\" says the stage alone"
      throw Diagnostic(.usage, "image \(rule.name) for \(platform): \(reason)", at: rule.origin)
    }
    if resolver.options.isDry {
      let builder = ImageBuilder(
        baseConfig: ImageConfig(platform: platform, settings: ImageSettings(), diffIDs: [], created: 0, history: []),
        baseLayers: [], platform: platform, settings: ImageSettings(), created: 0, createdBy: createdBy)
      return PlannedImage(
        name: rule.name, origin: rule.origin, platform: platform, references: references, builder: builder,
        format: resolver.options.imageFormat, layer: try layer(on: FileTable(), base.rule, changes), fileName: fileName,
        stagePlaces: rule.outputs.contains(.stage) ? places : [], isKept: rule.outputs.contains(.images),
        executable: nil,
        dockerfile: Dockerfile(base: base.name, platform: nil, executable: nil, hasArchive: false, changes: changes))
    }
    let gate = try gate(stagePlaces: places)
    let (image, layers) = try stored(base, gate)
    let layer = try layer(on: image.files, base.rule, changes, user: image.config.settings.user)
    let settings = changes.applied(to: image.config.settings)
    LayerGate(
      resolver: resolver, rule: rule, platform: platform, layer: layer, files: image.files.covered(by: layer),
      settings: settings, base: base.reference
    ).check()
    warn(gate, layers: layers.count + 1)
    let builder = ImageBuilder(
      baseConfig: image.config, baseLayers: layers, platform: imagePlatform(image.config.platform, gate.variant),
      settings: settings, created: layer.mtime, createdBy: createdBy)
    let (dockerfile, executable) = try dockerfile(of: layer, on: image, base, gate, changes)
    var planned = PlannedImage(
      name: rule.name, origin: rule.origin, platform: platform, references: references, builder: builder,
      format: resolver.options.imageFormat, layer: layer, fileName: fileName,
      stagePlaces: rule.outputs.contains(.stage) ? places : [], isKept: rule.outputs.contains(.images),
      executable: executable, dockerfile: dockerfile)
    planned.size = try planned.archiveSize(in: resolver.plan.store())
    return planned
  }

  /// All that the templates of the rule say. Throws the last mistake; those before it go to the resolver.
  private func filledIn() throws -> (NamedBase, [Reference], SettingChanges, fileName: String) {
    var mistakes: [Diagnostic] = []
    func attempt<Value>(_ body: () throws -> Value) -> Value? {
      do {
        return try body()
      } catch {
        mistakes.append(Diagnostic(error, at: rule.origin))
        return nil
      }
    }
    let base = attempt(namedBase)
    let references = attempt(references)
    let changes = attempt(changes)
    let fileName = attempt { try resolver.fileName(of: rule, subject) }
    for mistake in mistakes.dropLast() { resolver.refuse(mistake) }
    if let last = mistakes.last { throw last }
    // Without a mistake all of them are there.
    guard let base, let references, let changes, let fileName else { throw Diagnostic(.usage, "image \(rule.name)") }
    return (base, references, changes, fileName)
  }

  /// The most layers of an image that engines are known to start: overlayfs stacks no more in one page of mount options.
  /// Docker takes two fewer (moby, layer/layer_store.go, `maxLayerDepth`).
  private static let mostLayers = 127

  private func warn(_ gate: ImageGate, layers: Int) {
    if let warning = gate.warning { resolver.warn("image \(rule.name): \(warning)") }
    if layers <= Self.mostLayers { return }
    let reason = "\(layers) layers with its own, and engines start no image of more than \(Self.mostLayers)"
    resolver.warn("image \(rule.name) for \(platform): \(reason)")
  }

  private func gate(stagePlaces places: [PlannedImage.StagePlace]) throws -> ImageGate {
    let locations = resolver.options.locations
    let stageFolder = places.first.map { "\(locations.stage)/\($0.folder)" }
    return try ImageGate(
      binary, platform, stageFolder: stageFolder ?? "\(locations.images)/\(platform.architecture)")
  }

  /// The Dockerfile that makes the same image, and the executable as it finds it beside itself.
  private func dockerfile(
    of layer: TarEntryList, on image: BaseImage, _ base: NamedBase, _ gate: ImageGate, _ changes: SettingChanges
  ) throws -> (Dockerfile, PlannedImage.PlannedExecutable?) {
    let folder = try folderInDockerfile()
    let executable = executable(in: layer).flatMap {
      !gate.isArchive && Dockerfile.canAdd($0.name, to: folder) ? $0 : nil
    }
    let hasMore = (0..<layer.count).contains { (index: Int) -> Bool in
      if layer.kind(at: index) == .directory { return layer.origin(at: index) != Plan.implied }
      return !layer.name(at: index).elementsEqual(executable?.path ?? [])
    }
    // No digest that the layout does not have: nothing tells whether a registry, or an engine, knows the store's manifest.
    let dockerfile = Dockerfile(
      base: base.name, platform: base.hasArchitecture ? nil : image.config.platform,
      executable: executable.map { ($0.name, folder) }, hasArchive: hasMore, changes: changes)
    return (dockerfile, executable)
  }

  private var createdBy: String { "kpack: ADD \(rule.binary ?? rule.name)" }

  /// The image's platform on a base of `base`: of the base's variant, for arm of the executable's where that is higher,
  /// and of v7 where neither tells (image-spec, config.md, `variant`; Go's GOARM).
  private func imagePlatform(_ base: Platform, _ executable: String?) -> Platform {
    var variant = base.variant
    if platform.architecture == "arm" {
      // "v5" to "v8": of one length, so that their order is that of their letters.
      let known = base.variant == nil ? nil : base.normalized.variant
      variant = [known, executable].compactMap { $0 }.max() ?? "v7"
    }
    return Platform(os: platform.os, architecture: platform.architecture, variant: variant)
  }

  private func fill(_ template: Template) throws -> String { try resolver.facts.fill(template, subject) }

  private func namedBase() throws -> NamedBase {
    guard let base = resolver.layouts.images?.bases[rule.base] else {
      throw Diagnostic(.usage, "no base is named \(quoted(rule.base))", at: rule.origin)
    }
    guard let template = base.reference.template(for: platform.architecture) else {
      throw Diagnostic(.usage, "the base \(quoted(base.name)) has no image", for: platform, at: base.origin)
    }
    let name = try fill(template)
    return NamedBase(
      rule: base, name: name, hasArchitecture: template.variables.contains(.arch),
      reference: try reference(name, at: base.origin))
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
      throw Diagnostic(.usage, "\(quoted(rule.name)) has no repository", for: platform, at: rule.origin)
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

// The executable and the base
extension ImagePlanner {
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
  private func stored(_ base: NamedBase, _ gate: ImageGate) throws -> (BaseImage, [ImageBuilder.Layer]) {
    do {
      let found = try explained(at: base.rule.origin) {
        try resolver.bases().image(base.reference, for: platform, in: &resolver.plan.contents)
      }
      found.0.warnings.forEach(resolver.warn)
      do {
        try explained(at: rule.origin) { try gate.check(found.0.config, of: base.reference) }
      } catch let mistake as Diagnostic {
        // On a base for its platform an image can be looked at for more.
        if found.0.config.platform.withoutVariant != platform.withoutVariant { throw mistake }
        resolver.refuse(mistake)
      }
      return found
    } catch let error as BaseForOthers {
      try explained(at: rule.origin) { try gate.checkMachines(on: base.reference, for: error.found) }
      throw error
    } catch let mistake as Diagnostic {
      // A store that cannot be looked into is what the mistake is about.
      if (try? resolver.bases().holds(base.reference)) ?? true { throw mistake }
      let cause = SharedCause(kind: .base(base.reference.familiar), subject: "\(rule.name) for \(platform)")
      throw Diagnostic(mistake.fault, mistake.message, at: mistake.origin, cause: cause)
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

// The new layer of an image: which entries it has, and what the base has to say about them.

extension ImagePlanner {
  /// The new layer: what the base brings to every image on it, the executable, what the image has beside it.
  ///
  /// `user` is the base's.
  func layer(
    on files: FileTable, _ base: BaseRule, _ changes: SettingChanges, user: String? = nil
  ) throws -> TarEntryList {
    let layout = TarballLayout(
      layerOf: rule, rules: base.entries + binaryRules + rule.entries, release: resolver.layouts.release)
    let builder = try TarballBuilder(resolver, layout, platform, image: rule, base: files)
    for rule in layout.rules { builder.add(rule, number: resolver.number(of: rule)) }
    if let directory = changes.workingDirectory {
      let owner = WorkdirOwner(base: user, image: changes.user)
      add(workingDirectory: directory, of: owner, to: builder, on: files)
    }
    let entries = builder.finishEntries(fileName: "image \(rule.name) for \(platform)")
    let mistakes = (0..<entries.count).compactMap { mistake(entries, $0, files) }
    for mistake in mistakes.dropLast() { resolver.refuse(mistake) }
    // What such a layer would make of the base is not worth a look.
    if let last = mistakes.last { throw last }
    return entries
  }

  /// Makes the working directory where neither the base nor a rule does, behind the links of both.
  ///
  /// Where builders differ in its owner, it counts as named by a rule: the Dockerfile's archive brings it then.
  private func add(
    workingDirectory: String, of owner: WorkdirOwner, to builder: TarballBuilder, on base: FileTable
  ) {
    let files = base.covered(by: builder.entriesSoFar)
    let named = Array(workingDirectory.utf8)
    guard let path = files.resolve(named), (files[path]?.kind ?? .directory) == .directory else {
      let obstacle = files.obstacle(on: named) == .loop ? "a loop of links" : "a file"
      let reason = "\(obstacle) is in its way"
      let place = "image \(rule.name): the workdir \(quoted(workingDirectory))"
      resolver.refuse(Diagnostic(.usage, "\(place) can be no folder: \(reason)", at: rule.origin))
      return
    }
    if files[path] != nil { return }
    // It brings no entry of its own; it is who needs the folder, should something else stand in its way.
    let need = EntryRule(bringing: .directory(Template(literal: workingDirectory)), to: nil, origin: rule.origin)
    builder.collector.add(
      missingFolder: path, owner: owner.owner, neededBy: resolver.number(of: need), isNamed: !owner.isOfEveryBuilder)
  }

  /// Why an entry cannot stand in a layer on `base`; nil when it can.
  private func mistake(_ entries: TarEntryList, _ index: Int, _ base: FileTable) -> Diagnostic? {
    let name = entries.name(at: index)
    let isFolder = entries.kind(at: index) == .directory
    let bare = isFolder ? name.dropLast() : name
    let place = "image \(rule.name): \(escapedName(bare))"
    let number = entries.origin(at: index)
    let origin = number == Plan.implied ? rule.origin : resolver.rules[Int(number)].origin
    let last = bare.split(separator: UInt8(ascii: "/")).last ?? bare
    // Layers know removed files by such names (image-spec, layer.md, "Whiteouts").
    if last.starts(with: ".wh.".utf8) {
      let reason = "names that begin with \".wh.\" remove files in a layer"
      return Diagnostic(.usage, "\(place): \(reason)", at: origin)
    }
    guard let known = base[Array(bare)], (known.kind == .directory) != isFolder else { return nil }
    let (found, wanted) = isFolder ? ("a file", "a folder") : ("a folder", "a file")
    return Diagnostic(.usage, "\(place): is \(found) in the base, and \(wanted) here", at: origin)
  }

  private var binaryRules: [EntryRule] {
    guard let binary = rule.binary else { return [] }
    let to = rule.to.text == "." ? nil : rule.to
    return [EntryRule(bringing: .binaries(.names([Template(literal: binary)])), to: to, origin: rule.origin)]
  }
}
