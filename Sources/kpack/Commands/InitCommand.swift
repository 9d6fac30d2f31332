// kpack init: a first set of layouts for a project that has none.

import Git
import Plan
import Sketch

/// Writes a first set of layouts.
struct InitCommand: Command {
  static let spec = CommandSpec(
    name: "init", summary: "write a first set of layouts for what the tree holds",
    details: """
      Looks at the tree and writes layouts that package it into the folder that --layouts names, else layouts: archives
      of the built programs with licenses, READMEs, man pages and completions, one for each platform. Programs are
      looked for where go build, goreleaser and cargo put them (dist, target, bin, build, out, _output and the tree's
      root), or in --bin; the platform is what the path says and the file's headers do not deny. Without any, the
      layouts are for the sources alone. Nothing is overwritten. The last line is the command that packs with the
      layouts; edit them as you like.
      """,
    examples: ["kpack init", "kpack init --root ../hello --layouts ../hello/release"],
    groups: OptionGroup.tree)

  private let context: CommandContext

  init(_ context: CommandContext) { self.context = context }

  func run() throws {
    try context.checkNoArguments()
    let options = try context.releaseOptions()
    let writer = try SketchWriter(context)
    let places = try writer.places()
    let repository = try GitRepository(root: options.locations.root, environment: options.environment)
    var hasCommit = false
    // A repository without a commit has nothing to pack; what else is wrong with it is told when it is packed.
    if let repository { hasCommit = (try? repository.headCommit()) != nil }
    var sketch = try ProjectSketch.make(in: places, hasRepository: hasCommit)
    // Without a tag the version must be given; 0.1.0 is what a first one often is.
    let version = try? VersionVariables.find(in: options.tree(with: repository))?.version
    if let given = options.version {
      sketch.options += ["--version", given]
    } else if version ?? nil == nil {
      sketch.options += ["--version", "0.1.0"]
    }
    try writer.write(sketch)
  }
}
