// The distinct contents of a release, and the one place that reads their bytes. A content stands in as many archives
// as the layouts say; it is deflated once.

package import Files
private import Synchronization

/// The number of a content in its store.
package struct ContentID: Hashable, Sendable {
  fileprivate let index: UInt32
}

/// One distinct content.
package enum Content: Equatable, Sendable {
  /// Bytes that a layout spells out.
  case bytes([UInt8])
  /// A source file.
  case file(SourceFile)
  /// `count` bytes from `offset` on of a spooled file.
  case extent(spool: Int, offset: Int64, count: Int64)
  /// `count` bytes from `offset` on of a spool that is there already.
  case spool(Spool, offset: Int64, count: Int64)
  /// Another archive of the same release, by its number; its size is known when it is written.
  case artifact(Int)
  /// An archive that is rendered where it stands, by its number: `count` bytes whose rope is known before any is read.
  case nested(Int, count: Int64)
}

/// The distinct contents of a release, in the order in which they were first named.
package struct ContentTable: Sendable {
  private var contents: [Content] = []

  package init() {}

  /// The numbers of all contents, in order.
  package var ids: [ContentID] { contents.indices.map { ContentID(index: UInt32(truncatingIfNeeded: $0)) } }

  /// Adds a content.
  package mutating func add(_ content: Content) -> ContentID {
    contents.append(content)
    return ContentID(index: UInt32(truncatingIfNeeded: contents.count - 1))
  }

  /// Gives the artifacts that contents are other numbers.
  package mutating func renumberArtifacts(_ number: (Int) -> Int, nested: (Int) -> Int) {
    for index in contents.indices {
      switch contents[index] {
      case .artifact(let old): contents[index] = .artifact(number(old))
      case .nested(let old, let count): contents[index] = .nested(nested(old), count: count)
      case .bytes, .file, .extent, .spool: break
      }
    }
  }

  /// The content of a number that this table gave out.
  package subscript(id: ContentID) -> Content { contents[Int(id.index)] }

  /// Bytes of a content, or nil for an artifact.
  package func size(of id: ContentID) -> Int64? {
    switch self[id] {
    case .bytes(let bytes): Int64(bytes.count)
    case .file(let file): file.identity.size
    case .extent(_, _, let count), .spool(_, _, let count), .nested(_, let count): count
    case .artifact: nil
    }
  }
}

/// Reads contents while a release is being written, from any thread.
package final class ContentStore: Sendable {
  /// What is known only after the plan.
  private struct Late {
    var artifacts: [Int: SourceFile] = [:]
    var spools: [Int: Spool] = [:]
    var ropes: [Int: Rope] = [:]
  }

  /// The contents, by number.
  package let table: ContentTable
  private let late = Mutex(Late())

  package init(_ table: ContentTable) { self.table = table }

  /// Makes the finished artifact `number` readable: its file, as it stands now.
  package func finish(artifact number: Int, as file: SourceFile) { late.withLock { $0.artifacts[number] = file } }

  /// Whether the artifact `number` is readable.
  package func isFinished(artifact number: Int) -> Bool { late.withLock { $0.artifacts[number] != nil } }

  /// Makes the spooled file `number` readable.
  package func add(spool: Spool, number: Int) { late.withLock { $0.spools[number] = spool } }

  /// Makes the nested archive `number` readable.
  package func add(rope: Rope, number: Int) { late.withLock { $0.ropes[number] = rope } }

  /// The nested archive that a content is; nil when it is something else.
  package func rope(of id: ContentID) -> Rope? {
    guard case .nested(let number, _) = table[id] else { return nil }
    return late.withLock { $0.ropes[number] }
  }

  /// Bytes of a content; nil for an artifact that is not finished.
  package func size(of id: ContentID) -> Int64? {
    guard case .artifact(let number) = table[id] else { return table.size(of: id) }
    return late.withLock { $0.artifacts[number]?.identity.size }
  }

  /// Reads the bytes of a content from `offset` on until `buffer` is full; the range must lie within its size.
  ///
  /// Throws `SourceChanged` or `SystemError`.
  package func read(_ id: ContentID, from offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws {
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
