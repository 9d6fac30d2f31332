// A folder of its own for a test: a project in it, kpack and shells run in it, and a look at what they left.

import Foundation
import Testing

/// A new empty folder, removed with all in it when the last owner lets go.
final class Sandbox {
  /// The folder that commands run in.
  let root: String
  /// Holds the folder and, beside it, what commands print.
  private let base: String

  init() throws {
    var template = Array("\(NSTemporaryDirectory())/kpack-test-XXXXXX".utf8CString)
    let path = try #require(mkdtemp(&template))
    base = URL(fileURLWithPath: String(cString: path)).resolvingSymlinksInPath().path
    root = "\(base)/tree"
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: false)
    // mkdtemp's 0700 would keep out the user that permissions are tried with.
    for folder in [base, root] { chmod(folder, 0o755) }
  }

  deinit {
    // A test may have left folders that cannot be entered.
    _ = try? sh("chmod -R u+rwX . && find . -mindepth 1 -delete")
    try? FileManager.default.removeItem(atPath: base)
  }

  /// Runs kpack; `prefix` is what comes before it on the command line.
  @discardableResult
  func kpack(
    _ arguments: String..., in folder: String = "", environment: [String: String] = [:], through prefix: [String] = []
  ) throws -> Outcome {
    try start(arguments, in: folder, environment: environment, through: prefix).wait()
  }

  /// Runs kpack with these words.
  func kpack(words: [String], environment: [String: String] = [:], through prefix: [String] = []) throws -> Outcome {
    try start(words, environment: environment, through: prefix).wait()
  }

  /// Starts kpack.
  func start(
    _ arguments: [String], in folder: String = "", environment: [String: String] = [:], through prefix: [String] = []
  ) throws -> RunningProgram {
    try Program.start(
      prefix + [Program.kpack] + arguments, in: "\(root)/\(folder)", streams: "\(base)/kpack", environment: environment)
  }

  /// Runs a shell script; what it printed. Fails the test when it fails.
  @discardableResult
  func sh(_ script: String, _ arguments: String..., in folder: String = "") throws -> String {
    let words = ["sh", "-e", "-c", script, "sh"] + arguments
    let outcome = try Program.start(words, in: "\(root)/\(folder)", streams: "\(base)/sh").wait()
    try #require(outcome.status == 0, "\(script): \(outcome.errors)")
    return outcome.output
  }
}

// Files
extension Sandbox {
  /// The name of the record of outputs.
  static let record = "kpack-outputs.json"

  /// Writes `text` to `path` and makes the folders that it needs.
  func write(_ text: String, to path: String) throws { try write(Data(text.utf8), to: path) }

  /// Writes `bytes` as `write(_:to:)` does a text.
  func write(_ bytes: Data, to path: String) throws {
    let place = URL(fileURLWithPath: "\(root)/\(path)")
    try FileManager.default.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
    try bytes.write(to: place)
  }

  func read(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: "\(root)/\(path)")) }

  func isThere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: "\(root)/\(path)") }

  /// All names in a folder but that of the record of outputs, sorted; hidden ones too.
  func names(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)").filter { $0 != Self.record }.sorted()
  }

  /// All files of a folder by name.
  func files(in folder: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for name in try names(in: folder) { files[name] = try read("\(folder)/\(name)") }
    return files
  }

  /// Copies one of the projects in testdata into this folder, as it is.
  func copyProject(_ name: String) throws {
    let testdata = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../../testdata/\(name)").standardizedFileURL.path
    try sh("cp -a \"$1/.\" .", testdata)
  }
}
