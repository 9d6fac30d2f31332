// kpack reference: writes the reference pages and man pages of kpack itself, for `make docs`.

import Files

/// Writes the documentation of the commands into files.
struct ReferenceCommand: Command {
  static let spec = CommandSpec(
    name: "reference", arguments: "DIR", operand: .folder, summary: "write the pages of reference",
    details: "Writes DIR/reference, in Markdown, and DIR/man from what --help prints.",
    examples: ["kpack reference docs"], isHidden: true)

  private let context: CommandContext

  init(_ context: CommandContext) { self.context = context }

  func run() throws {
    guard context.line.arguments.count == 1, let folder = context.line.arguments.first else {
      throw context.usage("expected one DIR, found \(context.line.arguments.count)")
    }
    let commands = context.commands.filter { !$0.isHidden }
    let pages = [ReferencePage(overviewOf: commands)] + commands.map { ReferencePage($0) }
    let manPages = [ManPage(overviewOf: commands)] + commands.map { ManPage($0, commands) }
    let outputs = try Interrupts.guardedFolder(["\(folder)/reference", "\(folder)/man"])
    do {
      for page in pages { try outputs.write(Array(page.text.utf8), as: page.name, in: 0) }
      for page in manPages { try outputs.write(Array(page.text.utf8), as: page.name, in: 1) }
      try outputs.commit()
    } catch {
      Interrupts.abandon(outputs)
      throw error
    }
  }
}
