// One output under its temporary name: bytes go in, are counted and hashed on the way, and are durable at the end.

/// A file being written.
package struct OutputFile: ~Copyable {
  /// Where it is written; the name it will have is given when all outputs are whole.
  package let path: String
  /// Bytes written so far.
  package private(set) var count: Int64 = 0
  private let handle: FileHandle
  private var hash = SHA256()

  /// Writes into `handle`, a new file.
  init(writing handle: consuming FileHandle) {
    path = String(decoding: handle.path, as: UTF8.self)
    self.handle = handle
  }

  /// Writes `bytes` at the end. Throws `SystemError`.
  package mutating func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
    try handle.write(bytes)
    hash.update(bytes)
    count += Int64(bytes.count)
  }

  /// Writes `bytes` at the end. Throws `SystemError`.
  package mutating func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try write($0) }
  }

  /// Makes the file durable and closes it; its digest and its state for readers. Throws `SystemError`.
  package consuming func finish() throws(SystemError) -> (digest: Digest, file: SourceFile) {
    try handle.sync()
    let file = SourceFile(path: handle.path, identity: FileIdentity(try handle.status()))
    try handle.close()
    return (hash.finalize(), file)
  }
}
