// One artifact while its rules are gone through: its entries, their sources, and the mistakes and warnings so far.

import Archive
import Basics
import Files
import Git
import Image
import Layout

/// How the entries of an artifact are made from their sources.
struct EntryStyle: Sendable {
  /// The folder above all entries: a name, "." for names that begin with "./", or empty.
  var root = ""
  var owner = ArchiveOwner.fixed(.root)
  /// Base names of files and symlinks that are left out.
  var exclude: [Glob] = []
  var mode = ModePolicy.normal
  /// Time of every entry, seconds since 1970.
  var mtime: Int64
  /// Whether files keep their own capabilities: in images they do. What unpacks a tarball leaves them out, so there they
  /// would only make its bytes depend on the machine that the files were built on.
  var keepsCapabilities = false

  /// Whether the artifact leaves out files with the base name of `path`.
  func isCruft(_ path: [UInt8]) -> Bool { exclude.contains { $0.matches(file: path) } }

  /// The mode in the artifact for the mode of a source.
  func mode(_ mode: FileMode, isFolder: Bool) -> FileMode { self.mode.applied(to: mode, isFolder: isFolder) }

  /// The owner of an entry that has a source.
  func owner(_ status: FileStatus) -> Owner { if case .fixed(let owner) = owner { owner } else { status.owner } }

  /// The owner of an entry without a source.
  var generatedOwner: Owner { if case .fixed(let owner) = owner { owner } else { .root } }
}

/// The entries of one artifact while its rules are gone through.
struct Draft: Sendable {
  /// The name of the layout, or of the image.
  let name: String
  let style: EntryStyle
  /// Whether it is the new layer of an image.
  let isLayer: Bool
  var collector: EntryCollector
  /// Mistakes and warnings so far.
  var said = Diagnostics()
  /// Where the entries come from. The index is the origin number of an entry.
  private(set) var origins: [EntryOrigin] = []
  /// The sources of the bytes, by number, in the order of their first use.
  private(set) var sources: [DraftSource] = []
  private var files: [FileKey: SourceID] = [:]
  /// The tarballs and images of the release that it holds.
  private(set) var held = HeldArtifacts()
  /// Images taken from the stage folder as they stand.
  var stagedImages = 0
  /// Warnings about the archives of these images.
  var stagedImageWarnings: [String] = []
  /// Paths that others can read in the artifact but not in the tree.
  private var opened: [[UInt8]] = []
  /// Paths of files whose source has the name of a file with secrets, under another name.
  private var renamedSecrets: [[UInt8]] = []
  /// Findings about the files that the rules have brought so far.
  private var findings: [FileFinding] = []

  /// `base` is the file table of the base, for the layer of an image.
  init(_ name: String, _ style: EntryStyle, base: FileTable? = nil) {
    self.name = name
    self.style = style
    isLayer = base != nil
    collector = EntryCollector(root: style.root, impliedOwner: style.generatedOwner, mtime: style.mtime, base: base)
  }

  /// Adds the entries of `rules`, one rule after the other; `subject` fills in their templates.
  mutating func add(_ rules: [PlacedRule], _ subject: TemplateSubject, in context: DraftContext) {
    for placed in rules {
      let rule = placed.rule
      let origin = EntryOrigin(
        origin: rule.origin, isOverlay: rule.isOverlay, isUnchecked: rule.options.isUnchecked,
        isChosenByPlatform: rule.verb.isChosenByPlatform)
      let number = number(of: origin)
      for (platform, held) in placed.places {
        var subject = subject
        subject.platform = platform
        add(
          rule.verb,
          at: RulePlace(
            origin: rule.origin, number: number, options: rule.options, subject: subject, facts: context.facts,
            held: held),
          in: context)
      }
    }
  }

  /// Adds the entries of `verb` at `place`; an error that it throws is a mistake of the rule.
  mutating func add(_ verb: any Verb, at place: RulePlace, in context: DraftContext) {
    do {
      if context.options.isDry { return try verb.addNames(to: &self, at: place, in: context) }
      try verb.add(to: &self, at: place, in: context)
    } catch {
      said.refuse(error, at: place.origin)
    }
  }

  /// A new origin number for entries.
  mutating func number(of origin: EntryOrigin) -> UInt32 {
    origins.append(origin)
    return UInt32(truncatingIfNeeded: origins.count - 1)
  }

  /// The origin of an entry that has this number; nil for a folder that no rule names.
  func origin(of number: UInt32) -> EntryOrigin? {
    origins.indices.contains(Int(number)) ? origins[Int(number)] : nil
  }

