// What every command is: its spec, its making from a checked command line, its run.

/// A command of kpack.
protocol Command: SendableMetatype {
  /// What is known of it without running it.
  static var spec: CommandSpec { get }

  /// Throws `UsageError`.
  init(_ context: CommandContext) throws

  /// Does it, and prints its results.
  func run() throws
}
