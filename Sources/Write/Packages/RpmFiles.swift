// The files of an rpm as its header lists them: those of the payload, and those that the package owns and does not have.

import Archive
import Basics
import Layout
import Plan

/// The list of files in the header of an rpm.
struct RpmFiles {
  /// A file of the list.
  struct File {
    /// The absolute path, without the slash of a folder.
    let path: [UInt8]
    let mode: UInt16
    let size: Int64
    let link: [UInt8]
    let user: [UInt8]
    let group: [UInt8]
    let flags: RpmFileFlags
    /// Hexadecimal; empty for what is no file with contents.
    let digest: String
    /// In the words of cap_from_text(3); empty for none.
    var capabilities = ""
  }

  /// By the bytes of their paths.
  let files: [File]
  private let mtime: Int64

  private static let slash = UInt8(ascii: "/")
  /// The flag of all checks of `rpm -V` (rpmvf.h, RPMVERIFY_ALL).
  private static let allChecks: UInt32 = 0xFFFF_FFFF
  /// SHA-256 in the words of OpenPGP (RFC 4880, 9.4).
  static let sha256: UInt32 = 8

  /// `size` gives the bytes of an entry's contents, `sums` their digests.
  init(_ fields: PackageFields, _ entries: TarEntryList, size: (Int) -> Int64, sums: [FileSums?]?) {
    mtime = entries.mtime
    func flags(_ path: [UInt8]) -> RpmFileFlags {
      var flags: RpmFileFlags = []
      if fields.marks[.config]?.contains(path) == true { flags.formUnion([.config, .noReplace]) }
      if fields.marks[.replacedConfig]?.contains(path) == true { flags.formUnion(.config) }
      if fields.marks[.docs]?.contains(path) == true { flags.formUnion(.doc) }
      if fields.marks[.licenseFiles]?.contains(path) == true { flags.formUnion(.license) }
      return flags
    }
    var files: [File] = []
    for index in 0..<entries.count {
      let entry = entries.entry(at: index, size: 0)
      // The names begin with a dot and a slash.
      let path = Array(CpioHeader.bareName(of: entry).dropFirst(2))
      files.append(
        File(
          path: [Self.slash] + path, mode: CpioHeader.modeWithType(of: entry),
          size: entry.kind == .symlink ? Int64(entry.linkname.count) : size(index), link: entry.linkname,
          user: entry.uname, group: entry.gname, flags: flags(path),
          digest: sums?[index]?.sha256?.description ?? "",
          capabilities: Capabilities(bytes: entry.capabilities)?.text ?? ""))
    }
    let root = Owner.root
    for path in fields.ghosts {
      files.append(
        File(
          path: [Self.slash] + path, mode: 0o100644, size: 0, link: [], user: root.uname, group: root.gname,
          flags: flags(path).union(.ghost), digest: ""))
    }
    self.files = files.sorted { bytesPrecede($0.path, $1.path) }
  }

  /// Whether a file has capabilities.
  var haveCapabilities: Bool { files.contains { !$0.capabilities.isEmpty } }

  /// Bytes of all files.
  var size: Int64 { files.reduce(0) { $0.addingClamped($1.size) } }

  /// Adds the list to a header.
  func add(to header: inout RpmHeader) {
    if files.isEmpty { return }
    let range = 0..<UInt32(clamping: files.count)
    var folders: [[UInt8]] = []
    var numbers: [[UInt8]: UInt32] = [:]
    var indexes: [UInt32] = []
    for file in files {
      let folder = Array(file.path[...(file.path.lastIndex(of: Self.slash) ?? 0)])
      let number = numbers[folder] ?? UInt32(clamping: folders.count)
      if numbers.updateValue(number, forKey: folder) == nil { folders.append(folder) }
      indexes.append(number)
    }
    header[.directoryNames] = .strings(folders)
    header[.directoryIndexes] = .int32(indexes)
    header[.baseNames] = .strings(
      files.map { Array($0.path[(($0.path.lastIndex(of: Self.slash) ?? -1) + 1)...]) })
    header[.fileSizes] = .int32(files.map { UInt32(clamping: $0.size) })
    header[.fileModes] = .int16(files.map(\.mode))
    header[.fileRawDevices] = .int16(files.map { _ in 0 })
    header[.fileTimes] = .int32(files.map { _ in UInt32(clamping: mtime) })
    header[.fileDigests] = .strings(files.map { Array($0.digest.utf8) })
    header[.fileDigestAlgorithm] = .int32([Self.sha256])
    header[.fileLinks] = .strings(files.map(\.link))
    header[.fileFlags] = .int32(files.map(\.flags.rawValue))
    header[.fileUsers] = .strings(files.map(\.user))
    header[.fileGroups] = .strings(files.map(\.group))
    header[.fileVerifyFlags] = .int32(files.map { _ in Self.allChecks })
    header[.fileDevices] = .int32(files.map { _ in 1 })
    header[.fileInodes] = .int32(range.map { $0 + 1 })
    if haveCapabilities { header[.fileCapabilities] = .strings(files.map { Array($0.capabilities.utf8) }) }
    header[.fileLanguages] = .strings(files.map { _ in [] })
  }
}
