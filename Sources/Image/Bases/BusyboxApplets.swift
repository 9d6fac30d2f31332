// The names of the applets in a busybox executable, read from its bytes: nothing is run, so that the executable may be
// of any architecture.

import Basics
package import Files

/// A file without names of applets.
package struct NoBusyboxApplets: Error, Equatable, Sendable, CustomStringConvertible {
  /// Path of the file.
  package let path: [UInt8]

  package init(path: [UInt8]) { self.path = path }

  package var description: String {
    "\(escapedName(path)): holds no names of busybox applets; expected a run of names that begins with \"[\", \"[[\""
  }
}

/// Reads the names of applets.
///
/// They are the string `applet_names` of the busybox sources (applets/applet_tables.c): all names in the order of
/// their bytes, each with a NUL behind it, then an empty one. The test applets, "[" and "[[", come first.
package enum BusyboxApplets {
  /// Bytes of the file that are searched; an executable of busybox has 1 to 3 MiB.
  package static let searchedSize: Int64 = 64 << 20
  /// Bytes from the first name to the end of the last at most; a full busybox has about 3,000.
  private static let longestRun = 64 << 10
  /// Bytes that are read at once.
  private static let chunkSize: Int64 = 1 << 20
  /// The start of the names; a NUL or the start of the file is before it.
  private static let marker = Array("[\0[[\0".utf8)

  /// The names in `file`, in its order, no two the same.
  ///
  /// A run with anything else than names of applets is passed over. Throws `NoBusyboxApplets` too.
  package static func names(in file: SourceFile) throws -> [String] {
    let end = min(file.identity.size, searchedSize)
    var offset: Int64 = 0
    // The start of the file counts as the end of a string.
    var window: [UInt8] = [0]
    while offset < end {
      let count = min(chunkSize, end - offset)
      window += try file.part(from: UInt64(clamping: offset), count: UInt64(clamping: count)) ?? []
      offset += count
      // A run that begins further back may go on in the next chunk, and is searched for with it.
      let searched = offset == end ? window.count : max(0, window.count - longestRun)
      if let names = names(in: window, before: searched) { return names }
      window.removeFirst(searched)
    }
    throw NoBusyboxApplets(path: file.path)
  }

  /// The first run of names whose marker begins before `limit`.
  private static func names(in window: [UInt8], before limit: Int) -> [String]? {
    var rest = window[..<min(window.count, limit + 1)]
    // The bracket is searched for, because it is rarer than the NUL before it.
    while let found = rest.firstIndex(of: UInt8(ascii: "[")) {
      rest = rest[(found + 1)...]
      guard window[..<found].last == 0, window[found...].starts(with: marker) else { continue }
      if let names = names(window[found...].prefix(longestRun)) { return names }
    }
    return nil
  }

  /// The names at the start of `run`, up to the empty one; nil when they are no names of applets.
  private static func names(_ run: ArraySlice<UInt8>) -> [String]? {
    var names: [String] = []
    var known: Set<String> = []
    var rest = run
    while let end = rest.firstIndex(of: 0) {
      let name = rest[..<end]
      if name.isEmpty { return names }
      let text = String(decoding: name, as: UTF8.self)
      guard isName(name), known.insert(text).inserted else { return nil }
      names.append(text)
      rest = rest[(end + 1)...]
    }
    return nil
  }

  private static func isName(_ name: ArraySlice<UInt8>) -> Bool {
    // "." and ".." have the right bytes, but are no names of files.
    if name.allSatisfy({ $0 == UInt8(ascii: ".") }) { return false }
    return name.allSatisfy { $0.isLetterOrDigit || "_-.+[".utf8.contains($0) }
  }
}
