// Names that some file systems take for one: those that differ only in letter case or in the form of an accent.

import Archive
import Basics

extension [String] {
  /// The warnings of one kind: ten of them, and how many more `things` there are.
  package func told(as things: String) -> [String] {
    let left = count - 10
    return prefix(10) + (left > 0 ? ["... and \(left) more \(things)"] : [])
  }

  /// The warnings with the name of an archive before each.
  func of(_ archive: String) -> [String] { map { "\(archive): \($0)" } }
}

/// Finds names of one archive that fall together elsewhere.
enum TwinNames {
  /// A warning for each pair; the hashes of the folded names keep a million of them small.
  static func warnings(of entries: TarEntryList, in fileName: String) -> [String] {
    var seen: Set<UInt64> = []
    var twins: Set<UInt64> = []
    for index in 0..<entries.count {
      let hash = foldedHash(entries.name(at: index))
      if !seen.insert(hash).inserted { twins.insert(hash) }
    }
    if twins.isEmpty { return [] }
    var firsts: [UInt64: [UInt8]] = [:]
    var warnings: [String] = []
    for index in 0..<entries.count {
      let name = Array(entries.name(at: index))
      let hash = foldedHash(name[...])
      guard twins.contains(hash) else { continue }
      if let first = firsts[hash] {
        warnings.append("\(escapedName(first)) and \(escapedName(name)) differ only in letter case or Unicode form")
      } else {
        firsts[hash] = name
      }
    }
    return warnings.told(as: "such pairs").of(fileName)
  }

  /// FNV-1a of the name in lower case and one Unicode form.
  private static func foldedHash(_ name: ArraySlice<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    let name = name.last == UInt8(ascii: "/") ? name.dropLast() : name
    func take(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    if name.allSatisfy({ $0 < 0x80 }) {
      for byte in name { take((0x41...0x5A).contains(byte) ? byte | 0x20 : byte) }
      return hash
    }
    let folded = String(decoding: name, as: UTF8.self).lowercased()
    if folded.utf8.allSatisfy({ $0 < 0x80 }) {
      for byte in folded.utf8 { take(byte) }
      return hash
    }
    // A Character compares by canonical equivalence, and so does its hash; both are stable within a run alone,
    // which is all that is needed here.
    var hasher = Hasher()
    hasher.combine(folded)
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }
}
