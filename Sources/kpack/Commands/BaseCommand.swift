// kpack base: the folder of base images.

import Archive
import Basics
import Files
import Image
import JSON
import Plan

/// Fills, lists and locks the folder of bases.
struct BaseCommand: Command {
  static let spec = CommandSpec(
    name: "base",
    forms: [
      CommandForm(name: "add REF FILE", operand: .file, options: ["arch", "name", "limit"]),
      CommandForm(
        name: "add REF --rootfs PATH", more: "--arch A", mark: "rootfs",
        options: ["rootfs", "arch", "cmd", "env", "epoch", "limit"]),
      CommandForm(name: "make REF", more: "--from PATH --arch A", options: ["from", "arch", "cmd", "env", "epoch"]),
      CommandForm(name: "remove REF", options: ["arch"]),
      CommandForm(name: "list", options: []),
      CommandForm(name: "list --wanted", mark: "wanted", options: ["wanted"] + releaseOptions),
      CommandForm(name: "lock", options: []),
    ],
    summary: "fill, list, lock and clear the folder of base images",
    details: """
      The bases folder is an OCI image layout: `skopeo copy docker://busybox oci:_output/bases:busybox` fills it, and so
      does `base add`: it takes the archive of `docker save`, an OCI archive or an OCI layout folder, or makes a base from
      a root file system, a tar archive or a folder (whose files are then owned by 0:0). `base make busybox` makes one from
      a static busybox executable of any architecture. Made for arm without a variant, a base has the highest one that the
      executables in the folder, or the busybox, want, and v7 with a warning where they do not tell. A REF can hold several
      platforms. `base lock` writes BASES/bases.lock.json; from then on a base that differs from it is refused. `base
      remove` takes out all platforms of REF, or those of --arch A, and all blobs that no base needs any more, also where
      there is no REF; where REF has the digest of a manifest or of an index, or is one, what has that digest. No other
      tool should write into the folder meanwhile. `base list --wanted` tells what the images of the layouts need, and
      what of that is there.
      """,
    examples: [
      "kpack base make busybox --from /bin/busybox --arch amd64",
      "kpack base add debian:12 debian.tar --bases _output/bases",
      "kpack base add my/base:1 --rootfs root.tar --arch arm64 --cmd /bin/sh",
      "kpack base list --wanted --layouts my-layouts",
    ],
    options: [
      OptionSpec(
        name: "name", argument: .text("NAME"), help: "of the images in FILE the one of this name, where none is REF"),
      OptionSpec(name: "rootfs", argument: .file("PATH"), help: "make the base from this tar archive or folder"),
      OptionSpec(name: "from", argument: .file("PATH"), help: "of make, the static busybox executable"),
      OptionSpec(
        name: "arch", argument: .text("A"),
        help: """
          the architecture of the base, such as amd64, or arm/v6 with its variant; of FILE, or of remove's REF, only \
          that one, for linux
          """),
      OptionSpec(
        name: "cmd", argument: .text("WORD"),
        help: "with --rootfs or make, a word of its command; may be given several times"),
      OptionSpec(
        name: "env", argument: .text("NAME=VALUE"),
        help: "with --rootfs or make, a variable; may be given several times"),
      OptionSpec(
        name: "epoch", argument: .text("N"),
        help: "of --rootfs or make, the time of what is made, seconds since 1970 (0)",
        variables: [.sourceDateEpoch]),
      .limit, OptionSpec(name: "wanted", help: "of list, the bases that the images of the layouts need"),
    ] + OptionGroup.release.only(releaseOptions).options,
    groups: [OptionGroup.folders], verbose: "the folder of bases")

  /// The options of a release by which `list --wanted` finds the images.
  private static let releaseOptions = ["layouts", "platform", "fast", "flag", "version"]

  private let context: CommandContext
  private let locations: Locations
  private let store: BaseStore
  /// The time of new bases, in seconds since 1970.
  private let epoch: Int64

  init(_ context: CommandContext) throws {
    self.context = context
    epoch = try context.epoch() ?? 0
    locations = try context.locations()
    store = BaseStore(locations.bases)
  }

