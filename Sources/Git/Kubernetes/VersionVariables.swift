// The version of a source tree, under the names of Kubernetes' build scripts, and the two forms in which builds take
// it: shell assignments and linker flags.

import Basics
package import Files
import Glibc

/// The KUBE_GIT_* variables; a nil one is not known.
package struct VersionVariables: Equatable, Sendable {
  /// KUBE_GIT_COMMIT: the commit's name, usually in full.
  package let commit: String?
  /// KUBE_GIT_TREE_STATE: "clean", "dirty", or "archive" for a tree that git archive exported.
  package let treeState: String?
  /// KUBE_GIT_VERSION: a semantic version after a "v".
  package let version: String?
  /// KUBE_GIT_MAJOR: the first number of the version.
  package let major: String?
  /// KUBE_GIT_MINOR: the second number of the version; "+" after it when the version is not a release itself.
  package let minor: String?

  package init(commit: String?, treeState: String?, version: String?, major: String?, minor: String?) {
    self.commit = commit
    self.treeState = treeState
    self.version = version
    self.major = major
    self.minor = minor
  }

  /// Takes the values from `variables` by the names above; an empty value is not known, as in the shell scripts.
  package init(variables: [String: String]) {
    let known = variables.filter { !$0.value.isEmpty }
    self.init(
      commit: known["KUBE_GIT_COMMIT"], treeState: known["KUBE_GIT_TREE_STATE"], version: known["KUBE_GIT_VERSION"],
      major: known["KUBE_GIT_MAJOR"], minor: known["KUBE_GIT_MINOR"])
  }

  /// Whether nothing is known.
  package var isEmpty: Bool { self == VersionVariables(variables: [:]) }
}

extension VersionVariables {
  /// The package paths that carry the version in Kubernetes v1.7 (kube::version::ldflag in its hack/lib/version.sh).
  package static let kubernetesPackages = [
    "k8s.io/kubernetes/pkg/version", "k8s.io/kubernetes/vendor/k8s.io/client-go/pkg/version",
  ]

  /// Five lines of shell assignments, as kube::version::save_version_vars writes them; an unknown value is empty.
  package var assignments: String {
    let rows = [
      ("COMMIT", commit), ("TREE_STATE", treeState), ("VERSION", version), ("MAJOR", major), ("MINOR", minor),
    ]
    return rows.map { "KUBE_GIT_\($0)=\(Self.quoted($1 ?? ""))\n" }.joined()
  }

  /// The assignments, and the linker flags as KUBE_LDFLAGS. A shell can evaluate them safely.
  package func assignments(ldflags: String) -> String { "\(assignments)KUBE_LDFLAGS=\(Self.quoted(ldflags))\n" }

  /// The first value that cannot stand in linker flags, because go build splits these at blanks; nil for none.
  package var unfitForLdflags: String? {
    [commit, treeState, version, major, minor].compactMap { $0 }.first { value in
      value.utf8.contains { $0 <= 0x20 || $0 == 0x7F }
    }
  }

  /// The -ldflags of `go build` that set the version in `packages`, as kube::version::ldflags gives them.
  ///
  /// The date of the build is `epoch`, in seconds since 1970, not the time of the clock.
  package func ldflags(epoch: Int64, packages: [String] = kubernetesPackages) -> String {
    var values = [("buildDate", UTCTime(epoch: epoch).description)]
    if let commit {
      values += [("gitCommit", commit)]
      if let treeState { values += [("gitTreeState", treeState)] }
    }
    if let version { values += [("gitVersion", version)] }
    if let major, let minor { values += [("gitMajor", major), ("gitMinor", minor)] }
    let flags = values.flatMap { key, value in packages.map { "-X \($0).\(key)=\(value)" } }
    return flags.joined(separator: " ")
  }

