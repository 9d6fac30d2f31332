// A folder of its own for one test, removed with all that is in it.

@testable import Files
import Glibc
import Testing

/// A new folder below the system's place for temporary files; it goes when the value goes.
struct ScratchFolder: ~Copyable {
  let path: String

  init() throws {
    var template = Array("/tmp/kpack-test.XXXXXX".utf8CString)
    path = String(cString: try #require(mkdtemp(&template)))
  }

  deinit { try? Self.shell("rm -rf -- \"$1\"", path) }  // what stays behind harms no test

  /// Writes `bytes` as the file `name`; the file as it stands then.
  func write(_ bytes: [UInt8], to name: String = "file") throws -> SourceFile {
    let file = try #require(fopen("\(path)/\(name)", "we"))
    let count = fwrite(bytes, 1, bytes.count, file)
    #expect(fclose(file) == 0 && count == bytes.count)
    return try SourceFile.found(at: "\(path)/\(name)")
  }

  /// Runs `script` in this folder.
  func run(_ script: String) throws { try Self.shell("cd -- \"$1\" && umask 022 && \(script)", path) }

  private static func shell(_ script: String, _ argument: String) throws {
    let arguments: [String] = ["sh", "-c", script, "sh", argument]
    let strings = arguments.map { strdup($0) } + [nil]
    defer { strings.forEach { free($0) } }
    var child: pid_t = 0
    let code = posix_spawnp(&child, "sh", nil, nil, strings, environ)
    try #require(code == 0)
    var status: CInt = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    try #require(status == 0, "\(script)")
  }
}

extension SourceFile {
  /// The file at `path` as it stands now.
  static func found(at path: String) throws -> SourceFile {
    let path = Array(path.utf8)
    return SourceFile(path: path, identity: try FileStatus.of(path).identity)
  }
}
