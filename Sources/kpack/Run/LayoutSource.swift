// The source of a run's layouts: a folder, or the program itself.

import BuiltInLayouts
import Files
import Glibc
import Layout
import Plan

/// Reads a set of layouts.
struct LayoutSource {
  /// The folder; nil for the standard set among the built-in ones.
  let folder: String?

  /// The most bytes that are read of one file: more than the JSON reader accepts.
  private static let largestFile = 17 << 20

  /// Reads and checks the layouts. Throws `LayoutErrors`.
  func load() throws(LayoutErrors) -> Rules {
    let finder = SetFinder(builtIn: Self.builtIn) { folder throws(LayoutErrors) in try read(folder) }
    let files: [LayoutFile]
    if let folder { files = try read(folder) } else { files = BuiltInSet.standard.layouts }
    return try Planner.rules(files, from: place, extending: finder)
  }

  /// The name of the folder in messages.
  var place: String { folder ?? BuiltInSet.standard.place }

  /// The built-in sets by name.
  private static var builtIn: [String: SetFiles] {
    let sets = BuiltInSet.all.map { ($0.name, SetFiles($0.place, $0.layouts)) }
    return Dictionary(sets) { first, _ in first }
  }

  private func read(_ folder: String) throws(LayoutErrors) -> [LayoutFile] {
    var files: [LayoutFile] = []
    var errors: [LayoutError] = []
    do {
      let handle = try FileHandle(opening: Array(folder.utf8), O_RDONLY | O_DIRECTORY)
      let names = try FolderListing.names(ofSource: handle, since: FileStatus(try handle.status()))
      for name in names.compactMap({ String(validating: $0, as: UTF8.self) }) {
        guard LayoutFile.isLayout(name) else { continue }
        let path = "\(folder)/\(name)"
        do throws(SystemError) {
          files.append(LayoutFile(path: path, bytes: try readFile(path)))
        } catch {
          errors.append(LayoutError(file: path, reason: Self.reason(error)))
        }
      }
    } catch let error as SystemError {
      errors.append(LayoutError(file: folder, reason: Self.reason(error)))
    } catch {
      errors.append(LayoutError(file: folder, reason: "changed while it was being read"))
    }
    if !errors.isEmpty { throw LayoutErrors(errors: errors) }
    return files
  }

  private func readFile(_ path: String) throws(SystemError) -> [UInt8] {
    // O_NONBLOCK: a FIFO must not block the run.
    let file = try FileHandle(opening: Array(path.utf8), O_RDONLY | O_NONBLOCK)
    if try file.status().st_mode & S_IFMT != S_IFREG {
      let isFolder = try file.status().st_mode & S_IFMT == S_IFDIR
      throw SystemError(operation: "read", path: path, errno: isFolder ? EISDIR : EINVAL)
    }
    return try file.readAll(atMost: Self.largestFile)
  }

  private static func reason(_ error: SystemError) -> String {
    switch error.errno {
    case EFBIG: "expected at most 16 MiB, found more"
    case EINVAL: "expected a file, found something else"
    default: "cannot \(error.operation): \(String(cString: strerror(error.errno)))"
    }
  }
}

extension BuiltInSet {
  /// The name of its folder in messages.
  fileprivate var place: String { "built-in/\(name)" }

  /// Its files without those that are no layouts.
  fileprivate var layouts: [LayoutFile] {
    files.filter { LayoutFile.isLayout($0.name) }.map { LayoutFile(path: "\(place)/\($0.name)", bytes: $0.bytes) }
  }
}
