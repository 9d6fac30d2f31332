// A folder of its own for one test, removed with all that is in it.

@testable import Files
import Glibc

/// A new folder below the system's place for temporary files; it goes when the value goes.
struct TemporaryFolder: ~Copyable {
  let path: String

  init() throws(ToolError) {
    var template = Array("/tmp/kpack-test.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw ToolError(command: "mkdtemp", status: errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { try? Tool.run("rm", "-rf", path) }  // what stays behind harms no test

  /// The bytes of the path to `name` in the folder.
  func file(_ name: String) -> [UInt8] { Array("\(path)/\(name)".utf8) }

  /// Writes `bytes` as the file `name`; its path.
  func write(_ bytes: [UInt8], to name: String = "archive") throws(ToolError) -> [UInt8] {
    guard let file = fopen("\(path)/\(name)", "w") else { throw ToolError(command: "open", status: errno) }
    defer { fclose(file) }
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw ToolError(command: "write", status: errno) }
    return self.file(name)
  }

  /// The bytes of the file `name`.
  func read(_ name: String) throws(ToolError) -> [UInt8] { try readFile("\(path)/\(name)") }

  /// The names in the folder, those that begin with a dot too, sorted.
  func names() throws -> [String] {
    let handle = try FileHandle(opening: Array(path.utf8), O_RDONLY | O_DIRECTORY)
    return try FolderListing.names(of: handle).map { String(decoding: $0, as: UTF8.self) }
  }
}

/// The bytes of the file at `path`.
func readFile(_ path: String) throws(ToolError) -> [UInt8] {
  guard let file = fopen(path, "r") else { throw ToolError(command: "open", status: errno) }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 64 << 10)
  while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
  return bytes
}
