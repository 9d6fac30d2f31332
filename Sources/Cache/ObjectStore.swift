// Where objects are kept between runs, whatever keeps them, so that nothing is deflated twice. An object has a name that
// says all that shaped it, so that one that is found is the right one; and what is in it is checked whenever it is
// read, so that a store may lose, cut or mix up objects and costs no more than the time to make them anew.

package import Archive
import Basics
package import Files

/// A place where objects are kept between runs. All of it may be called from any thread, and other processes may use
/// the same place at once.
///
/// Nothing about a store ever fails a run: what goes wrong gives one warning of each kind, and the run goes on without.
/// Nothing needs to be durable when a method returns.
package protocol ObjectStore: AnyObject, Sendable {
  /// Opens the object `key`, which can be read to its end whatever becomes of it meanwhile. Changes nothing, and says
  /// nothing of what is in it.
  func open(_ key: CacheKey) throws(ObjectFault) -> any ObjectSource

  /// Begins the object `key`; nil when the store takes in nothing more.
  ///
  /// Atomic: the object can be opened from the sink's `finish()` on, whole, and then instead of an older one. Where the
  /// sink goes without that, the store is as before. Idempotent: objects of one key stand for the same bytes, so that
  /// of two that are made at once either may stay.
  func create(_ key: CacheKey) -> (any ObjectSink)?

  /// Whether there is an object of that name. Changes nothing; the object may be damaged, or gone when it is opened.
  func contains(_ key: CacheKey) -> Bool

  /// Notes that the object is in use, so that it stays longer than others; does nothing where there is none. Idempotent.
  func touch(_ key: CacheKey)

  /// Warns of an object that could not be used, and removes it where it is damaged. Idempotent. A good object that
  /// another process puts there meanwhile may go with it; it is made anew when it is wanted.
  func reject(_ key: CacheKey, for fault: ObjectFault)

  /// Takes things in only as long as `bytes` are free on the disk that `folder` is on, if the store is on the same.
  func leaveRoom(for bytes: Int64, in folder: String)

  /// Ends a run: removes what is too much. Idempotent.
  func finish()

  /// Takes nothing more and removes what is half written: for a run that is interrupted. Idempotent.
  func abandon()
}

/// An object that was opened: its bytes as they are kept.
package protocol ObjectSource: AnyObject {
  /// Bytes in the object.
  var size: Int64 { get }

  /// Reads from `offset` on until `buffer` is full or the object ends; the bytes that were read.
  func read(at offset: Int64, filling buffer: UnsafeMutableRawBufferPointer) throws(ObjectFault) -> Int

  /// Notes that the object is in use, as `ObjectStore.touch` does.
  func touch()
}

/// An object on its way into a store. After a failure, of which the store warns, it does nothing.
package protocol ObjectSink: AnyObject {
  /// Adds `bytes` at the end.
  func append(_ bytes: [UInt8])

  /// Gives the object its name. To be called once, last.
  func finish()
}

/// Why what is kept gives nothing.
package enum ObjectFault: Error, Equatable {
  /// There is nothing, or no regular file.
  case missing
  /// Something of another form stands there, as that of another version of this program.
  case foreign
  /// It is of this form, and not as it was written.
  case damaged
  case unreadable(SystemError)
}

/// What is kept of a release, in the form of an object.
extension ObjectStore {
  /// The deflated form of a block, checked; nil when it is not there.
  package func block(_ key: CacheKey) -> EncodedBlock? {
    load(key, .block) { object throws(ObjectFault) in EncodedBlock(bytes: try object.payload(), crc: object.crc) }
  }

  /// Keeps the deflated form of a block.
  package func store(_ block: EncodedBlock, as key: CacheKey) { store(block.bytes, block.crc, as: key, .block) }

  /// The deflated form of a content, which is checked while it is read; nil when it is not there.
  package func content(_ key: CacheKey) -> ObjectReader? {
    load(key, .content) { object throws(ObjectFault) in object }
  }

  /// Begins the deflated form of a content; nil when the store takes in nothing more.
  package func begin(_ key: CacheKey) -> ObjectWriter? { create(key).map { ObjectWriter(key, .content, into: $0) } }

  /// What was kept of an artifact, checked; nil when nothing was.
  package func record(_ key: CacheKey) -> [UInt8]? {
    load(key, .record) { object throws(ObjectFault) in
      // A record stands for itself.
      guard object.standsForItself else { throw .damaged }
      return try object.payload()
    }
  }

  /// Keeps what is known of an artifact.
  package func store(record: [UInt8], as key: CacheKey) {
    store(record, record.withUnsafeBytes { CRC32(of: $0) }, as: key, .record)
  }

  private func store(_ payload: [UInt8], _ crc: CRC32, as key: CacheKey, _ kind: ObjectKind) {
    // More would never be read.
    guard payload.count <= ObjectReader.largestWhole, let sink = create(key) else { return }
    let writer = ObjectWriter(key, kind, into: sink)
    writer.append(payload)
    writer.finish(crc: crc)
  }

  private func load<Value>(
    _ key: CacheKey, _ kind: ObjectKind, _ value: (ObjectReader) throws(ObjectFault) -> Value
  ) -> Value? {
    do throws(ObjectFault) {
      let source = try open(key)
      let object = try ObjectReader(source, key, kind)
      source.touch()
      return try value(object)
    } catch {
      reject(key, for: error)
      return nil
    }
  }
}
