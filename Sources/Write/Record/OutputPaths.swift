// Where outputs stand in truth: one path for each, whatever links lead there.

import Files

/// The absolute paths of outputs, without links.
struct OutputPaths {
  private var known: [[UInt8]: [UInt8]] = [:]

  private static let slash = UInt8(ascii: "/")

  /// The absolute path of the file at `path`, whose last folders may not be there yet; the file itself is not followed.
  mutating func place(of path: [UInt8]) throws(SystemError) -> [UInt8] {
    guard let slash = path.lastIndex(of: Self.slash) else {
      return try folder([UInt8(ascii: ".")]) + [Self.slash] + path
    }
    let above = try folder(slash == 0 ? [Self.slash] : Array(path[..<slash]))
    return (above == [Self.slash] ? [] : above) + path[slash...]
  }

  /// The absolute path of the folder, whose last parts may not be there yet.
  mutating func folder(_ path: [UInt8]) throws(SystemError) -> [UInt8] {
    if let known = known[path] { return known }
    let found: [UInt8]
    do throws(SystemError) {
      found = try Paths.resolved(path)
    } catch {
      guard error.isAboutMissingFile, path != [UInt8(ascii: ".")], path != [Self.slash] else { throw error }
      found = try place(of: path)
    }
    known[path] = found
    return found
  }
}
