// The images of a release: which are made for which platforms, from which bases, and where in the stage they stand.

import Archive
import Image
import JSON

extension Resolver {
  /// The images that a run makes: those that are named, or all whose flags are on.
  func wantedImages(_ names: [String]) -> [(group: String, rule: ImageRule, platform: Platform)] {
    for name in names { checkWanted(name) }
    var wanted: [(group: String, rule: ImageRule, platform: Platform)] = []
    for (group, rule) in allImages where names.isEmpty || names.contains(rule.name) {
      if holds(rule.condition, at: rule.origin) { wanted += platforms(of: rule, in: group).map { (group, rule, $0) } }
    }
    return wanted
  }

  /// Takes note of a mistake when no image has the name, or all that have it are off.
  private func checkWanted(_ name: String) {
    let named = allImages.map(\.rule).filter { $0.name == name }
    if named.contains(where: { holds($0.condition) }) { return }
    if named.isEmpty {
      let near = nearName(to: name, in: allImages.map(\.rule.name)).map { "; did you mean \(quoted($0))?" }.orEmpty
      refuse(Diagnostic(.usage, "no image is named \(quoted(name))\(near)"))
    }
    for rule in named {
      let flag = quoted(rule.condition?.flag ?? "")
      refuse(Diagnostic(.usage, "\(quoted(rule.name)) is turned off by the flag \(flag)", at: rule.origin))
    }
  }

  /// All images of the layouts, by the name of their group.
  var allImages: [(group: String, rule: ImageRule)] {
    let groups = layouts.images?.groups ?? [:]
    return groups.keys.sorted().flatMap { group in (groups[group] ?? []).map { (group: group, rule: $0) } }
  }

  /// Two images with one output are a mistake.
  func checkImageFiles() {
    var writers: [[UInt8]: PlannedImage] = [:]
    for image in plan.images {
      for output in outputs(of: image) {
        guard let other = writers.updateValue(image, forKey: Array(output.utf8)) else { continue }
        let both = "\(other.origin) for \(other.platform) and \(image.origin) for \(image.platform)"
        refuse(Diagnostic(.usage, "two images have the output \(escapedName(output.utf8)): \(both)"))
        break
      }
    }
  }

  /// Two images of one name on one platform are a mistake: whoever loads the second takes the name from the first.
  func checkImageNames() {
    var owners: [Platform: [Reference: PlannedImage]] = [:]
    for image in plan.images {
      for reference in image.references {
        guard let owner = owners[image.platform, default: [:]].updateValue(image, forKey: reference) else { continue }
        let both = "\(owner.origin) for \(owner.platform) and \(image.origin) for \(image.platform)"
        refuse(Diagnostic(.usage, "two images are named \(reference.familiar): \(both)"))
        break
      }
    }
  }

  /// The archives of an image, and the folder that `docker build` makes it from. The tags' names follow from those.
  private func outputs(of image: PlannedImage) -> [String] {
    let staged = image.stagePlaces.map { place in
      "\(options.locations.stage)/\(place.folder)/\(place.place(of: image.fileName))"
    }
    if !image.isKept { return staged }
    let folder = "\(options.locations.images)/\(image.platform.architecture)"
    return staged + ["\(folder)/\(image.fileName)", "\(folder)/\(image.buildFolder)"]
  }

  /// One image on one platform.
  struct ImageInstance: Hashable {
    let group: String
    let name: String
    let platform: Platform
  }

  /// The number of the image in the plan; it is planned once. Throws `Diagnostic`.
  func image(_ rule: ImageRule, of group: String, on platform: Platform) throws -> Int {
    let instance = ImageInstance(group: group, name: rule.name, platform: platform)
    if let number = imageNumbers[instance] { return number }
    let image = try ImagePlanner(self, rule, on: platform).plan(stagePlaces: stagePlaces(of: rule, group, platform))
    imageNumbers[instance] = plan.images.count
    plan.images.append(image)
    return plan.images.count - 1
  }

  /// The images of a rule's list whose flags are on, in order, with their groups; names that are none are mistakes.
  func images(_ list: NameList, _ place: RulePlace) -> [(group: String, rule: ImageRule)] {
    switch list {
    case .list(let name):
      return (layouts.images?.groups[name] ?? []).filter { holds($0.condition) }.map { (name, $0) }
    case .names(let names):
      let all = allImages
      return names.flatMap { template in
        do {
          let name = try place.fill(template)
          let named = all.filter { $0.rule.name == name }
          if !named.isEmpty { return named.filter { holds($0.rule.condition) } }
          let near = nearName(to: name, in: all.map(\.rule.name)).map { "; did you mean \(quoted($0))?" }.orEmpty
          throw Diagnostic(.usage, "no image is named \(quoted(name))\(near)")
        } catch {
          refuse(Diagnostic(error, at: place.rule.origin))
          return []
        }
      }
    }
  }

