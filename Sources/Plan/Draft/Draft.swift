// One artifact while its rules are gone through: its entries, what they come from, and what is to be said of them.

import Archive
import Basics
import Files
import Git
import Image
import Layout

/// How the entries of an artifact follow from their sources.
struct EntryStyle: Sendable {
  /// The folder above all entries, "." for names that begin "./", or nothing.
  var root = ""
  var owner = ArchiveOwner.fixed(.root)
  /// Base names of files and symlinks that are left out.
  var exclude: [Glob] = []
  var mode = ModePolicy.normal
  /// Time of every entry, seconds since 1970.
  var mtime: Int64

  /// Whether the artifact leaves out files of this base name.
  func isCruft(_ path: [UInt8]) -> Bool { exclude.contains { $0.matches(file: path) } }

  /// The mode in the artifact of what has this one elsewhere.
  func mode(_ mode: FileMode, isFolder: Bool) -> FileMode { self.mode.applied(to: mode, isFolder: isFolder) }

  /// The owner of an entry that has a source.
  func owner(_ status: FileStatus) -> Owner { if case .fixed(let owner) = owner { owner } else { status.owner } }

  /// The owner of an entry that has none.
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
  /// Where its entries come from, by the number that they have as their origin.
  private(set) var origins: [EntryOrigin] = []
  /// What they get their bytes from, by number, in the order in which it was first named.
  private(set) var sources: [DraftSource] = []
  private var files: [FileKey: SourceID] = [:]
  /// The tarballs and images of the release that it holds.
  private(set) var held = HeldArtifacts()
  /// Images taken from the stage folder as they stand.
  var stagedImages = 0
  /// What is sloppy about their archives.
  var stagedImageWarnings: [String] = []
  /// Paths of what others may read in the artifact and could not in the tree.
  private var opened: [[UInt8]] = []
  /// Paths of files whose sources have another name, one of files with secrets.
  private var renamedSecrets: [[UInt8]] = []
  /// What is to be said of the files that the rules have brought so far.
  private var findings: [FileFinding] = []

  /// `base` is what the layer of an image stands on.
  init(_ name: String, _ style: EntryStyle, base: FileTable? = nil) {
    self.name = name
    self.style = style
    isLayer = base != nil
    collector = EntryCollector(root: style.root, impliedOwner: style.generatedOwner, mtime: style.mtime, base: base)
  }

  /// Adds what `rules` bring, one after the other, to an artifact whose templates are about `subject`.
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

  /// Adds what `verb` brings at `place`; what it throws is a mistake of that.
  mutating func add(_ verb: any Verb, at place: RulePlace, in context: DraftContext) {
    do {
      if context.options.isDry { return try verb.addNames(to: &self, at: place, in: context) }
      try verb.add(to: &self, at: place, in: context)
    } catch {
      said.refuse(error, at: place.origin)
    }
  }

  /// A new number, which entries have as their origin.
  mutating func number(of origin: EntryOrigin) -> UInt32 {
    origins.append(origin)
    return UInt32(truncatingIfNeeded: origins.count - 1)
  }

  /// The origin of an entry that has this number; nil for a folder that no rule names.
  func origin(of number: UInt32) -> EntryOrigin? {
    origins.indices.contains(Int(number)) ? origins[Int(number)] : nil
  }

  /// The number of a source, one for all places of a file.
  mutating func add(_ source: DraftSource) -> SourceID {
    if case .file(_, let key) = source, let known = files[key] { return known }
    let id = SourceID(index: UInt32(truncatingIfNeeded: sources.count))
    sources.append(source)
    switch source {
    case .file(_, let key): files[key] = id
    case .tarball(let key): if !held.tarballs.contains(key) { held.tarballs.append(key) }
    case .image(let key): if !held.images.contains(key) { held.images.append(key) }
    case .bytes, .git: break
    }
    return id
  }

  /// Adds a file that has no source file; cruft is left out.
  mutating func addGenerated(_ source: DraftSource, at path: ArchivePath, _ place: RulePlace) {
    if style.isCruft(path.bytes) { return }
    let mode = place.options.mode ?? style.mode(.generated, isFolder: false)
    let body = TarEntryBody.source(add(source))
    collector.add(.file, at: path.bytes, mode: mode, owner: style.generatedOwner, body: body, rule: place.number)
  }

  /// Where the path of a small source file begins: the number of a folder, which the entry's name goes on from without
  /// its first bytes.
  struct PathStart {
    let folder: UInt32
    let dropping: Int
  }

