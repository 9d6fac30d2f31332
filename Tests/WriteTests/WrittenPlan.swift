// A plan written and committed, for tests.

@testable import Cache
@testable import Files
@testable import Plan
@testable import Write

/// Writes `plan` into its one folder `outputs`, and gives these their names; what came of its artifacts.
@discardableResult
func written(
  _ plan: Plan, into outputs: OutputFolder, _ options: WriteOptions, cache: ArtifactCache? = nil,
  _ watch: @escaping @Sendable (WriteEvent) -> Void = { _ in }
) throws -> [ArtifactResult] {
  let writer = ReleaseWriter(plan, options, cache: cache)
  let ledger = try writer.write(into: outputs, watch)
  try writer.commit(outputs)
  return ledger.results
}
