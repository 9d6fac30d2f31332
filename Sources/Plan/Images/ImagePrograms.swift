// The programs of an image: the one that a container starts with, and the interpreters of its files. They are looked up
// as the system does it.

import Archive
import Basics
import Image

/// A finding about one file of a layer.
enum LayerVerdict {
  case refusal(String)
  case warning(String)
}

/// The programs of an image.
struct ImagePrograms {
  /// All files of the image, with those of its new layer.
  let files: FileTable
  /// The settings, with the command that a container starts.
  let settings: ImageSettings

  /// The first word of the command that a container starts; nil when the image sets none.
  var entrypoint: String? {
    let words = settings.entrypoint.flatMap { $0.isEmpty ? nil : $0 } ?? settings.command ?? []
    return words.first.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Findings about the interpreter that an executable names.
  func verdicts(onInterpreter interpreter: [UInt8], on base: Reference, _ remedy: String) -> [LayerVerdict] {
    let name = "needs the interpreter \(escapedName(interpreter)), which"
    if resolvedFile(interpreter) == nil {
      let fault = isInLoop(interpreter) ? "is behind a loop of links" : "the base \(base.familiar) lacks"
      return [.refusal("\(name) \(fault)\(remedy)")]
    }
    return isExecutable(interpreter) ? [] : [.warning("\(name) has no execute bit")]
  }

  /// Findings about the interpreter of a script that begins with `line`; `remedy` is added to refusals.
  func verdicts(on line: ScriptLine, on base: Reference, _ remedy: String) -> [LayerVerdict] {
    guard let interpreter = line.interpreter else { return [.warning("begins with \"#!\" and names no interpreter")] }
    if line.endsWithCarriageReturn && !Self.takesCarriageReturn(interpreter, line.argument) {
      let words = [interpreter] + (line.argument.isEmpty ? [] : [line.argument])
      let found = words.map { escapedName($0) }.joined(separator: " ")
      return [.refusal("a carriage return ends its first line, and belongs to the name there: found #!\(found)")]
    }
    let shown = "its interpreter \(escapedName(interpreter))"
    guard resolvedFile(interpreter) != nil else {
      let fault = isInLoop(interpreter) ? "is behind a loop of links" : "is not in the image"
      return [.refusal("\(shown) \(fault) on \(base.familiar)\(remedy)")]
    }
    if !isExecutable(interpreter) { return [.warning("\(shown) has no execute bit")] }
    guard let name = Self.nameForEnv(line, interpreter), found(name) == nil else { return [] }
    let reason = "\(escapedName(interpreter)) looks for \(escapedName(name)), which is nowhere on the image's PATH"
    return [.refusal("\(reason) (\(searchPath)), on \(base.familiar)\(remedy)")]
  }

  /// The command that env(1) runs; nil for another interpreter, or when options or variables come before it.
  private static func nameForEnv(_ line: ScriptLine, _ interpreter: [UInt8]) -> [UInt8]? {
    let isName = !line.argument.isEmpty && !line.argument.starts(with: "-".utf8) && !line.argument.contains(0x3D)
    return Self.name(of: interpreter).elementsEqual("env".utf8) && isName ? line.argument : nil
  }

  /// Whether the interpreter takes a carriage return behind its options: perl skips it, `env -S` splits the line there.
  private static func takesCarriageReturn(_ interpreter: [UInt8], _ argument: [UInt8]) -> Bool {
    let name = name(of: interpreter)
    return name.elementsEqual("perl".utf8) && argument.starts(with: "-".utf8)
      || name.elementsEqual("env".utf8) && argument.starts(with: "-S".utf8)
  }

  private static func name(of path: [UInt8]) -> ArraySlice<UInt8> {
    path.split(separator: UInt8(ascii: "/")).last ?? []
  }

  private func isExecutable(_ path: [UInt8]) -> Bool {
    resolvedFile(path).flatMap { files[$0] }.map { $0.mode & 0o111 != 0 } ?? false
  }

  /// The path in the image of the command `name`. A name with a slash is a path; another is searched in PATH. A file
  /// that can be run goes before one that cannot.
  func found(_ name: [UInt8]) -> [UInt8]? {
    let slash = UInt8(ascii: "/")
    if name.contains(slash) { return resolvedFile(name) }
    let folders = Array(searchPath.utf8).split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    let files = folders.compactMap { folder in
      // An empty part of PATH is the working directory (environ(7)).
      resolvedFile(folder.isEmpty ? name : folder + [slash] + name)
    }
    return files.first { (self.files[$0]?.mode ?? 0) & 0o111 != 0 } ?? files.first
  }

  private var searchPath: String {
    let variable = settings.environment.last { $0.utf8.starts(with: "PATH=".utf8) } ?? ImageSettings.usualPath
    return String(decoding: Array(variable.utf8.dropFirst("PATH=".utf8.count)), as: UTF8.self)
  }

  private func isInLoop(_ path: [UInt8]) -> Bool { files.obstacle(on: fromRoot(path)) == .loop }

  /// The path of a file after all links were followed.
  private func resolvedFile(_ path: some Collection<UInt8>) -> [UInt8]? {
    guard let resolved = files.resolve(fromRoot(path)), files[resolved]?.kind == .file else { return nil }
    return resolved
  }

  /// `path` from the root; a relative one starts in the working directory.
  private func fromRoot(_ path: some Collection<UInt8>) -> [UInt8] {
    let isAbsolute = path.first == UInt8(ascii: "/")
    return (isAbsolute ? [] : Array((settings.workingDirectory ?? "").utf8) + [UInt8(ascii: "/")]) + path
  }
}
