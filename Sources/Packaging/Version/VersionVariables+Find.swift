// Where the version of a source tree is looked up: a file, git, the stamps of git archive, the environment.

package import Archive
import Glibc

/// The version of a source tree could not be looked up.
package enum VersionError: Error, Equatable, Sendable {
  /// The version file says something else than assignments.
  case file(VersionFileError)
  /// The tree has a repository, and git failed on it.
  case git(GitError)
  /// A file could not be read.
  case system(SystemError)
}

extension VersionError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .file(let error): error.description
    case .git(let error): error.description
    case .system(let error): error.description
    }
  }
}

/// A source tree whose version is asked for, and what the run knows beside it.
package final class VersionedTree {
  package let root: String
  /// The repository at ROOT/.git; nil for none.
  package let repository: GitRepository?
  package let environment: [String: String]
  /// What the version file said when it was read: one that is a pipe is read once.
  fileprivate var fileVariables: VersionVariables?

  package init(root: String, repository: GitRepository?, environment: [String: String]) {
    self.root = root
    self.repository = repository
    self.environment = environment
  }
}

extension VersionVariables {
  /// What is known of the version of `tree`, by the rules of Kubernetes' hack/lib/version.sh; nil when nothing is.
  ///
  /// The first of these is asked, and no other: the file that KUBE_GIT_VERSION_FILE names; git, when there is a
  /// ROOT/.git; the stamps that git archive left in ROOT/hack/lib/version.sh; the environment. KUBE_GIT_COMMIT,
  /// KUBE_GIT_TREE_STATE and KUBE_GIT_VERSION of the environment are not asked of git again.
  ///
  /// Throws `VersionError`; that git is missing or fails is an error only where there is a ROOT/.git.
  package static func find(in tree: VersionedTree) throws(VersionError) -> VersionVariables? {
    let found = try lookUp(in: tree)
    return found.isEmpty ? nil : found
  }

  /// The state of the tree alone, by the same rules: "clean", "dirty", "archive"; nil when it is not known.
  ///
  /// Throws `VersionError`.
  package static func treeState(of tree: VersionedTree) throws(VersionError) -> String? {
    if let given = try fileVariables(of: tree) { return given.treeState }
    let given = VersionVariables(variables: tree.environment).treeState
    if tree.repository == nil, try exportStamps(root: tree.root) != nil { return "archive" }
    guard let repository = tree.repository, given == nil else { return given }
    do throws(GitError) {
      return try repository.isClean() ? "clean" : "dirty"
    } catch {
      throw .git(error)
    }
  }

  /// Why the version of `tree` is not known, for people. Throws `VersionError`.
  package static func reasonForNoVersion(in tree: VersionedTree) throws(VersionError) -> String {
    if let file = tree.environment["KUBE_GIT_VERSION_FILE"], !file.isEmpty {
      return "\(escapedName(file.utf8)) has no KUBE_GIT_VERSION"
    }
    guard let repository = tree.repository else { return "\(escapedName(tree.root.utf8)) has no .git to ask" }
    do throws(GitError) {
      return try repository.reasonWithoutTag()
    } catch {
      throw .git(error)
    }
  }

  private static func lookUp(in tree: VersionedTree) throws(VersionError) -> VersionVariables {
    if let variables = try fileVariables(of: tree) { return variables }
    if tree.repository == nil, let stamps = try exportStamps(root: tree.root) {
      return VersionVariables(stamps: stamps, environment: tree.environment)
    }
    do throws(GitError) {
      return try VersionVariables(repository: tree.repository, environment: tree.environment)
    } catch {
      throw .git(error)
    }
  }

  /// What the file that KUBE_GIT_VERSION_FILE names says; nil where it names none.
  private static func fileVariables(of tree: VersionedTree) throws(VersionError) -> VersionVariables? {
    if let known = tree.fileVariables { return known }
    guard let file = tree.environment["KUBE_GIT_VERSION_FILE"], !file.isEmpty else { return nil }
    let text = try read(file, mayBePipe: file.utf8.starts(with: "/dev/fd/".utf8))
    do throws(VersionFileError) {
      let variables = VersionVariables(variables: try VersionFile.variables(in: text, file: file))
      tree.fileVariables = variables
      return variables
    } catch {
      throw .file(error)
    }
  }

  /// The variables of the environment, and of the others what `repository` knows.
  ///
  /// Throws `GitError` when git is asked and fails.
  package init(repository: GitRepository?, environment: [String: String]) throws(GitError) {
    let given = VersionVariables(variables: environment)
    guard let commit = given.commit == nil ? try repository?.headCommit() : given.commit else {
      self = given
      return
    }
    let isClean = given.treeState == nil ? try repository?.isClean() == true : false
    let version = given.version == nil ? try repository?.describe(commit) : given.version
    self =
      VersionVariables(
        commit: commit, treeState: given.treeState ?? (isClean ? "clean" : "dirty"), version: version,
        major: given.major, minor: given.minor
      ).settled()
  }

  /// The variables of an exported tree: its stamps go before the environment.
  init(stamps: ExportStamps, environment: [String: String]) {
    let given = VersionVariables(variables: environment)
    self =
      VersionVariables(
        commit: stamps.commit, treeState: "archive", version: stamps.version ?? given.version, major: given.major,
        minor: given.minor
      ).settled()
  }

  private static func exportStamps(root: String) throws(VersionError) -> ExportStamps? {
    do throws(VersionError) {
      return ExportStamps(script: try read("\(root)/hack/lib/version.sh", mayBePipe: false))
    } catch .system(let error) where error.errno == ENOENT || error.errno == ENOTDIR {
      return nil
    }
  }

  /// The bytes of a file, or of a pipe that a shell made for `<(...)`, of at most 1 MiB; these are a kilobyte or five.
  private static func read(_ path: String, mayBePipe: Bool) throws(VersionError) -> [UInt8] {
    do throws(SystemError) {
      // O_NONBLOCK: a FIFO that nobody writes to must not hang the run.
      let file = try FileHandle(opening: Array(path.utf8), O_RDONLY | (mayBePipe ? 0 : O_NONBLOCK))
      return try file.readAll(atMost: 1 << 20)
    } catch {
      throw .system(error)
    }
  }
}
