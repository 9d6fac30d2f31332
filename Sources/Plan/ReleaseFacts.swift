// What is true of a release beyond its layouts: version, time, flags. Each is looked up when a rule first asks, and
// git only when ROOT/.git exists.

import Basics
import Files
import Layout

/// Looks up the version, the time and the flags of a release.
final class ReleaseFacts {
  private let options: ReleaseOptions
  private let layouts: LayoutSet
  private var version: String??
  private var commitTime: Int64??
  private var isGitClean: Bool?
  private var openedRepository: GitRepository??
  private var openedTree: VersionedTree?

  init(_ options: ReleaseOptions, _ layouts: LayoutSet) {
    self.options = options
    self.layouts = layouts
  }

  /// The version, or nil when nobody knows it. Throws `VersionError`.
  func knownVersion() throws -> String? {
    if let version { return version }
    let found = try options.version ?? lookUpVersion()
    if let found, found.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
      throw Diagnostic(.usage, "the version \(escapedName(found.utf8)) has a control character in it")
    }
    version = .some(found)
    return found
  }

  private func lookUpVersion() throws -> String? {
    let given = options.environmentValue("KUBE_GIT_VERSION")
    if options.environmentValue("KUBE_GIT_VERSION_FILE") == nil, let given { return given }
    return try VersionVariables.find(in: tree())?.version
  }

  /// Time of every entry of an archive with these settings, seconds since 1970. Throws `GitError`.
  func mtime(of settings: ArchiveSettings) throws -> Int64 {
    try options.epoch ?? settings.mtime ?? timeOfCommit() ?? 0
  }

  private func timeOfCommit() throws -> Int64? {
    if let commitTime { return commitTime }
    let time = try repository().map { try ReleaseTime.ofCommit(in: $0) }
    commitTime = .some(time)
    return time
  }

  /// The repository of the tree; nil when it has none. Throws `SystemError`.
  func repository() throws -> GitRepository? {
    if let openedRepository { return openedRepository }
    let repository = try GitRepository(root: options.locations.root, environment: options.environment)
    openedRepository = .some(repository)
    return repository
  }

  /// Where the version is looked up. Throws `SystemError`.
  private func tree() throws -> VersionedTree {
    if let openedTree { return openedTree }
    let tree = VersionedTree(
      root: options.locations.root, repository: try repository(), environment: options.environment)
    openedTree = tree
    return tree
  }

  /// Whether the condition holds. Throws `Diagnostic` or `GitError`.
  func holds(_ condition: Condition?) throws -> Bool {
    guard let condition else { return true }
    return try isOn(condition.flag) == condition.isOn
  }

  private func isOn(_ name: String) throws -> Bool {
    if let given = options.flags[name] { return given }
    if name == ReleaseLayout.gitCleanFlag {
      if let isGitClean { return isGitClean }
      let isClean = try VersionVariables.treeState(of: tree()) == "clean"
      isGitClean = isClean
      return isClean
    }
    guard let flag = layouts.release.flags[name] else { return false }
    if let variable = flag.env, let value = options.environmentValue(variable) {
      guard let isOn = FlagValue.isOn(value) else {
        throw Diagnostic(.usage, "\(variable): expected y or n, found \(escapedName(value.utf8))")
      }
      return isOn
    }
    if !flag.onWith.isEmpty && flag.onWith.allSatisfy({ options.environmentValue($0) != nil }) { return true }
    return flag.isOnByDefault
  }

  /// What `variable` stands for in a rule about `subject`. Throws `Diagnostic` when nobody knows.
  func value(of variable: Variable, _ subject: TemplateSubject) throws -> String {
    switch variable {
    case .name: return subject.image?.name ?? layouts.release.name
    case .os, .arch:
      if let platform = subject.platform { return variable == .os ? platform.os : platform.architecture }
      throw Diagnostic(.usage, "{\(variable.rawValue)} is not known without a platform")
    case .version:
      if let version = try knownVersion() { return version }
      let reason = try VersionVariables.reasonForNoVersion(in: tree())
      throw Diagnostic(.usage, "{version} is not known: \(reason); give --version V or set KUBE_GIT_VERSION")
    case .registry:
      return try fill(layouts.images?.registry ?? .empty, on: subject.platform)
    case .tag:
      let tag = try fill(subject.image?.tag ?? layouts.images?.tag ?? .empty, subject)
      // A tag may not hold "+" (distribution/reference: [A-Za-z0-9_][A-Za-z0-9_.-]{0,127}).
      return tag.split(separator: "+", omittingEmptySubsequences: false).joined(separator: "_")
    case .releaseRegistry: return try environment("KUBE_DOCKER_REGISTRY", variable)
    case .releaseTag: return try environment("KUBE_DOCKER_IMAGE_TAG", variable)
    case .md5 where options.isDry && subject.image?.binary != nil: return String(repeating: "0", count: 32)
    case .md5:
      if let binary = subject.binary, let digits = try MD5.digits(of: binary) { return digits }
      throw Diagnostic(.usage, "{md5} is not known: the image has no binary")
    }
  }

  /// The template with every variable's value in it. Throws `Diagnostic` when one is not known.
  func fill(_ template: Template, on platform: Platform?) throws -> String {
    try fill(template, TemplateSubject(platform: platform))
  }

  /// The template with every variable's value in it. Throws `Diagnostic` when one is not known.
  func fill(_ template: Template, _ subject: TemplateSubject) throws -> String {
    try template.filled { variable in
      do {
        return try value(of: variable, subject)
      } catch let mistake as Diagnostic where [.version, .releaseRegistry, .releaseTag].contains(variable) {
        throw mistake.aboutFact
      }
    }
  }

  private func environment(_ name: String, _ variable: Variable) throws -> String {
    if options.isDry { return "x" }
    guard let value = options.environmentValue(name) else {
      throw Diagnostic(.usage, "{\(variable.rawValue)} is not known; set \(name)")
    }
    if !value.utf8.contains(where: { $0 < 0x20 }) { return value }
    throw Diagnostic(.usage, "\(name): expected a value without control characters, found \(escapedName(value.utf8))")
  }
}
