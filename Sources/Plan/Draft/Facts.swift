// Facts about a release beyond its layouts: version, time, flags. A fact that was not asked for is missing. One that
// could not be found is kept as its failure, which is told where the fact is used.

import Basics
import Files
package import Git
private import Glibc
import Layout

/// A fact that may need a look at the tree or git.
enum Fact: Hashable {
  /// The release's version.
  case version
  /// The time of the commit that is checked out.
  case commitTime
  /// Whether the tree has no changes since its commit.
  case gitClean
  /// The git repository of the tree.
  case repository
  /// The name of the commit that the tree is of.
  case commit
}

/// A fact is used that was not asked for.
struct UnaskedFact: Error {
  let fact: Fact
}

/// Facts about a release beyond its layouts.
struct Facts: Sendable {
  /// The layouts that the facts are for.
  let layouts: LayoutSet
  private(set) var options: ReleaseOptions
  /// Nil where the version is not known.
  var version: Result<String?, any Error>?
  /// Why the version is not known.
  var reasonForNoVersion: Result<String, any Error>?
  /// The name of the tree's commit; nil where it is not known.
  var commit: Result<String?, any Error>?
  /// Nil where the tree has no repository.
  var commitTime: Result<Int64?, any Error>?
  var isGitClean: Result<Bool, any Error>?
  /// Nil where the tree has none.
  var repository: Result<GitRepository?, any Error>?

  /// The facts that the layouts and the options give, without a look at the tree.
  init(_ layouts: LayoutSet, _ options: ReleaseOptions) {
    self.layouts = layouts
    self.options = options
  }

  /// The same facts for a run that is not limited to platforms.
  func forAllPlatforms() -> Facts {
    var facts = self
    facts.options.platforms = nil
    return facts
  }

  /// Time of every entry of an archive whose settings give `time`, seconds since 1970.
  func mtime(_ time: Int64?) throws -> Int64 { try entryTime(time).seconds }

  /// The same, and where it comes from.
  func entryTime(_ time: Int64?) throws -> EntryTime {
    if let given = options.epoch { return EntryTime(seconds: given, origin: .options) }
    if let time { return EntryTime(seconds: time, origin: .layout) }
    guard let commitTime else { throw UnaskedFact(fact: .commitTime) }
    guard let time = try commitTime.get() else { return EntryTime(seconds: 0, origin: .none) }
    return EntryTime(seconds: time, origin: .commit)
  }

  /// The repository of the tree, if it has one.
  func knownRepository() throws -> GitRepository? {
    guard let repository else { throw UnaskedFact(fact: .repository) }
    return try repository.get()
  }
}

// Flags
extension Facts {
  /// Whether the condition holds.
  func holds(_ condition: Condition?) throws -> Bool {
    guard let condition else { return true }
    return try isOn(condition.flag) == condition.isOn
  }

  private func isOn(_ name: String) throws -> Bool {
    if let given = options.flags[name] { return given }
    if name == ReleaseLayout.gitCleanFlag {
      guard let isGitClean else { throw UnaskedFact(fact: .gitClean) }
      return try isGitClean.get()
    }
    guard let flag = layouts.release.flags[name] else { return false }
    if let variable = flag.env, let value = options.environmentValue(variable) {
      guard let isOn = FlagValue.isOn(value) else {
        throw Diagnostic(.usage, "\(variable): expected \(FlagValue.words), found \(escapedName(value.utf8))")
      }
      return isOn
    }
    if !flag.onWith.isEmpty && flag.onWith.allSatisfy({ options.environmentValue($0) != nil }) { return true }
    return flag.isOnByDefault
  }
}

// Templates
extension Facts {
  /// The facts that `template` needs. `tag` is the template of the image's own tag, if it has one.
  func facts(for template: Template, tag: Template? = nil) -> Set<Fact> {
    var asked: Set<Fact> = []
    for variable in template.variables {
      switch variable {
      case .version, .semver: asked.insert(.version)
      case .commit, .shortCommit: asked.insert(.commit)
      case .date: if options.epoch == nil && layouts.release.archive.mtime == nil { asked.insert(.commitTime) }
      case .registry: asked.formUnion(layouts.images?.registry.map { facts(for: $0) } ?? [])
      // A tag's own template has no {tag}, so this ends.
      case .tag: asked.formUnion((tag ?? layouts.images?.tag).map { facts(for: $0) } ?? [])
      case .name, .release, .os, .arch, .variant, .osName, .archName, .releaseRegistry, .releaseTag, .md5, .binary,
        .environment:
        break
      }
    }
    return asked
  }