  func run() throws {
    try checkOptions()
    context.messages.detail(["bases \(escapedName(locations.bases.utf8))"])
    let words = context.line.arguments
    switch (words.first, words.count) {
    case ("add", 3) where !context.line.has("rootfs"):
      try add(try newName(words[1]), from: words[2])
    case ("add", 2) where context.line.has("rootfs"):
      try addRootFileSystem(try newName(words[1]))
    case ("make", 2):
      try make(try newName(words[1]))
    case ("remove", 2):
      try remove(words[1])
    case ("list", 1) where context.line.has("wanted"):
      try listWanted()
    case ("list", 1):
      try list()
    case ("lock", 1):
      try lock()
    default:
      throw context.wrongForm()
    }
  }

  /// Refuses an option that may have only one value and is given twice.
  private func checkOptions() throws(UsageError) {
    for option in Self.spec.options where !["cmd", "env", "platform", "flag"].contains(option.name) {
      if context.line.values(option.name).count > 1 { throw context.usage("--\(option.name): expected it once") }
    }
  }

  private func reference(_ text: String) throws -> Reference {
    do throws(ReferenceError) {
      return try Reference(text)
    } catch {
      throw context.usage("\(error), found \(shown(text))")
    }
  }

  /// The name of a new base, as the user typed it.
  private struct NewName {
    let text: String
    let reference: Reference
  }

  /// The name that `text` spells; "scratch" is refused, because in a Dockerfile it means no image.
  private func newName(_ text: String) throws -> NewName {
    let reference = try reference(text)
    if reference.familiarName != "scratch" { return NewName(text: text, reference: reference) }
    throw context.usage("a Dockerfile means no image by scratch: expected another name, found \(shown(text))")
  }

  private func add(_ name: NewName, from path: String) throws {
    let platform = try context.linuxPlatform()
    let source = try ImageSources.open(path, spoolingNear: store.path, limit: try context.archiveLimit())
    let wanted = try context.line["name"].map { try reference($0) }
    let found = try source.images(for: name.reference, named: wanted, on: platform)
    try add(try found.images.map { try source.read($0, as: name.reference) }, as: name)
    tell(found.passedOver)
  }

  private func add(_ images: [BaseImage], as name: NewName) throws {
    context.messages.warnings(images.flatMap(\.warnings))
    let folder = try Interrupts.guardedFolder([store.path])
    try store.add(images, as: name.reference, spelled: name.text, into: folder)
    for image in images {
      context.messages.note("\(name.reference.familiar) for \(image.config.platform): \(image.manifestDigest)")
    }
  }

  /// Notes each base that was left out, and why.
  private func tell(_ passedOver: [PassedOver]) { passedOver.forEach { context.messages.note("\($0)") } }

  private func addRootFileSystem(_ name: NewName) throws {
    let path = try path("rootfs") ?? ""
    let platform = try platform()
    let settings = try settings(command: nil)
    guard try FileStatus.following(Array(path.utf8)).isFolder else {
      try add(.file(path: path), for: made(platform, variant: nil), settings: settings, as: name)
      return warn(ofGuessed: nil, platform)
    }
    let (system, variant) = try folder(path, for: platform)
    try add(.rope(rope(of: system)), for: made(platform, variant: variant), settings: settings, as: name)
    warn(ofGuessed: variant, platform)
  }

  /// Warns when a base was made for the usual variant of arm, since neither the user nor its files say one.
  private func warn(ofGuessed variant: String?, _ platform: Platform) {
    if platform.architecture != "arm" || platform.variant != nil || variant != nil { return }
    let made = made(platform, variant: variant)
    context.messages.warning("nothing says a variant of arm, so the base is for \(made); --arch arm/v6 says another")
  }

  /// The root file system in a folder; warns of what it loses. For arm without a variant it also returns the highest
  /// variant that its executables need, if they show one.
  private func folder(_ path: String, for platform: Platform) throws -> (system: RootFileSystem, variant: String?) {
    var lost: [([UInt8], [[UInt8]])] = []
    var highest: String?
    let inspect = { (file: SourceFile) in
      guard case .elf(let program) = try Executable.inspect(file), let variant = program.variant else { return }
      // "v5" to "v8" have equal lengths, so their order as strings is right.
      highest = max(highest ?? variant, variant)
    }
    let isOpen = platform.architecture == "arm" && platform.variant == nil
    let system = try RootFileSystem.folder(
      path, mtime: epoch, lose: { lost.append(($0, $1)) }, inspect: isOpen ? inspect : nil)
    lost.sort { $0.0.lexicographicallyPrecedes($1.0) }
    for warning in lost.map(FileFinding.warning).told(as: "files with attributes that are left out") {
      context.messages.warning(warning)
    }
    return (system, highest)
  }

