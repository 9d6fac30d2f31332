// The bytes of a release's sources. All reads go through here, from any thread.

package import Files
private import Synchronization

/// Reads sources while a release is being written, from any thread.
package final class SourceStore: Sendable {
  /// The sources that are known only after the plan.
  private struct Late {
    var artifacts: [Int: SourceFile] = [:]
    var spools: [Int: Spool] = [:]
    var ropes: [Int: Rope] = [:]
  }

  /// The sources, by number.
  package let table: SourceTable
  private let late = Mutex(Late())

  package init(_ table: SourceTable) { self.table = table }

  /// Makes the finished artifact `number` readable: its file, as it stands now.
  package func finish(artifact number: Int, as file: SourceFile) { late.withLock { $0.artifacts[number] = file } }

  /// Whether the artifact `number` is readable.
  package func isFinished(artifact number: Int) -> Bool { late.withLock { $0.artifacts[number] != nil } }

  /// Makes the spooled file `number` readable.
  package func add(spool: Spool, number: Int) { late.withLock { $0.spools[number] = spool } }

  /// Makes the nested archive `number` readable.
  package func add(rope: Rope, number: Int) { late.withLock { $0.ropes[number] = rope } }

  /// The rope of a source that is a nested archive; nil for any other.
  package func rope(of id: SourceID) -> Rope? {
    guard case .nested(let number, _) = table[id] else { return nil }
    return late.withLock { $0.ropes[number] }
  }

  /// Bytes of a source; nil for an artifact that is not finished.
  package func size(of id: SourceID) -> Int64? {
    guard case .artifact(let number) = table[id] else { return table.size(of: id) }
    return late.withLock { $0.artifacts[number]?.identity.size }
  }

  /// Reads the bytes of a source from `offset` on until `buffer` is full; the range must lie within its size.
  ///
  /// Throws `SourceChanged` when a file changed since the plan.
  package func read(_ id: SourceID, from offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws {
    switch table[id] {
    case .bytes(let bytes):
      buffer.copyBytes(from: bytes[Int(offset)..<(Int(offset) + buffer.count)])
    case .file(let file):
      try file.read(from: offset, into: buffer)
    case .extent(let number, let start, _):
      guard let spool = late.withLock({ $0.spools[number] }) else { preconditionFailure("spool \(number) not filled") }
      try spool.read(from: start + offset, into: buffer)
    case .spool(let spool, let start, _):
      try spool.read(from: start + offset, into: buffer)
    case .nested(let number, _):
      guard let rope = rope(of: id) else { preconditionFailure("archive \(number) read before its rope was known") }
      try rope.read(from: offset, into: buffer)
    case .artifact(let number):
      guard let file = late.withLock({ $0.artifacts[number] }) else {
        preconditionFailure("artifact \(number) read before it was finished")
      }
      try file.read(from: offset, into: buffer)
    }
  }
}