  /// The value of `variable` in a rule about `subject`. Throws `Diagnostic` when it is not known.
  func value(of variable: Variable, _ subject: TemplateSubject) throws -> String {
    switch variable {
    case .name: return subject.image?.name ?? layouts.release.name
    case .os: return try platform(for: variable, subject).os
    case .arch: return try platform(for: variable, subject).architecture
    case .variant: return try platform(for: variable, subject).variant ?? ""
    case .osName: return naming(subject).system(of: try platform(for: variable, subject))
    case .archName: return naming(subject).architecture(of: try platform(for: variable, subject))
    case .version: return try knownVersion(variable)
    case .semver:
      let version = try knownVersion(variable)
      return version.utf8.first == UInt8(ascii: "v") ? String(version.dropFirst()) : version
    case .commit: return try knownCommit(variable)
    case .shortCommit: return String(decoding: Array(try knownCommit(variable).utf8.prefix(7)), as: UTF8.self)
    case .date: return UTCTime(epoch: try mtime(layouts.release.archive.mtime)).description
    case .release: throw Diagnostic(.usage, "{release} is known in packages alone")
    case .registry:
      guard let registry = layouts.images?.registry else {
        throw Diagnostic(.usage, "{registry} is not known: images.json has no \"registry\"", at: layouts.images?.origin)
      }
      return try fill(registry, subject)
    case .tag:
      let tag = try fill(subject.image?.tag ?? layouts.images?.tag ?? .empty, subject)
      // A tag may not hold "+" (distribution/reference: [A-Za-z0-9_][A-Za-z0-9_.-]{0,127}).
      return tag.split(separator: "+", omittingEmptySubsequences: false).joined(separator: "_")
    case .releaseRegistry: return try environment("KUBE_DOCKER_REGISTRY", variable)
    case .releaseTag: return try environment("KUBE_DOCKER_IMAGE_TAG", variable)
    case .environment(let name): return try ownEnvironment(name)
    case .binary:
      if let name = subject.binaryName { return name }
      throw Diagnostic(.usage, "{binary} is not known here")
    case .md5 where options.isDry && subject.image?.binary != nil: return String(repeating: "0", count: 32)
    case .md5:
      if let binary = subject.binary, let digits = try MD5.digits(of: binary) { return digits }
      throw try mistakeOfDigest(subject)
    }
  }

  private func platform(for variable: Variable, _ subject: TemplateSubject) throws -> Platform {
    if let platform = subject.platform { return platform }
    throw Diagnostic(.usage, "{\(variable.word)} is not known without a platform")
  }

  private func naming(_ subject: TemplateSubject) -> PlatformNaming { subject.naming ?? layouts.release.naming }

  private func mistakeOfDigest(_ subject: TemplateSubject) throws -> Diagnostic {
    guard let name = subject.image?.binary, let platform = subject.platform else {
      return Diagnostic(.usage, "{md5} is not known: the image has no binary")
    }
    let path = try BuiltBinaries(self).path(name, on: platform)
    let reason = SystemError(operation: "find", path: path, errno: ENOENT)
    return Diagnostic(.system, "{md5} is not known: source \(reason)", cause: .missingBinary(name, at: path, platform))
  }

  private func knownVersion(_ variable: Variable) throws -> String {
    guard let version else { throw UnaskedFact(fact: .version) }
    if let version = try version.get() { return version }
    let reason = try reasonForNoVersion?.get() ?? "nothing tells it"
    throw Diagnostic(.usage, "{\(variable.word)} is not known: \(reason); give --version V or set KUBE_GIT_VERSION")
  }

  /// Fills in the template. Throws `Diagnostic` when a variable is not known.
  func fill(_ template: Template, on platform: Platform?) throws -> String {
    try fill(template, TemplateSubject(platform: platform))
  }

  private func knownCommit(_ variable: Variable) throws -> String {
    if options.isDry { return String(repeating: "0", count: 40) }
    guard let commit else { throw UnaskedFact(fact: .commit) }
    if let commit = try commit.get() { return commit }
    let file = options.environmentValue("KUBE_GIT_VERSION_FILE").map { escapedName($0.utf8) }
    let root = escapedName(options.locations.root.utf8)
    let reason = file.map { "\($0) has no KUBE_GIT_COMMIT" } ?? "\(root) has no .git to ask; set KUBE_GIT_COMMIT"
    throw Diagnostic(.usage, "{\(variable.word)} is not known: \(reason)")
  }

