// Source trees for tests of plans: what files can be beside plain ones, layouts in few words, plans in few lines.

@testable import Archive
import Glibc
@testable import Layout
@testable import Plan
import Testing

extension TemporaryTree {
  /// Makes the folder `path`, whose parents are there.
  func makeFolder(_ path: String, mode: mode_t = 0o755) throws {
    try #require(mkdir("\(root)/\(path)", 0o755) == 0)
    try change(path, mode: mode)
  }

  /// Makes the symlink `path`.
  func link(_ path: String, to target: String) throws { try #require(symlink(target, "\(root)/\(path)") == 0) }

  /// Makes a FIFO, socket or other special file.
  func makeNode(_ path: String, type: mode_t) throws { try #require(mknod("\(root)/\(path)", type | 0o600, 0) == 0) }

  func change(_ path: String, mode: mode_t) throws { try #require(chmod("\(root)/\(path)", mode) == 0) }

  /// Choices for a release of this tree, of time 0, with git's fixed environment.
  func options(_ change: (inout ReleaseOptions) -> Void = { _ in }) -> ReleaseOptions {
    var given = Locations.Given()
    given.root = root
    var options = ReleaseOptions(locations: Locations(given, outputName: nil), environment: gitEnvironment)
    options.epoch = 0
    change(&options)
    return options
  }

  /// The plan of `layouts`, texts by name.
  func plan(
    _ layouts: KeyValuePairs<String, String>, names: [String] = [],
    _ change: (inout ReleaseOptions) -> Void = { _ in }
  ) throws -> Plan {
    try Planner.plan(try Rules.of(layouts), options(change), names: names)
  }

  /// The entries of a tarball with these rules, one line each.
  func entries(
    _ rules: String..., release: String = plainRelease, head: String = "",
    _ change: (inout ReleaseOptions) -> Void = { _ in }
  ) throws -> [String] {
    let plan = try plan(["release": release, "app": tarball(rules, head: head, isOptional: true)], change)
    return plan.lines(of: try #require(plan.tarballs.first))
  }

  /// The mistakes that planning a tarball with these rules finds: "FAULT: MESSAGE", rules by their path alone.
  func mistakes(
    _ rules: String..., release: String = plainRelease, head: String = "",
    _ change: (inout ReleaseOptions) -> Void = { _ in }
  ) throws -> [String] {
    try mistakes(["release": release, "app": tarball(rules, head: head, isOptional: true)], change)
  }

  /// The mistakes that planning `layouts` finds.
  func mistakes(
    _ layouts: KeyValuePairs<String, String>, names: [String] = [],
    _ change: (inout ReleaseOptions) -> Void = { _ in }
  ) throws -> [String] {
    let set = try Rules.of(layouts)
    do throws(PlanErrors) {
      _ = try Planner.plan(set, options(change), names: names)
      return []
    } catch {
      return error.diagnostics.map { diagnostic in
        let message = diagnostic.description.replacing(root, with: "ROOT")
        return "\(diagnostic.fault): \(message.replacing(#/layouts/app\.json:\d+:1: /#, with: ""))"
      }
    }
  }
}

/// A release that says nothing but its name.
let plainRelease = #"{"name": "app"}"#

/// A release with platforms and binaries.
let platformRelease = """
  {"name": "app", "platforms": {"all": ["linux/amd64", "linux/arm", "windows/amd64"], "some": ["linux/arm"]},
   "fast": ["linux/amd64"], "binaries": {"tools": ["tool", "other"], "more": ["extra"]}}
  """

/// A tarball of these rules, each on a line of its own that begins with it; `head` are more keys of the tarball. With
/// `isOptional` it may be empty.
func tarball(_ rules: [String], head: String = "", name: String = "app.tgz", isOptional: Bool? = nil) -> String {
  let isOptional = isOptional ?? rules.isEmpty
  let more = (head.isEmpty ? "" : head + ", ") + (isOptional ? "\"optional\": true, " : "")
  return "{\"tarball\": \"\(name)\", \(more)\"entries\": [\n\(rules.joined(separator: ",\n"))]}"
}

extension Plan {
  /// The entries of a tarball as "TYPE MODE SIZE PATH LINK"; "-" for a size that is known only when it is written.
  func lines(of tarball: Artifact) -> [String] {
    (0..<tarball.entries.count).map { index in
      let size = size(of: tarball, at: index)
      let row = record(of: tarball, at: index)
      let link = row.link.isEmpty ? "" : " \(row.link)"
      return "\(row.type) \(row.mode) \(size.map { "\($0)" } ?? "-") \(row.path)\(link)"
    }
  }

  /// The names of the archives, in order.
  var fileNames: [String] { tarballs.map(\.fileName) }
}

// Plans with artifacts of one kind
extension Plan {
  var tarballs: [Artifact] { artifacts.filter { $0.image == nil } }
  var images: [PlannedImage] { artifacts.compactMap(\.image) }
}

extension Artifact {
  /// Of a compressed tarball.
  var level: Int? { if case .archive(.tarGzip, let level) = format { level } else { nil } }
}