  /// Every place in the stage where a tarball looks for the image.
  private func stagePlaces(
    of wanted: ImageRule, _ group: String, _ platform: Platform
  ) -> [PlannedImage.StagePlace] {
    var places: [PlannedImage.StagePlace] = []
    forEachHolder { layout, place, images in
      guard place.platform == platform,
        images.contains(where: { $0.group == group && $0.rule.name == wanted.name })
      else { return }
      // What the root and the folder cannot be filled in with is told where the tarball is planned.
      let root = (try? facts.fill(layout.settings.root, on: layout.platforms == nil ? nil : platform)) ?? ""
      let path = [root, (try? place.to())?.text ?? ""].filter { !$0.isEmpty && $0 != "." }.joined(separator: "/")
      let stagePlace = PlannedImage.StagePlace(
        folder: "\(layout.name)/\(platform.os)-\(platform.architecture)", path: path)
      if !places.contains(stagePlace) { places.append(stagePlace) }
    }
    return places
  }

  /// The platforms that the image is made for: its own, else those on which tarballs hold it.
  func platforms(of rule: ImageRule, in group: String) -> [Platform] {
    if let selector = rule.platforms { return lists.platforms(selector) }
    var platforms: [Platform] = []
    forEachHolder { _, place, images in
      guard let platform = place.platform, !platforms.contains(platform),
        images.contains(where: { $0.group == group && $0.rule.name == rule.name })
      else { return }
      platforms.append(platform)
    }
    return platforms
  }

  /// Every rule that puts images into a tarball, on every platform.
  private func forEachHolder(
    _ body: (TarballLayout, RulePlace, [(group: String, rule: ImageRule)]) -> Void
  ) {
    for layout in layouts.tarballs where holds(layout.condition, at: layout.origin) {
      let platforms: [Platform?] = layout.platforms.map { lists.platforms($0) } ?? [nil]
      for rule in layout.rules {
        guard case .images(let list) = rule.verb, holds(rule.condition, at: rule.origin) else { continue }
        for platform in platforms.flatMap({ self.platforms(of: rule, on: $0) }) {
          let place = RulePlace(resolver: self, rule: rule, number: 0, platform: platform, image: nil)
          body(layout, place, images(list, place))
        }
      }
    }
  }

  /// The name of the file that the image is saved as. Throws `Diagnostic`.
  func fileName(of rule: ImageRule, _ subject: TemplateSubject) throws -> String {
    let name = try rule.file.map { try facts.fill($0, subject) } ?? rule.name + ImageRule.fileSuffix
    let isNamed =
      name != ImageRule.fileSuffix && name.utf8.reversed().starts(with: ImageRule.fileSuffix.utf8.reversed())
    if ArchivePath.isName(name) && isNamed { return name }
    throw Diagnostic(.usage, "expected a file name that ends in .tar, found \(quoted(name))", at: rule.origin)
  }

  /// What the templates of an image on `platform` are about. Throws `SystemError`.
  func subject(of rule: ImageRule, on platform: Platform) throws(SystemError) -> TemplateSubject {
    guard !options.isDry, let name = rule.binary else { return TemplateSubject(platform: platform, image: rule) }
    let binary = try binaryFile(name, on: platform)
    return TemplateSubject(platform: platform, image: rule, binary: binary)
  }

  /// The built executable; nil when it is not there, or no file, which the rule that brings it tells.
  ///
  /// Throws `SystemError` for all else: without a binary, the image would be another one.
  func binaryFile(_ name: String, on platform: Platform) throws(SystemError) -> SourceFile? {
    let path = binaryPath(name, on: platform)
    guard let link = try FileStatus.ifThere(path), let status = try FileStatus.followingIfThere(path), status.isFile
    else { return nil }
    return SourceFile(path: link.isSymlink ? try FilePath.resolved(path) : path, identity: status.identity)
  }

  func binaryPath(_ name: String, on platform: Platform) -> [UInt8] {
    let file = name + platform.executableSuffix
    return Array("\(options.locations.bin)/\(platform.os)/\(platform.architecture)/\(file)".utf8)
  }

  func warn(_ warning: String) { if !plan.warnings.contains(warning) { plan.warnings.append(warning) } }
}