  private func make(_ name: NewName) throws {
    guard let path = try path("from") else { throw context.usage("make: give the executable with --from PATH") }
    let platform = try platform()
    let bytes = Array(path.utf8)
    let resolved = try Paths.resolved(bytes)
    let file = SourceFile(path: resolved, identity: try FileStatus.following(bytes).identity)
    guard case .elf(let executable) = try Executable.inspect(file), executable.interpreter == nil else {
      throw ImageError(escapedName(bytes), "", "expected a static executable of busybox")
    }
    guard executable.architecture == platform.architecture else {
      throw ImageError(
        escapedName(bytes), "", "is for \(executable.architecture), asked for is \(platform.architecture)")
    }
    if let variant = executable.variant, platform.variant != nil, platform.lacks(armVariant: variant) {
      let wanted = Platform(os: platform.os, architecture: platform.architecture, variant: variant)
      throw ImageError(escapedName(bytes), "", "is for \(wanted), asked for is \(platform)")
    }
    let system = try RootFileSystem.busybox(file, mtime: epoch)
    let settings = try settings(command: ["sh"])
    try add(
      .rope(rope(of: system)), for: made(platform, variant: executable.variant), settings: settings, as: name)
    warn(ofGuessed: executable.variant, platform)
  }

  private func rope(of system: RootFileSystem) -> Rope { Rope(system.entries, in: SourceStore(system.contents)) }

  private func add(
    _ archive: RootArchive, for platform: Platform, settings: ImageSettings, as name: NewName
  ) throws {
    let base = NewBase(name.reference, for: platform, settings: settings, created: epoch)
    let limit = try context.archiveLimit()
    try add([try base.image(from: archive, spoolingNear: store.path, limit: limit)], as: name)
  }

  /// The path that an option gives; an empty one is an error.
  private func path(_ option: String) throws -> String? {
    if context.line[option] == "" { throw context.usage("--\(option): expected a path, found nothing") }
    return context.line[option]
  }

  /// The platform that the user asked for; a missing one is an error.
  private func platform() throws -> Platform {
    if let platform = try context.linuxPlatform() { return platform }
    throw context.usage("--arch: expected the architecture of the base, such as amd64 or arm/v6")
  }

  /// The platform of a base for `platform`. For arm without a variant it takes `variant`, found in the executables,
  /// else v7.
  private func made(_ platform: Platform, variant: String?) -> Platform {
    guard platform.architecture == "arm" && platform.variant == nil else { return platform }
    return Platform(os: platform.os, architecture: platform.architecture, variant: variant ?? "v7")
  }

  private func settings(command: [String]?) throws -> ImageSettings {
    var settings = ImageSettings()
    settings.environment = [ImageSettings.usualPath]
    for text in context.line.values("env") {
      guard let (name, value) = splitAtEqualsSign(text), !name.isEmpty else {
        throw context.usage("--env: expected NAME=VALUE, found \(shown(text))")
      }
      settings.set(variable: name, to: value)
    }
    let words = context.line.values("cmd")
    settings.command = words.isEmpty ? command : try words.flatMap(self.words)
    return settings
  }

  /// A word, or an array of words in JSON as a Dockerfile has it.
  private func words(_ text: String) throws -> [String] {
    guard text.utf8.first == UInt8(ascii: "[") else { return [text] }
    let mistake = context.usage("--cmd: expected an array of strings, found \(shown(text))")
    // The reason of an error is not needed: the text is not an array of words.
    guard let value = try? JSONReader.read(Array(text.utf8)), case .array(let elements) = value.kind else {
      throw mistake
    }
    return try elements.map { element in
      guard case .string(let word) = element.kind else { throw mistake }
      return word
    }
  }

