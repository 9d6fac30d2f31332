// The folders of a release. They follow from one another by name alone, so that `--stage` sets all of them.

import Basics
import Files
private import Glibc

/// The folders of a run.
package struct Locations: Equatable, Sendable {
  /// The source tree.
  package let root: String
  /// The files that release scripts stage, with the archives of images.
  package let stage: String
  /// The built binaries, below OS/ARCH.
  package let bin: String
  /// Where the tarballs go.
  package let out: String
  package let images: String
  /// Dockerfiles and what they add, below ARCH/NAME.
  package let dockerfiles: String
  /// The OCI image layout of all images.
  package let oci: String
  package let bases: String
  package let cache: String
  /// The cache folder when none is given.
  private let usualCache: String
  /// The folders from the command line.
  private let given: Given
  /// Whether the folder above the stage folder has its name from OUT_DIR.
  private let isOutputNamed: Bool
  /// The folder above the stage folder; folders that are not given are in it.
  package let output: String

  /// The folders from the command line; nil for each that is not given.
  package struct Given: Equatable, Sendable {
    package var root: String?
    package var stage: String?
    package var bin: String?
    package var out: String?
    package var images: String?
    package var dockerfiles: String?
    package var oci: String?
    package var bases: String?
    package var cache: String?

    package init() {}
  }

  /// Folders missing in `given` follow from the others; `outputName` is OUT_DIR, by default "_output".
  ///
  /// The root is the part of `stage` before "_output/release-stage" or "`outputName`/release-stage", or "." without
  /// such an end. All others are beside the stage folder.
  package init(_ given: Given, outputName: String?) {
    let outputName = outputName ?? ""
    self.given = given
    isOutputNamed = given.stage == nil && !outputName.isEmpty
    let defaultOutput = outputName.isEmpty ? "_output" : outputName
    root = given.root ?? given.stage.flatMap { Self.root(of: $0, outputs: [defaultOutput, "_output"]) } ?? "."
    stage = given.stage ?? Self.join(Self.join(root, defaultOutput), "release-stage")
    output = Self.parent(of: stage)
    bin = given.bin ?? Self.join(output, "dockerized/bin")
    out = given.out ?? Self.join(output, "release-tars")
    images = given.images ?? Self.join(output, "release-images")
    dockerfiles = given.dockerfiles ?? Self.join(output, "release-dockerfiles")
    oci = given.oci ?? Self.join(output, "release-oci")
    bases = given.bases ?? Self.join(output, "bases")
    usualCache = Self.join(output, "kpack-cache")
    cache = given.cache ?? usualCache
  }

  /// The folders that a run writes or is given; no source tree takes them in. A cache outside its usual place is not
  /// among them.
  package var own: [String] { [stage, bin, out, images, dockerfiles, oci, bases, usualCache] }

  /// The folders in which the record of outputs may stand, the usual one first. None is in a folder of the stage, which
  /// scripts ship and runs replace.
  package var recordFolders: [String] { [output, out, images, stage] }

  /// Whether the command line names the folder.
  func isGiven(_ folder: NamedFolder) -> Bool { path(of: folder).isGiven }

  /// Throws `NamedFolderError` when a folder from the command line or environment is missing. A run that reads `folder`
  /// calls this first.
  package func check(_ folder: NamedFolder) throws(NamedFolderError) {
    let (path, isGiven) = path(of: folder)
    if isGiven { return try folder.check(path) }
    if isOutputNamed && folder != .root { try NamedFolder.check(output, from: "OUT_DIR") }
  }

  private func path(of folder: NamedFolder) -> (path: String, isGiven: Bool) {
    switch folder {
    case .root: (root, given.root != nil)
    case .bin: (bin, given.bin != nil)
    case .bases: (bases, given.bases != nil)
    }
  }

  private static func root(of stage: String, outputs: [String]) -> String? {
    let parts = parts(of: stage)
    for output in outputs {
      let tail = self.parts(of: "\(output)/release-stage")
      guard parts.count >= tail.count, Array(parts.suffix(tail.count)) == tail else { continue }
      let rest = parts.dropLast(tail.count).joined(separator: "/")
      if isAbsolute(stage) { return "/\(rest)" }
      return rest.isEmpty ? "." : rest
    }
    return nil
  }

  private static func parent(of path: String) -> String {
    let parts = parts(of: path)
    // ".." is kept: links decide where it leads, and the name alone does not show that.
    guard let last = parts.last, last != ".." else { return join(path, "..") }
    let rest = parts.dropLast().joined(separator: "/")
    if isAbsolute(path) { return "/\(rest)" }
    return rest.isEmpty ? "." : rest
  }

  /// The parts of a path, without empty parts and ".".
  private static func parts(of path: String) -> [String] {
    path.utf8.split(separator: slash).map { String(decoding: Array($0), as: UTF8.self) }.filter { $0 != "." }
  }

  private static let slash = UInt8(ascii: "/")

  private static func isAbsolute(_ path: String) -> Bool { path.utf8.first == slash }

  private static func join(_ folder: String, _ name: String) -> String {
    if folder == "." || isAbsolute(name) { return name }
    return folder.utf8.last == slash ? folder + name : "\(folder)/\(name)"
  }
}

/// A folder that the command line names and a run reads.
package enum NamedFolder: String, Sendable {
  case root, bin, bases

  /// Throws `NamedFolderError` when `path`, the value of the option, is no folder.
  package func check(_ path: String) throws(NamedFolderError) { try Self.check(path, from: "--\(rawValue)") }

  /// Throws `NamedFolderError` when `path`, the value of the option or variable `name`, is no folder.
  package static func check(_ path: String, from name: String) throws(NamedFolderError) {
    let status: FileStatus
    do throws(SystemError) {
      status = try FileStatus.following(Array(path.utf8))
    } catch {
      if error.errno == ELOOP { throw NamedFolderError(name: name, path: path, found: "a loop of links") }
      // Any other error is told when the folder is read.
      if !error.isAboutMissingFile { return }
      throw NamedFolderError(name: name, path: path, found: "nothing")
    }
    if !status.isFolder { throw NamedFolderError(name: name, path: path, found: status.typeName) }
  }
}

/// An option that names no folder, or one of the wrong kind.
package struct NamedFolderError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The option, or the variable of the environment.
  let name: String
  let path: String
  /// The thing that was expected there.
  var wanted = "a folder"
  /// The thing that is there instead.
  let found: String

  package var description: String { "\(name): \(escapedName(path.utf8)): expected \(wanted), found \(found)" }
}
