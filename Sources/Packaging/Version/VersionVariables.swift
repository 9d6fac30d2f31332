// What is known of the version of a source tree, under the names that Kubernetes' build scripts have for it, and the
// two forms in which builds take it: shell assignments and linker flags.

import Archive

/// The KUBE_GIT_* variables; what is nil is not known.
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

  /// The values that `variables` has under the names above; an empty one is not known, as in the shell scripts.
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

  /// Five lines of shell assignments, as kube::version::save_version_vars writes them; what is not known is empty.
  package var assignments: String {
    let rows = [
      ("COMMIT", commit), ("TREE_STATE", treeState), ("VERSION", version), ("MAJOR", major), ("MINOR", minor),
    ]
    return rows.map { "KUBE_GIT_\($0)=\(Self.quoted($1 ?? ""))\n" }.joined()
  }

  /// The assignments, and the linker flags as KUBE_LDFLAGS. Safe to be evaluated by a shell.
  package func assignments(ldflags: String) -> String { "\(assignments)KUBE_LDFLAGS=\(Self.quoted(ldflags))\n" }

  /// The first of the values that cannot stand in linker flags, which go build splits at blanks.
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

  /// `value` in single quotes; a quote within stands outside of them, after a backslash.
  private static func quoted(_ value: String) -> String {
    let parts = value.utf8.split(separator: UInt8(ascii: "'"), omittingEmptySubsequences: false)
    return "'" + parts.map { String(decoding: Array($0), as: UTF8.self) }.joined(separator: #"'\''"#) + "'"
  }
}