  /// The number of a source. A file has one number at all its places.
  mutating func add(_ source: DraftSource) -> SourceID {
    if case .file(_, let key) = source, let known = files[key] { return known }
    let id = SourceID(index: UInt32(truncatingIfNeeded: sources.count))
    sources.append(source)
    switch source {
    case .file(_, let key): files[key] = id
    case .tarball(let key): if !held.tarballs.contains(key) { held.tarballs.append(key) }
    case .image(let key): if !held.images.contains(key) { held.images.append(key) }
    case .bytes, .git, .spool: break
    }
    return id
  }

  /// Adds a file without a source file, unless the artifact leaves out its name.
  mutating func addGenerated(_ source: DraftSource, at path: ArchivePath, _ place: RulePlace) {
    if style.isCruft(path.bytes) { return }
    let mode = place.options.mode ?? style.mode(.generated, isFolder: false)
    let body = TarEntryBody.source(add(source))
    collector.add(
      .file, at: path.bytes, mode: mode, owner: generatedOwner(place), capabilities: place.options.capabilities ?? [],
      body: body, rule: place.number)
  }

  /// The owner of an entry that has a source with this status.
  func owner(of status: FileStatus, _ place: RulePlace) -> Owner { place.options.owner ?? style.owner(status) }

  /// The owner of an entry without a source.
  func generatedOwner(_ place: RulePlace) -> Owner { place.options.owner ?? style.generatedOwner }

  /// Where the path of a small source file begins: the number of a folder. The path goes on with the entry's name
  /// without its first `dropping` bytes.
  struct PathStart {
    let folder: UInt32
    let dropping: Int
  }

  /// Adds a source file. A small file is written as part of the archive's own stream; a big one gets a source of its
  /// own, which all archives share.
  mutating func addFile(
    _ file: SourceFile, _ status: FileStatus, at path: [UInt8], from start: PathStart? = nil, _ place: RulePlace,
    for purpose: FilePurpose? = nil
  ) {
    let mode = place.options.mode ?? mode(of: status, at: path)
    let isBig = file.identity.size >= Rope.sourceThreshold
    // Only where the name may differ: small files of a tree mostly keep theirs.
    if start == nil || isBig, SecretNames.isOne(file.path[...]) && !SecretNames.isOne(path[...]) {
      renamedSecrets.append(path)
    }
    let body: TarEntryBody
    if isBig {
      body = .source(add(.file(file, status.key)))
    } else {
      // Without a start the folder holds the whole path, and no part of the name is added.
      let start = start ?? PathStart(folder: collector.add(sourceFolder: file.path), dropping: path.count)
      let dropped = UInt16(clamping: collector.prefix.count + start.dropping)
      body = .file(folder: start.folder, dropping: dropped, file.identity)
    }
    var attributes = PackedAttributes()
    do {
      if let purpose { attributes = try PackedAttributes(of: file, status, for: purpose, in: style, place.options) }
    } catch {
      said.refuse(error, at: place.origin)
    }
    let name = collector.add(
      .file, at: path, mode: mode, owner: owner(of: status, place), capabilities: attributes.capabilities, body: body,
      rule: place.number)
    guard let purpose else { return }
    do {
      let packed = PackedFile(
        file: file, status: status, path: path, mode: mode, name: name, lostAttributes: attributes.lost)
      findings += try packed.findings(for: purpose, at: place, isLayer: isLayer)
    } catch {
      said.refuse(error, at: place.origin)
    }
  }

  /// The mode that a source with this status has in the artifact; notes `path` if it gets readable for others.
  mutating func mode(of status: FileStatus, at path: [UInt8]) -> FileMode {
    let mode = style.mode(FileMode(bits: status.mode), isFolder: status.isFolder)
    if mode.bits & 0o004 != 0 && status.mode & 0o004 == 0 { opened.append(path) }
    return mode
  }

  /// The entries in order; adds the mistakes and warnings about them. `fileName` is the artifact's name in messages.
  mutating func finish(as fileName: String) -> TarEntryList {
    for path in collector.tooLong {
      let shown = escapedName(path.prefix(100))
      said.refuse(Diagnostic(.system, "\(fileName): \(shown)...: the name is too long"))
    }
    let (entries, conflicts) = collector.finish(
      isOverlay: { [origins] in origins[Int($0)].isOverlay },
      isSame: { [sources] in sources[Int($0.index)] == sources[Int($1.index)] })
    if let warning = SecretNames.warning(of: entries, renamedSecrets, in: fileName) { said.warn(warning) }
    if !opened.isEmpty {
      let reason = "anybody can read in the archive, and not in the tree; archive.mode \"source\" keeps modes"
      said.warn("\(fileName): \(NameSample(opened)): \(reason)")
    }
    for conflict in conflicts {
      let reason = "\(escapedName(conflict.name)) \(conflict.reason { origins[Int($0)].origin })"
      let cause = SharedCause(kind: .platforms(reason), subject: fileName)
      let origin = origins[Int(conflict.second)].origin
      said.refuse(Diagnostic(.usage, "\(reason), in \(fileName)", at: origin, cause: cause))
    }
    tellFindings(of: entries, in: fileName)
    (findings, opened, renamedSecrets, files) = ([], [], [], [:])
    return entries
  }

