// The sources of a release's bytes, each with a number. A source can be in many archives, but is encoded once.

package import Files

/// The number of a source in its table.
package struct SourceID: Hashable, Sendable {
  /// The count of sources before it in the table.
  package let index: UInt32

  package init(index: UInt32) { self.index = index }
}

/// One distinct source of bytes.
package enum Source: Equatable, Sendable {
  /// Bytes that a layout spells out.
  case bytes([UInt8])
  /// A source file.
  case file(SourceFile)
  /// `count` bytes from `offset` on of a spooled file.
  case extent(spool: Int, offset: Int64, count: Int64)
  /// `count` bytes from `offset` on of a spool that exists already.
  case spool(Spool, offset: Int64, count: Int64)
  /// Another archive of the same release, by its number; its size is known once it is written.
  case artifact(Int)
  /// An archive that is rendered within another, by its number; it has `count` bytes. Its rope is known before any is
  /// read.
  case nested(Int, count: Int64)
}

/// The distinct sources of a release, in the order in which they were added.
package struct SourceTable: Sendable {
  private var sources: [Source] = []

  package init() {}

  /// The numbers of all sources, in order.
  package var ids: [SourceID] { sources.indices.map { SourceID(index: UInt32(truncatingIfNeeded: $0)) } }

  /// Adds a source.
  package mutating func add(_ source: Source) -> SourceID {
    sources.append(source)
    return SourceID(index: UInt32(truncatingIfNeeded: sources.count - 1))
  }

  /// Gives new numbers to the sources that are artifacts.
  package mutating func renumberArtifacts(_ number: (Int) -> Int, nested: (Int) -> Int) {
    for index in sources.indices {
      switch sources[index] {
      case .artifact(let old): sources[index] = .artifact(number(old))
      case .nested(let old, let count): sources[index] = .nested(nested(old), count: count)
      case .bytes, .file, .extent, .spool: break
      }
    }
  }

  /// The source with this number.
  package subscript(id: SourceID) -> Source { sources[Int(id.index)] }

  /// Bytes of a source, or nil for an artifact.
  package func size(of id: SourceID) -> Int64? {
    switch self[id] {
    case .bytes(let bytes): Int64(bytes.count)
    case .file(let file): file.identity.size
    case .extent(_, _, let count), .spool(_, _, let count), .nested(_, let count): count
    case .artifact: nil
    }
  }
}
