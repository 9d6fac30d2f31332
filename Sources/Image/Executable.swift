// What a file is to the system that is told to run it, by its first bytes: ELF, a script, a program of another
// system, or none of these.

package import Archive

/// The format of an executable file.
package enum Executable: Equatable, Sendable {
  /// A program or shared object in the format of Linux.
  case elf(ELFFile)
  /// A file that begins as an ELF file and is cut or contradicts itself.
  case damagedELF
  /// Text that names its interpreter in the first line (execve(2), "Interpreter scripts").
  case script
  /// A portable executable (Microsoft PE Format, "MS-DOS Stub" and "Signature").
  case windows
  /// A Mach-O file, for one architecture or for several (mach-o/loader.h and mach-o/fat.h).
  case darwin
  /// An archive, or something compressed: `ADD` in a Dockerfile unpacks it (docs.docker.com, Dockerfile reference, "ADD").
  case archive
  /// No format known here; an ELF file that is no program is one.
  case unknown

  /// What `file` is.
  ///
  /// Reads its headers alone. Throws `SourceChanged` or `SystemError`.
  package static func inspect(_ file: SourceFile) throws -> Executable {
    let size = UInt64(clamping: file.identity.size)
    guard let start = try file.part(from: 0, count: min(size, startSize)) else { return .unknown }
    if let elf = try ELFFile.read(file, start: start) { return .elf(elf) }
    if ELFFile.isDamaged(start) { return .damagedELF }
    if start.starts(with: "#!".utf8) { return .script }
    if try isWindows(file, start) { return .windows }
    if isDarwin(start) { return .darwin }
    return try isArchive(file, start) ? .archive : .unknown
  }

  /// Bytes that hold an ELF header of either class, and the header of MS-DOS.
  private static let startSize: UInt64 = 64

  /// "MZ", and "PE" with two zeros at the place that the little-endian number at 0x3C tells.
  private static func isWindows(_ file: SourceFile, _ start: [UInt8]) throws -> Bool {
    guard start.starts(with: "MZ".utf8), UInt64(start.count) == startSize else { return false }
    let place = start[0x3C..<0x40].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return try file.part(from: place, count: 4) == Array("PE\0\0".utf8)
  }

  /// Compressed, or a tar archive by the magic of ustar (POSIX.1-2024, pax, "ustar Interchange Format").
  private static func isArchive(_ file: SourceFile, _ start: [UInt8]) throws -> Bool {
    try CompressedMagic.matches(start) || file.part(from: 257, count: 5) == Array("ustar".utf8)
  }

  private static func isDarwin(_ start: [UInt8]) -> Bool {
    guard start.count >= 8 else { return false }
    let words = [start[0..<4], start[4..<8]].map { $0.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } }
    return switch words[0] {
    // MH_MAGIC and MH_MAGIC_64 in both byte orders.
    case 0xFEED_FACE, 0xFEED_FACF, 0xCEFA_EDFE, 0xCFFA_EDFE: true
    // FAT_MAGIC and FAT_MAGIC_64, always big-endian, then the number of architectures. A Java class begins with the
    // first of them too, but has its version there, which is 45 or more (JVM specification, 4.1).
    case 0xCAFE_BABE, 0xCAFE_BABF: (1..<45).contains(words[1])
    default: false
    }
  }
}
