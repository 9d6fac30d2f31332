// kpack doctor: what the machine lacks for what a run wants.

import JSON
import Plan

/// Checks the machine before a run.
struct DoctorCommand: Command {
  static let spec = CommandSpec(
    name: "doctor", summary: "tell what the machine lacks for a run",
    details: """
      Plans what `release` would make and checks, before anything is written, what the run needs: the layouts, binaries
      and bases; in each folder of outputs that files can be made, synced, renamed, linked and locked; room and inodes
      on its file system; descriptors, threads and sizes of files that the limits of the process leave; git, and
      whether it refuses the tree as another user's; the version of zlib; a container engine where scripts want one.

      Each check is a line: its name, ok, warning or failure, and what was found; below a warning or failure stands what
      mends it. With --format json each is an object with the keys check, state, found and mend (null where nothing is
      to be mended). The exit code is 1 when a run would fail, and 0 with warnings alone. What is tried in a folder is
      done in a scratch folder, which is removed again; folders that are missing are not made.
      """,
    examples: [
      "kpack doctor --stage _output/release-stage --with-stage",
      "kpack doctor --layouts layouts --version 1.2.0 --format json",
    ],
    options: [.withStage], groups: OptionGroup.tree)

  private let context: CommandContext

  init(_ context: CommandContext) { self.context = context }

  func run() throws {
    try context.checkNoArguments()
    let findings = Doctor(try context.releaseOptions(), jobs: try context.wantedJobs(), context).findings()
    switch context.format {
    case .json: for finding in findings { try context.output.json(json(finding)) }
    case .text, .mtree: try printText(findings)
    }
    if findings.contains(where: { $0.state == .failure }) { throw FailingFindings() }
  }

  private func printText(_ findings: [Finding]) throws {
    let width = findings.map(\.check.count).max() ?? 0
    let widest = Finding.State.failure.rawValue.count
    for finding in findings {
      let head = "\(finding.check.padded(to: width))  \(finding.state.rawValue.padded(to: widest))"
      try context.output.line("\(head)  \(finding.found)", isBold: finding.state != .ok)
      if let mend = finding.mend {
        try context.output.line("\(String(repeating: " ", count: width + widest + 4))to mend: \(mend)")
      }
    }
  }

  private func json(_ finding: Finding) -> JSONLiteral {
    .object([
      ("check", .string(finding.check)), ("state", .string(finding.state.rawValue)),
      ("found", .string(finding.found)), ("mend", finding.mend.map(JSONLiteral.string) ?? .null),
    ])
  }
}