  /// Adds a source file. One that stands in one archive flows with its headers; a big one is a source of its own, shared
  /// by all.
  mutating func addFile(
    _ file: SourceFile, _ status: FileStatus, at path: [UInt8], from start: PathStart? = nil, _ place: RulePlace,
    for purpose: FilePurpose? = nil
  ) {
    let mode = place.options.mode ?? mode(of: status, at: path)
    let isBig = file.identity.size >= Rope.sourceThreshold
    // What a tree brings has mostly the name that it has there.
    if start == nil || isBig, SecretNames.isOne(file.path[...]) && !SecretNames.isOne(path[...]) {
      renamedSecrets.append(path)
    }
    let body: TarEntryBody
    if isBig {
      body = .source(add(.file(file, status.key)))
    } else {
      // Else the whole path stands in the folder; nothing of the name follows.
      let start = start ?? PathStart(folder: collector.add(sourceFolder: file.path), dropping: path.count)
      let dropped = UInt16(clamping: collector.prefix.count + start.dropping)
      body = .file(folder: start.folder, dropping: dropped, file.identity)
    }
    let name = collector.add(.file, at: path, mode: mode, owner: style.owner(status), body: body, rule: place.number)
    guard let purpose else { return }
    do {
      let packed = PackedFile(file: file, status: status, path: path, mode: mode, name: name)
      findings += try packed.findings(for: purpose, at: place, isLayer: isLayer)
    } catch {
      said.refuse(error, at: place.origin)
    }
  }

  /// The mode at `path` of the artifact of a source with this status.
  mutating func mode(of status: FileStatus, at path: [UInt8]) -> FileMode {
    let mode = style.mode(FileMode(bits: status.mode), isFolder: status.isFolder)
    if mode.bits & 0o004 != 0 && status.mode & 0o004 == 0 { opened.append(path) }
    return mode
  }

  /// The entries in order, of the artifact that messages call `fileName`: what is wrong with them is told.
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

  /// Forgets the sources and origins, once a plan has them under numbers of its own.
  mutating func forgetSources() { (sources, origins) = ([], []) }

  /// The entries that the rules have brought so far, in order.
  var entriesSoFar: TarEntryList {
    var collector = collector
    return collector.finish(isOverlay: { origins[Int($0)].isOverlay }, isSame: { _, _ in true }).entries
  }

  /// Tells the findings whose entries are among `entries`.
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

/// An image that tarballs hold, as far as they have to know it.
struct HeldImage: Sendable {
  /// The name of its archive, that of the file with its tag, and what that says.
  let fileName: String
  let tagFileName: String
  let tagText: [UInt8]
}

/// The making of an image that tarballs hold: what came of it, and what is to be said of it.
struct HeldImageResult: Sendable {
  let image: Result<HeldImage, any Error>
  let said: Diagnostics
}

/// What verbs look things up in.
struct DraftContext {
  let facts: Facts
  /// The run's own places, which no tree takes in.
  let own: OwnPlaces
  let git: GitArchives
  /// The images that are made; nil where there are no bases to make them from, so that they are taken from the stage.
  var images: Result<[ImageKey: HeldImageResult]?, any Error>

  var options: ReleaseOptions { facts.options }
  var locations: Locations { facts.options.locations }
}

/// A source of the bytes of entries.
enum DraftSource: Equatable, Sendable {
  /// Bytes that a layout spells out.
  case bytes([UInt8])
  /// A source file, which is one whatever its names are.
  case file(SourceFile, FileKey)
  /// A file of a commit: the number of its item in the commit's archive.
  case git(commit: String, item: Int)
  /// Another tarball of the release.
  case tarball(TarballKey)
  /// An image of the release.
  case image(ImageKey)
}

/// A source as files are looked into.
struct OpenedSource: PartSource {
  /// What it is read from.
  private enum Origin {
    case bytes([UInt8])
    case spool(Spool, offset: Int64)
    case file(SourceFile)
  }

  let byteCount: Int64
  /// Where it comes from, for people.
  let shown: String
  private let origin: Origin

  /// Nil for what the release itself makes. Throws as asking git does.
  init?(_ source: DraftSource, in git: GitArchives) throws {
    switch source {
    case .bytes(let bytes): (origin, byteCount, shown) = (.bytes(bytes), Int64(bytes.count), "text")
    case .file(let file, _):
      (origin, byteCount, shown) = (.file(file), file.identity.size, escapedName(file.path))
    case .git(let commit, let number):
      let archive = try git.known(commit)
      let item = archive.items[number]
      (origin, byteCount, shown) = (.spool(archive.spool, offset: item.offset), item.entry.size, "git \(commit)")
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