  private func remove(_ text: String) throws {
    let platform = try context.linuxPlatform()
    let selection: BaseSelection
    do throws(ReferenceError) {
      selection = try BaseSelection(text, on: platform)
    } catch {
      throw context.usage("\(error), found \(shown(text))")
    }
    // Checked first, because opening the folder creates it when it is missing.
    try locations.check(.bases)
    if try store.isEmpty() { throw ImageError(store.path, "", "no bases to remove: there is no store") }
    let folder = try Interrupts.guardedFolder([store.path])
    // The lock stays until the blobs are gone: no other run may add a base that needs one of them.
    try withExtendedLifetime(folder) {
      do {
        for base in try store.remove(selection, from: folder) { context.messages.note("removed \(base)") }
      } catch let error as ImageError {
        // A run that was killed after its commit left blobs; when the user repeats it, they are removed here. An error
        // is ignored now; the next removal of a base reports it.
        try? removeUnneededBlobs()
        throw error
      }
      do {
        try removeUnneededBlobs()
      } catch let error as ImageError {
        context.messages.warning("all blobs stay, for it cannot be told which ones are needed: \(error)")
      }
    }
  }

  /// The store must be locked. Throws `ImageError` when it is not known which blobs are needed; then all blobs stay.
  private func removeUnneededBlobs() throws {
    let (count, bytes) = try store.removeUnneededBlobs()
    if count > 0 { context.messages.note("removed \(count) blobs that no base needs: \(bytes) bytes") }
  }

  private func list() throws {
    try locations.check(.bases)
    if !store.isThere { throw ImageError(store.path, "", "no bases to list: there is no store") }
    let list = try store.list()
    if context.format == .json {
      for base in list.bases {
        try context.output.json(
          .object([
            ("reference", .string("\(base.reference)")), ("platform", .string("\(base.platform)")),
            ("manifest", .string("\(base.manifestDigest)")), ("config", .string("\(base.configDigest)")),
            ("diffIDs", .array(base.diffIDs.map { .string("\($0)") })), ("size", .integer(base.size)),
          ]))
      }
    } else {
      let rows: [[ResultTable.Cell]] = list.bases.map { base in
        [
          .text(base.reference.familiar), .text("\(base.platform)"), .bytes(base.size),
          .digest("\(base.manifestDigest)"),
        ]
      }
      try ResultTable(header: ["BASE", "PLATFORM", "BYTES", "MANIFEST"], rows: rows, isAligned: false)
        .print(to: context.output)
    }
    tell(list)
  }

  /// Lists what the images of the layouts need, and whether it is there.
  private func listWanted() throws {
    let wanted = try context.planned(in: locations) { try Planner.wantedBases($0, try context.releaseOptions()) }
    let there = store.isThere ? try store.list().bases : []
    let rows = wanted.map { base in
      let platforms = there.filter { $0.reference == base.reference }.map(\.platform)
      return (base: base, isThere: platforms.bestIndex(for: base.platform) != nil)
    }
    if context.format == .json {
      for (base, isThere) in rows {
        try context.output.json(
          .object([
            ("reference", .string("\(base.reference)")), ("platform", .string("\(base.platform)")),
            ("images", .array(base.images.map { .string($0) })), ("present", .bool(isThere)),
          ]))
      }
      return
    }
    let cells: [[ResultTable.Cell]] = rows.map { base, isThere in
      [
        .text(base.reference.familiar), .text("\(base.platform)"), .text(isThere ? "yes" : "no"),
        .text(base.images.joined(separator: ", ")),
      ]
    }
    try ResultTable(header: ["BASE", "PLATFORM", "THERE", "IMAGES"], rows: cells, isAligned: false)
      .print(to: context.output)
  }

  /// Notes each base that images cannot use, and why.
  private func tell(_ list: BaseList) {
    tell(list.passedOver)
    if let unnamed = list.unnamedImages {
      let remedy = "name it by `skopeo copy` or `kpack base add`, or take it out by `kpack base remove DIGEST`"
      context.messages.note("\(escapedName(store.path.utf8)): \(unnamed); \(remedy)")
    }
  }

  private func lock() throws {
    // Checked first, because opening the folder creates it when it is missing.
    try locations.check(.bases)
    if try store.isEmpty() { throw ImageError(store.path, "", "no bases to lock: there is no store") }
    let folder = try Interrupts.guardedFolder([store.path])
    do {
      let list = try store.listToLock()
      let bases = list.bases
      if bases.isEmpty { throw ImageError(store.path, "", "no bases to lock: \(list.reasonForNone)") }
      let lock = BaseLock(bases, path: "\(store.path)/\(Bases.lockName)")
      try folder.write(Array(lock.text.utf8), as: Bases.lockName)
      try folder.commit()
      context.messages.note("wrote \(escapedName(lock.path.utf8))")
      tell(list)
    } catch {
      folder.abandon()
      throw error
    }
  }
}
