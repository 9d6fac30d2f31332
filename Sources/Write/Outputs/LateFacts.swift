// What is known only while a release is written, and artifacts need that are made from others: the digests of files that
// packages have, and of the payloads that are finished.

import Basics
import Synchronization

/// The digests of the contents of a file.
struct FileSums: Equatable, Sendable {
  var sha256: Digest?
  /// 32 hexadecimal digits.
  var md5: String?
}

/// Facts for artifacts that are made from others. Threads may note and read them.
final class LateFacts: Sendable {
  /// The sums of the entries of a package, by the number of its payload; nil for an entry without contents.
  private let sums: [Int: [FileSums?]]
  private let payloads = Mutex<[Int: Payload]>([:])

  /// A payload that is finished.
  struct Payload {
    let digest: Digest
    /// Bytes of its file.
    let size: Int64
    /// Bytes of the archive in it.
    let plainSize: Int64
  }

  init(sums: [Int: [FileSums?]] = [:]) { self.sums = sums }

  /// The sums of the entries of the payload with this number.
  func sums(of payload: Int) -> [FileSums?] {
    guard let sums = sums[payload] else { preconditionFailure("a package is written without the sums of its files") }
    return sums
  }

  /// The payload with this number, which is finished.
  func payload(_ number: Int) -> Payload {
    guard let payload = payloads.withLock({ $0[number] }) else {
      preconditionFailure("a package is written before its payload")
    }
    return payload
  }

  /// Notes an artifact that is finished.
  func note(_ result: ArtifactResult) {
    let payload = Payload(digest: result.digest, size: result.size, plainSize: result.tarSize)
    payloads.withLock { $0[result.artifact] = payload }
  }
}
