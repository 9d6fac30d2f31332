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

extension VersionVariables {
  /// What is known of the version of the tree at `root`, by the rules of Kubernetes' hack/lib/version.sh; nil when
  /// nothing is.
  ///
  /// The first of these is asked, and no other: the file that KUBE_GIT_VERSION_FILE names; git, when there is a
  /// ROOT/.git; the stamps that git archive left in ROOT/hack/lib/version.sh; the environment. KUBE_GIT_COMMIT,
  /// KUBE_GIT_TREE_STATE and KUBE_GIT_VERSION of the environment are not asked of git again.
  ///
  /// Throws `VersionError`; that git is missing or fails is an error only where there is a ROOT/.git.
  package static func find(
    root: String, environment: [String: String]
  ) throws(VersionError) -> VersionVariables? {
    let found = try lookUp(root: root, environment: environment)
    return found.isEmpty ? nil : found
  }

  private static func lookUp(
    root: String, environment: [String: String]
  ) throws(VersionError) -> VersionVariables {
    if let file = environment["KUBE_GIT_VERSION_FILE"], !file.isEmpty {
      let text = try read(file, mayBePipe: file.utf8.starts(with: "/dev/fd/".utf8))
      do throws(VersionFileError) {
        return VersionVariables(variables: try VersionFile.variables(in: text, file: file))
      } catch {
        throw .file(error)
      }
    }
    let repository: GitRepository?
    do throws(SystemError) {
      repository = try GitRepository(root: root, environment: environment)
    } catch {
      throw .system(error)
    }
    if repository == nil, let stamps = try exportStamps(root: root) {
      return VersionVariables(stamps: stamps, environment: environment)
    }
    do throws(GitError) {
      return try VersionVariables(repository: repository, environment: environment)
    } catch {
      throw .git(error)
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
