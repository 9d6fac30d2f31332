// Checksum files, from the digests of artifacts that are written: the SHA-256 of each is known, its SHA-512 is in the
// cache or takes one more pass over the file.

import Basics
import Cache
import Files
import Plan
import Threads

/// Writes the checksum files of a plan.
struct ChecksumWriter {
  let plan: Plan
  let folder: ReleaseFolder
  /// The artifacts of the run by number, all of them complete.
  let artifacts: [Int: WrittenArtifact]
  /// Nil without a cache.
  let cache: ArtifactCache?
  let options: WriteOptions

  /// Adds the checksum files that are not there already to the outputs.
  func write() throws -> [ChecksumResult] {
    let sums = try sums()
    return try plan.checksums.map { file in
      let lines = file.members.map { ChecksumLine(sums[file.algorithm]?[$0.artifact] ?? [], of: $0.name).bytes }
      return try write(Array(lines.joined()), as: file)
    }
  }

  private func write(_ text: [UInt8], as file: ChecksumFile) throws -> ChecksumResult {
    let place = folder[file.place]
    let isUnchanged = !options.isForced && Self.stands(text, at: folder.path(of: place))
    if !isUnchanged { try folder.outputs.write(text, as: place.name, in: place.folder) }
    return ChecksumResult(
      file: file, digest: SHA256.digest(of: text), size: Int64(text.count), isUnchanged: isUnchanged)
  }

  /// Whether a regular file of this text is there.
  private static func stands(_ text: [UInt8], at path: [UInt8]) -> Bool {
    // What cannot be read is replaced, or the error is told then.
    guard let status = try? FileStatus.ifThere(path), status.isFile, status.identity.size == Int64(text.count) else {
      return false
    }
    let file = SourceFile(path: path, identity: status.identity)
    return (try? file.digest()) == SHA256.digest(of: text)
  }

  /// The checksums of artifacts by number, for each algorithm that is wanted.
  private func sums() throws -> [ChecksumAlgorithm: [Int: [UInt8]]] {
    var sums: [ChecksumAlgorithm: [Int: [UInt8]]] = [:]
    for algorithm in Set(plan.checksums.map(\.algorithm)) {
      let wanted = Set(plan.checksums.filter { $0.algorithm == algorithm }.flatMap(\.members).map(\.artifact))
      // The largest first; else one thread could start a large one last while the others are idle.
      let files = wanted.compactMap { artifacts[$0] }.sorted {
        ($1.result.size, $0.result.artifact) < ($0.result.size, $1.result.artifact)
      }
      let found = try ordered(files, jobs: options.jobs) { try self.sum(algorithm, of: $0) }
      sums[algorithm] = Dictionary(uniqueKeysWithValues: zip(files.map(\.result.artifact), found))
    }
    return sums
  }

  private func sum(_ algorithm: ChecksumAlgorithm, of artifact: WrittenArtifact) throws -> [UInt8] {
    switch algorithm {
    case .sha256: artifact.result.digest.bytes
    case .sha512:
      try cache?.checksum(algorithm, of: artifact.result.digest, orMake: { try artifact.file.checksum(algorithm) })
        ?? artifact.file.checksum(algorithm)
    }
  }
}

/// A line of a checksum file, as `sha256sum -c` reads it (GNU coreutils manual, cksum output modes).
struct ChecksumLine {
  let bytes: [UInt8]

  /// The digits in lower case, two blanks and the name. A name with a backslash or a line break in it is escaped, and a
  /// backslash before the line says so.
  init(_ sum: [UInt8], of name: String) {
    let escaped = name.utf8.flatMap { byte -> [UInt8] in
      switch byte {
      case UInt8(ascii: "\\"): Array("\\\\".utf8)
      case UInt8(ascii: "\n"): Array("\\n".utf8)
      case UInt8(ascii: "\r"): Array("\\r".utf8)
      default: [byte]
      }
    }
    let mark = escaped.elementsEqual(name.utf8) ? "" : "\\"
    bytes = Array("\(mark)\(Hex.text(of: sum))  ".utf8) + escaped + [UInt8(ascii: "\n")]
  }
}