  /// Fills in the template. Throws `Diagnostic` when a variable is not known, and when it is a value by platform and
  /// has none for the platform.
  func fill(_ template: Template, _ subject: TemplateSubject) throws -> String {
    try choice(template, on: subject.platform).filled { variable in
      do {
        return try value(of: variable, subject)
      } catch let mistake as Diagnostic where variable.isOfRelease {
        throw mistake.aboutFact
      }
    }
  }

  /// The string that `template` is on a platform. Throws `Diagnostic` when it is a value by platform without one for it.
  func choice(_ template: Template, on platform: Platform?) throws -> Template {
    if let choice = template.choice(on: platform) { return choice }
    guard let origin = template.origin, let platform else {
      throw Diagnostic(.usage, "the texts are by platform, and there is no platform here", at: template.origin)
    }
    // Without a tree the platforms that are present are only guessed.
    let isGuess = options.isDry && layouts.release.platforms.values.contains(.present)
    if isGuess, let first = template.choices.first { return first }
    throw Diagnostic(.usage, "no text", for: platform, at: origin)
  }

  /// The path that `template` gives when it is filled in.
  func path(_ template: Template, _ subject: TemplateSubject) throws -> ArchivePath {
    let text = try fill(template, subject)
    do throws(PathError) {
      return try ArchivePath(text)
    } catch {
      throw Diagnostic(.usage, "\(error), found \(quoted(text))")
    }
  }

  /// The name of the file that an image is saved as.
  func fileName(of image: ImageRule, _ subject: TemplateSubject) throws -> String {
    let name = try image.file.map { try fill($0, subject) } ?? image.name + ImageRule.fileSuffix
    let isNamed =
      name != ImageRule.fileSuffix && name.utf8.reversed().starts(with: ImageRule.fileSuffix.utf8.reversed())
    if ArchivePath.isName(name) && isNamed { return name }
    throw Diagnostic(.usage, "expected a file name that ends in .tar, found \(quoted(name))", at: image.origin)
  }

  private func ownEnvironment(_ name: String) throws -> String {
    // A root folder of release.json is read before its "environment".
    if !layouts.release.environment.contains(name) {
      throw Diagnostic(.usage, "{env.\(name)} is not known: \"environment\" of release.json does not name it")
    }
    return try environment(name, .environment(name), mayBeEmpty: true)
  }

  private func environment(_ name: String, _ variable: Variable, mayBeEmpty: Bool = false) throws -> String {
    if options.isDry { return "x" }
    guard let value = mayBeEmpty ? options.environment[name] : options.environmentValue(name) else {
      throw Diagnostic(.usage, "{\(variable.word)} is not known; set \(name)")
    }
    if !value.utf8.contains(where: { $0 < 0x20 }) { return value }
    throw Diagnostic(.usage, "\(name): expected a value without control characters, found \(escapedName(value.utf8))")
  }
}

/// Finds the facts of a release.
struct FactFinder {
  private let options: ReleaseOptions

  init(_ options: ReleaseOptions) { self.options = options }

  /// `facts` with those that are `asked` for. A fact that is known is not looked up again.
  func adding(_ asked: Set<Fact>, to facts: Facts) -> Facts {
    var facts = facts
    if asked.contains(.repository) { find(repositoryFor: &facts) }
    if asked.contains(.gitClean), facts.isGitClean == nil {
      let tree = tree(&facts)
      facts.isGitClean = Result { try VersionVariables.treeState(of: try tree.get()) == "clean" }
    }
    if asked.contains(.version), facts.version == nil { find(versionFor: &facts) }
    if asked.contains(.commit), facts.commit == nil {
      let tree = tree(&facts)
      facts.commit = Result { try VersionVariables.commit(of: try tree.get()).map(Self.checkedCommit) }
    }
    if asked.contains(.commitTime), facts.commitTime == nil {
      let repository = find(repositoryFor: &facts)
      facts.commitTime = Result { try repository.get().map { try ReleaseTime.ofCommit(in: $0) } }
    }
    return facts
  }

  @discardableResult
  private func find(repositoryFor facts: inout Facts) -> Result<GitRepository?, any Error> {
    if let known = facts.repository { return known }
    let found = Result<GitRepository?, any Error> {
      try GitRepository(root: options.locations.root, environment: options.environment)
    }
    facts.repository = found
    return found
  }

