// The MD5 of a file, for tags that are made of it; never for anything that is to be safe.

private import CCrypto

/// The MD5 of files (RFC 1321).
package enum MD5 {
  /// 32 lower-case hexadecimal digits; nil where libcrypto refuses MD5. Throws `SourceChanged` or `SystemError`.
  package static func digits(of file: SourceFile) throws -> String? {
    guard let context = EVP_MD_CTX_new() else { return nil }
    defer { EVP_MD_CTX_free(context) }
    guard EVP_DigestInit_ex(context, EVP_md5(), nil) == 1 else { return nil }
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var offset: Int64 = 0
    while offset < file.identity.size {
      let count = Int(min(Int64(buffer.count), file.identity.size - offset))
      try buffer.withUnsafeMutableBytes { bytes in
        let part = UnsafeMutableRawBufferPointer(rebasing: bytes[..<count])
        try file.read(from: offset, into: part)
        _ = EVP_DigestUpdate(context, part.baseAddress, part.count)
      }
      offset += Int64(count)
    }
    // EVP_md5 writes exactly 16 bytes.
    var digest = [UInt8](repeating: 0, count: 16)
    _ = EVP_DigestFinal_ex(context, &digest, nil)
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
