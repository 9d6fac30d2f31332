// The protocol of all commands: a spec, a start from a checked command line, a run.

/// A command of kpack.
protocol Command: SendableMetatype {
  /// All facts about it that are known without running it.
  static var spec: CommandSpec { get }

  /// Checks the options and arguments; throws `UsageError` when they are not valid.
  init(_ context: CommandContext) throws

  /// Does the work and prints the results.
  func run() throws
}
