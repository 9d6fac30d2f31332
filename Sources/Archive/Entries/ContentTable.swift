// The distinct contents of a release, by number. A content stands in as many archives as the layouts say; it is
// deflated once.

package import Files

/// The number of a content in its store.
package struct ContentID: Hashable, Sendable {
  /// How many contents stand before it.
  package let index: UInt32

  package init(index: UInt32) { self.index = index }
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
