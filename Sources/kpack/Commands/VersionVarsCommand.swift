// kpack version-vars: a tree's version, in the variables that Kubernetes' build uses.

import Basics
import Git
import JSON
import Plan

/// Prints the version variables of a tree.
struct VersionVarsCommand: Command {
  static let spec = CommandSpec(
    name: "version-vars", summary: "print the version variables of a tree",
    details: """
      Prints KUBE_GIT_COMMIT, KUBE_GIT_TREE_STATE, KUBE_GIT_VERSION, KUBE_GIT_MAJOR and KUBE_GIT_MINOR as
      hack/lib/version.sh finds them (from KUBE_GIT_VERSION_FILE, git, an exported archive or the environment), and
      KUBE_LDFLAGS, the linker flags that put them into a Go binary. The output is a file that KUBE_GIT_VERSION_FILE
      may name.
      """,
    examples: ["kpack version-vars --root .", "go build -ldflags \"$(kpack version-vars --ldflags)\" ./cmd/..."],
    options: [
      OptionSpec(name: "ldflags", help: "print the linker flags alone"),
      OptionSpec(
        name: "package", argument: .text("PATH"),
        help: "Go package whose variables the linker flags set; may be given several times (those of Kubernetes)"),
    ],
    groups: OptionGroup.tree, verbose: "folders, and where the time in KUBE_LDFLAGS comes from")

  private let context: CommandContext

  init(_ context: CommandContext) { self.context = context }

  func run() throws {
    try context.checkNoArguments()
    let options = try context.releaseOptions()
    try options.locations.check(.root)
    let repository = try GitRepository(root: options.locations.root, environment: options.environment)
    let tree = options.tree(with: repository)
    let variables = try VersionVariables.find(in: tree) ?? VersionVariables(variables: [:])
    // Without a repository the release may get its version elsewhere: no warning.
    if repository != nil, variables.version == nil {
      context.messages.warning("the version is not known: \(try VersionVariables.reasonForNoVersion(in: tree))")
    }
    if let unfit = variables.unfitForLdflags {
      throw Diagnostic(.usage, "\(shown(unfit)): a blank cannot stand in linker flags")
    }
    let time = try ReleaseTime.find(options, in: repository)
    context.messages.detail(FactLines(options, context).lines(version: variables.version, times: [time]))
    let packages = context.line.values("package")
    let ldflags = variables.ldflags(
      epoch: time.seconds, packages: packages.isEmpty ? VersionVariables.kubernetesPackages : packages)
    // Shells read the values as printed, without escapes.
    let values = [variables.commit, variables.treeState, variables.version, variables.major, variables.minor, ldflags]
    if let unfit = values.compactMap({ $0 }).first(where: { escapedControls($0) != $0 }) {
      throw Diagnostic(.usage, "\(shown(unfit)): a control character cannot stand in a variable")
    }
    if context.line.has("ldflags") {
      try context.output.text("\(ldflags)\n")
    } else if context.format == .json {
      try context.output.json(json(variables, ldflags))
    } else {
      try context.output.text(variables.assignments(ldflags: ldflags))
    }
  }

  private func json(_ variables: VersionVariables, _ ldflags: String) -> JSONLiteral {
    func value(_ text: String?) -> JSONLiteral { text.map(JSONLiteral.string) ?? .null }
    return .object([
      ("commit", value(variables.commit)), ("treeState", value(variables.treeState)),
      ("version", value(variables.version)),
      ("major", value(variables.major)), ("minor", value(variables.minor)), ("ldflags", .string(ldflags)),
    ])
  }
}
