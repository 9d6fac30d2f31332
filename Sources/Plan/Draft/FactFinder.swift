// Finding the facts of a release: the command line first, then the environment, then the tree and its git repository,
// which are asked for what a run needs and for nothing else.

import Basics
import Git

/// Finds the facts of a release.
struct FactFinder {
  private let options: ReleaseOptions

  init(_ options: ReleaseOptions) { self.options = options }

  /// `facts` and those that are `asked` for. What is known already is not looked up again.
  func adding(_ asked: Set<Fact>, to facts: Facts) -> Facts {
    var facts = facts
    if asked.contains(.repository) { find(repositoryFor: &facts) }
    if asked.contains(.gitClean), facts.isGitClean == nil {
      let tree = tree(&facts)
      facts.isGitClean = Result { try VersionVariables.treeState(of: try tree.get()) == "clean" }
    }
    if asked.contains(.version), facts.version == nil { find(versionFor: &facts) }
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

  /// Where the version is looked up.
  private func tree(_ facts: inout Facts) -> Result<VersionedTree, any Error> {
    find(repositoryFor: &facts).map { repository in
      VersionedTree(root: options.locations.root, repository: repository, environment: options.environment)
    }
  }

  private func find(versionFor facts: inout Facts) {
    let version = Result { try givenVersion ?? VersionVariables.find(in: try tree(&facts).get())?.version }
    facts.version = version.flatMap { version in Result { try version.map(Self.checked) } }
    if case .success(nil) = facts.version {
      facts.reasonForNoVersion = Result { try VersionVariables.reasonForNoVersion(in: try tree(&facts).get()) }
    }
  }

  /// The version of the command line or the environment.
  private var givenVersion: String? {
    if let version = options.version { return version }
    return options.environmentValue("KUBE_GIT_VERSION_FILE") == nil
      ? options.environmentValue("KUBE_GIT_VERSION") : nil
  }

  private static func checked(_ version: String) throws -> String {
    if !version.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return version }
    throw Diagnostic(.usage, "the version \(escapedName(version.utf8)) has a control character in it")
  }
}