  /// Bytes of an entry's contents; nil where they are known later.
  func size(of body: TarEntryBody) -> Int64? {
    switch body {
    case .none: return 0
    case .file(_, _, let identity): return identity.size
    case .source(let id):
      guard sources.indices.contains(Int(id.index)) else { return nil }
      switch sources[Int(id.index)] {
      case .bytes(let bytes): return Int64(bytes.count)
      case .file(let file, _): return file.identity.size
      case .spool(_, _, let count): return count
      case .git, .tarball, .image: return nil
      }
    }
  }

  /// Forgets sources and origins after a plan gave them its own numbers.
  mutating func forgetSources() { (sources, origins) = ([], []) }

  /// The entries that the rules have brought so far, in order.
  var entriesSoFar: TarEntryList {
    var collector = collector
    return collector.finish(isOverlay: { origins[Int($0)].isOverlay }, isSame: { _, _ in true }).entries
  }

  /// Adds warnings and mistakes for the findings whose entries are among `entries`.
  private mutating func tellFindings(of entries: TarEntryList, in fileName: String) {
    var executables: [String] = []
    var attributes: [String] = []
    for finding in findings {
      guard let index = entries.index(of: finding.name), entries.origin(at: index) == finding.rule else { continue }
      switch finding.kind {
      case .refusal(let diagnostic): said.refuse(diagnostic)
      case .executable(let warning): executables.append(warning)
      case .attributes(let warning): attributes.append(warning)
      }
    }
    let told =
      executables.told(as: "executables with something wrong").of(fileName)
      + attributes.told(as: "files with attributes that are left out").of(fileName)
    for warning in told { said.warn(warning) }
  }
}

/// The part of an image that tarballs holding it need.
struct HeldImage: Sendable {
  /// The name of its archive, the name of the file with its tag, and the text of that file.
  let fileName: String
  let tagFileName: String
  let tagText: [UInt8]
}

/// The result of making an image that tarballs hold, with its mistakes and warnings.
struct HeldImageResult: Sendable {
  let image: Result<HeldImage, any Error>
  let said: Diagnostics
}

/// The data that verbs need.
struct DraftContext {
  let facts: Facts
  /// The run's own places, which no tree takes in.
  let own: OwnPlaces
  let git: GitArchives
  /// The images that are made; nil where there are no bases: then images are taken from the stage folder.
  var images: Result<[ImageKey: HeldImageResult]?, any Error>
  /// The bases of the run, whose files the layers of images can have; nil where there are none.
  var bases: Bases?

  var options: ReleaseOptions { facts.options }
  var locations: Locations { facts.options.locations }
}

/// A source of the bytes of entries.
enum DraftSource: Equatable, Sendable {
  /// Bytes that a layout gives.
  case bytes([UInt8])
  /// A source file. Its key stays the same under all its names.
  case file(SourceFile, FileKey)
  /// A file of a commit: the number of its item in the commit's archive.
  case git(commit: String, item: Int)
  /// `count` bytes of a base's layer.
  case spool(Spool, offset: Int64, count: Int64)
  /// Another tarball of the release.
  case tarball(TarballKey)
  /// An image of the release.
  case image(ImageKey)
}

/// A source, opened to look into its bytes.
struct OpenedSource: PartSource {
  /// Where the bytes are read from.
  private enum Origin {
    case bytes([UInt8])
    case spool(Spool, offset: Int64)
    case file(SourceFile)
  }

  let byteCount: Int64
  /// The source in messages.
  let shown: String
  private let origin: Origin

  /// Nil for a tarball or image of the release. Throws the errors of git.
  init?(_ source: DraftSource, in git: GitArchives) throws {
    switch source {
    case .bytes(let bytes): (origin, byteCount, shown) = (.bytes(bytes), Int64(bytes.count), "text")
    case .file(let file, _):
      (origin, byteCount, shown) = (.file(file), file.identity.size, escapedName(file.path))
    case .git(let commit, let number):
      let archive = try git.known(commit)
      let item = archive.items[number]
      (origin, byteCount, shown) = (.spool(archive.spool, offset: item.offset), item.entry.size, "git \(commit)")
    case .spool(let spool, let offset, let count):
      (origin, byteCount, shown) = (.spool(spool, offset: offset), count, "base image")
    case .tarball, .image: return nil
    }
  }

  func read(from offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws {
    switch origin {
    // The range lies within the bytes.
    case .bytes(let bytes): buffer.copyBytes(from: bytes[Int(offset)..<(Int(offset) + buffer.count)])
    case .file(let file): try file.read(from: offset, into: buffer)
    case .spool(let spool, let start): try spool.read(from: start + offset, into: buffer)
    }
  }
}
