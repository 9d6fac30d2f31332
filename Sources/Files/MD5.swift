// The MD5 of a file, for tags that are made of it; never for anything that is to be safe.

import Basics
private import CCrypto

/// The MD5 of files (RFC 1321).
package enum MD5 {
  /// 32 lower-case hexadecimal digits; nil where libcrypto refuses MD5.
  package static func digits(of file: SourceFile) throws -> String? {
    try digits(of: file.identity.size) { try file.read(from: $0, into: $1) }
  }

  /// The same for `count` bytes that `read` reads, from an offset on until a buffer is full.
  package static func digits(
    of count: Int64, read: (Int64, UnsafeMutableRawBufferPointer) throws -> Void
  ) throws -> String? {
    guard let context = EVP_MD_CTX_new() else { return nil }
    defer { EVP_MD_CTX_free(context) }
    guard EVP_DigestInit_ex(context, EVP_md5(), nil) == 1 else { return nil }
    try forEachChunk(of: count, read: read) { chunk in
      _ = EVP_DigestUpdate(context, chunk.baseAddress, chunk.count)
    }
    // EVP_md5 writes exactly 16 bytes.
    var digest = [UInt8](repeating: 0, count: 16)
    _ = EVP_DigestFinal_ex(context, &digest, nil)
    return Hex.text(of: digest)
  }
}