  /// The tree in which the version is looked up.
  private func tree(_ facts: inout Facts) -> Result<VersionedTree, any Error> {
    find(repositoryFor: &facts).map { options.tree(with: $0) }
  }

  private func find(versionFor facts: inout Facts) {
    // The tree need not be there for the version of the command line.
    let version = Result { try options.version ?? VersionVariables.find(in: try tree(&facts).get())?.version }
    facts.version = version.flatMap { version in Result { try version.map(Self.checked) } }
    if case .success(nil) = facts.version {
      facts.reasonForNoVersion = Result { try VersionVariables.reasonForNoVersion(in: try tree(&facts).get()) }
    }
  }

  private static func checkedCommit(_ commit: String) throws -> String {
    if commit.utf8.allSatisfy(\.isLetterOrDigit) { return commit }
    throw Diagnostic(.usage, "the commit \(quoted(commit)) is no name of a commit: expected letters and digits")
  }

  private static func checked(_ version: String) throws -> String {
    if !version.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return version }
    throw Diagnostic(.usage, "the version \(escapedName(version.utf8)) has a control character in it")
  }
}

extension Variable {
  /// Whether its value is one of the release, whatever the rule: then a mistake about it is told once.
  fileprivate var isOfRelease: Bool {
    switch self {
    case .version, .semver, .commit, .shortCommit, .date, .releaseRegistry, .releaseTag, .environment, .registry: true
    case .name, .release, .os, .arch, .variant, .osName, .archName, .tag, .md5, .binary: false
    }
  }
}

/// The time of a release, seconds since 1970.
package enum ReleaseTime {
  /// The time when no layout sets it: that of the command line, else of the commit, else 0.
  package static func find(_ options: ReleaseOptions, in repository: GitRepository?) throws -> EntryTime {
    if let epoch = options.epoch { return EntryTime(seconds: epoch, origin: .options) }
    guard let repository else { return EntryTime(seconds: 0, origin: .none) }
    return EntryTime(seconds: try ofCommit(in: repository), origin: .commit)
  }

  /// The time of the commit that is checked out.
  static func ofCommit(in repository: GitRepository) throws -> Int64 {
    let time = try repository.commitTime(try repository.headCommit())
    // Limited to the times that a header can hold.
    return min(max(time, 0), ArchiveSettings.latest)
  }
}

/// The values that fill in the variables of a template.
struct TemplateSubject: Sendable {
  var platform: Platform?
  /// What platforms are called; nil for the words of the release.
  var naming: PlatformNaming?
  /// The image whose rule has the template.
  var image: ImageRule?
  /// The image's executable; {md5} is its digest.
  var binary: SourceFile?
  /// The name of the built binary that the template is about.
  var binaryName: String?
}

/// The built binaries, in the folder of binaries and below it as `binaryPath` says.
struct BuiltBinaries {
  private let facts: Facts

  init(_ facts: Facts) { self.facts = facts }

  /// The path of the executable. Throws `Diagnostic` when a variable in it is not known.
  func path(_ name: String, on platform: Platform) throws -> [UInt8] {
    let subject = TemplateSubject(platform: platform, binaryName: name)
    let path = try facts.path(facts.layouts.release.binaryPath, subject).text
    let suffix = platform.executableSuffix
    let isWhole = path.utf8.reversed().starts(with: suffix.utf8.reversed())
    return Array("\(facts.options.locations.bin)/\(path)\(isWhole ? "" : suffix)".utf8)
  }

  /// The executable; nil when it is missing or no file: the rule that brings it tells that.
  ///
  /// Throws every other error, because an image without its binary would be another image.
  func file(_ name: String, on platform: Platform) throws -> SourceFile? {
    let path = try path(name, on: platform)
    guard let link = try FileStatus.ifThere(path), let status = try FileStatus.followingIfThere(path), status.isFile
    else { return nil }
    return SourceFile(path: link.isSymlink ? try Paths.resolved(path) : path, identity: status.identity)
  }
}

extension TemplateSubject {
  /// The subject for the templates of `image` on `platform`.
  init(_ image: ImageRule, on platform: Platform, _ facts: Facts) throws {
    self.init(platform: platform, image: image)
    guard !facts.options.isDry, let name = image.binary else { return }
    binary = try BuiltBinaries(facts).file(name, on: platform)
  }

  /// The subject for the templates of `tarball` on `platform`.
  init(_ tarball: TarballLayout, on platform: Platform?) { self.init(platform: platform, naming: tarball.naming) }
}
