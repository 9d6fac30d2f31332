// The commands of kpack, in the order of --help. A new command is a file in Commands and a line here.

/// All commands.
enum CommandTable {
  static let all: [any Command.Type] = [
    ReleaseCommand.self,
    TarballsCommand.self,
    PackagesCommand.self,
    ImagesCommand.self,
    StageCommand.self,
    PlanCommand.self,
    ListCommand.self,
    InspectCommand.self,
    BaseCommand.self,
    LayoutsCommand.self,
    InitCommand.self,
    CacheCommand.self,
    DoctorCommand.self,
    VersionVarsCommand.self,
    CompletionsCommand.self,
    ReferenceCommand.self,
  ]

  /// The specs of all commands, in the same order.
  static let specs = all.map { $0.spec }

  /// The command that `spec` describes.
  static func command(of spec: CommandSpec) -> (any Command.Type)? { all.first { $0.spec.name == spec.name } }
}