  /// `value` in single quotes; a quote within it is written between two quoted parts, after a backslash.
  private static func quoted(_ value: String) -> String {
    let parts = value.utf8.split(separator: UInt8(ascii: "'"), omittingEmptySubsequences: false)
    return "'" + parts.map { String(decoding: Array($0), as: UTF8.self) }.joined(separator: #"'\''"#) + "'"
  }
}

// Where the version of a source tree is looked up: a file, git, the stamps of git archive, the environment.

/// The version of a source tree could not be looked up.
package enum VersionError: Error, Equatable, Sendable {
  /// The version file has a line that is no assignment.
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

/// A source tree whose version is looked up, with its repository and the environment.
package final class VersionedTree {
  package let root: String
  /// The repository at ROOT/.git; nil for none.
  package let repository: GitRepository?
  package let environment: [String: String]
  /// The version that the command line gives, which stands as it is; nil for none.
  package let version: String?
  /// The variables of the version file, once it was read: a pipe can be read only once.
  fileprivate var fileVariables: VersionVariables?

  package init(root: String, repository: GitRepository?, environment: [String: String], version: String? = nil) {
    self.root = root
    self.repository = repository
    self.environment = environment
    self.version = version
  }
}

extension VersionedTree {
  /// The same tree, whose git need not be asked for the version.
  fileprivate func asking(for version: String) -> VersionedTree {
    let environment = environment.merging(["KUBE_GIT_VERSION": version]) { $1 }
    return VersionedTree(root: root, repository: repository, environment: environment)
  }
}

extension VersionVariables {
  /// The version of `tree`, by the rules of Kubernetes' hack/lib/version.sh; nil when nothing is known.
  ///
  /// Only the first of these that exists is used: the file that KUBE_GIT_VERSION_FILE names; git, when there is a
  /// ROOT/.git; the stamps of git archive in ROOT/hack/lib/version.sh; the environment. Git is not asked for
  /// KUBE_GIT_COMMIT, KUBE_GIT_TREE_STATE or KUBE_GIT_VERSION if the environment has it. A version of the environment
  /// is settled as git's own is: on a dirty tree it gets "-dirty". The one of the command line is never changed.
  ///
  /// A missing or failing git is an error only where there is a ROOT/.git.
  package static func find(in tree: VersionedTree) throws(VersionError) -> VersionVariables? {
    let found = try lookUp(in: tree)
    return found.isEmpty ? nil : found
  }

  /// The state of the tree alone, by the same rules: "clean", "dirty", "archive"; nil when it is not known.
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

  /// The commit of the tree alone, by the same rules; nil when it is not known.
  package static func commit(of tree: VersionedTree) throws(VersionError) -> String? {
    if let given = try fileVariables(of: tree) { return given.commit }
    if tree.repository == nil, let stamps = try exportStamps(root: tree.root) { return stamps.commit }
    if let given = VersionVariables(variables: tree.environment).commit { return given }
    do throws(GitError) {
      return try tree.repository?.headCommit()
    } catch {
      throw .git(error)
    }
  }

  /// Why the version of `tree` is not known, for people.
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
    if let version = tree.version { return try lookUp(in: tree.asking(for: version)).named(version, in: tree) }
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

  /// The variables in the file that KUBE_GIT_VERSION_FILE names; nil where it names none.
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

  /// The variables of the environment; those that it lacks come from `repository`.
  ///
  /// Throws when git is asked and fails.
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

  /// The variables of an exported tree: its stamps count before the environment.
  init(stamps: ExportStamps, environment: [String: String]) {
    let given = VersionVariables(variables: environment)
    self =
      VersionVariables(
        commit: stamps.commit, treeState: "archive", version: stamps.version ?? given.version, major: given.major,
        minor: given.minor
      ).settled()
  }

  /// These variables with the version of the command line and the numbers in it.
  private func named(_ version: String, in tree: VersionedTree) -> VersionVariables {
    let numbers = Self.numbers(of: version)
    let given = VersionVariables(variables: tree.environment)
    return VersionVariables(
      commit: commit, treeState: treeState, version: version, major: numbers?.major ?? given.major,
      minor: numbers?.minor ?? given.minor)
  }

  private static func exportStamps(root: String) throws(VersionError) -> ExportStamps? {
    do throws(VersionError) {
      return ExportStamps(script: try read("\(root)/hack/lib/version.sh", mayBePipe: false))
    } catch .system(let error) where error.errno == ENOENT || error.errno == ENOTDIR {
      return nil
    }
  }

  /// The bytes of a file, or of a pipe that a shell made for `<(...)`, of at most 1 MiB; usual ones have one to five
  /// kilobytes.
  private static func read(_ path: String, mayBePipe: Bool) throws(VersionError) -> [UInt8] {
    do throws(SystemError) {
      // O_NONBLOCK: a FIFO without a writer must not hang the run.
      let file = try FileHandle(opening: Array(path.utf8), O_RDONLY | (mayBePipe ? 0 : O_NONBLOCK))
      return try file.readAll(atMost: 1 << 20)
    } catch {
      throw .system(error)
    }
  }
}

// A description by git, made a semantic version with its major and minor numbers.
// Kubernetes v1.7, hack/lib/version.sh, kube::version::get_version_vars.

extension VersionVariables {
  /// These variables with the version made semantic, "-dirty" added for a dirty tree, and the numbers taken from it.
  ///
  /// Without a version, or with one that has no numbers, major and minor stay as they are.
  func settled() -> VersionVariables {
    guard let version else { return self }
    let semantic = Self.semanticVersion(of: version) + (treeState == "dirty" ? "-dirty" : "")
    let numbers = Self.numbers(of: semantic)
    return VersionVariables(
      commit: commit, treeState: treeState, version: semantic, major: numbers?.major ?? major,
      minor: numbers?.minor ?? minor)
  }

  /// `description` with the distance from its tag as build metadata; unchanged without a distance.
  ///
  /// With three dashes in it, TAG-N-gHASH becomes TAG.N+HASH (v1.1.0-alpha.0-6-g84c76d1142ea4d); with two, TAG-gHASH
  /// becomes TAG+HASH (v1.1.0-1-g84c76d1142ea4d). HASH has exactly 14 digits.
  static func semanticVersion(of description: String) -> String {
    let bytes = Array(description.utf8)
    let dash = UInt8(ascii: "-")
    let hash = bytes.suffix(14)
    let tagged = bytes.dropLast(16)
    guard tagged.count + 16 == bytes.count, bytes[tagged.endIndex...].starts(with: "-g".utf8),
      hash.allSatisfy(\.isLowerHexDigit)
    else { return description }
    switch bytes.count(where: { $0 == dash }) {
    case 2:
      return String(decoding: tagged + "+".utf8 + hash, as: UTF8.self)
    case 3:
      let tag = tagged.dropLast(tagged.reversed().prefix(while: \.isDigit).count)
      let distance = tagged[tag.endIndex...]
      guard !distance.isEmpty, tag.last == dash else { return description }
      return String(decoding: tag.dropLast() + ".".utf8 + distance + "+".utf8 + hash, as: UTF8.self)
    default:
      return description
    }
  }

  /// The numbers of a version that matches `^v([0-9]+)\.([0-9]+)(\.[0-9]+)?([-].*)?$`, the minor one with a "+" when
  /// the last group is there; nil for any other version.
  static func numbers(of version: String) -> (major: String, minor: String)? {
    var rest = Array(version.utf8)[...]
    guard let major = takeNumber(after: "v", &rest), let minor = takeNumber(after: ".", &rest) else { return nil }
    _ = takeNumber(after: ".", &rest)
    guard rest.isEmpty || rest.first == UInt8(ascii: "-") else { return nil }
    return (major, minor + (rest.isEmpty ? "" : "+"))
  }

  /// Takes `prefix` and the digits after it from the front of `rest`; takes nothing and gives nil when either is
  /// missing.
  private static func takeNumber(after prefix: Unicode.Scalar, _ rest: inout ArraySlice<UInt8>) -> String? {
    guard rest.first == UInt8(ascii: prefix) else { return nil }
    let digits = rest.dropFirst().prefix(while: \.isDigit)
    guard !digits.isEmpty else { return nil }
    rest = rest[digits.endIndex...]
    return String(decoding: digits, as: UTF8.self)
  }
}
