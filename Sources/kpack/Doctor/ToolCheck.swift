// What a run, or the scripts around it, take from other programs and libraries: git, a container engine, zlib, zstd.

import Archive
import Basics
import Files
import Git
import Glibc
import Layout
import Plan

/// Checks programs and libraries.
struct ToolCheck {
  let options: ReleaseOptions
  /// Nil where it cannot be made.
  let plan: Plan?
  let layouts: LayoutSet?

  var findings: [Finding] { git + [engine, zlib, zstd].compactMap { $0 } }

  // MARK: git

  private var git: [Finding] {
    let root = escapedName(options.locations.root.utf8)
    guard (try? FileStatus.ifThere(Array("\(options.locations.root)/.git".utf8))) != nil else {
      return [.ok("git", "no .git in \(root): git is not asked")]
    }
    let answer: (output: [UInt8], outcome: ChildProcess.Outcome)
    do throws(SystemError) {
      answer = try ask(["--version"])
    } catch {
      // A plan that needs git has found this too.
      let found = error.errno == ENOENT ? "git is not in PATH" : "\(error)"
      let mend = "install git, or give --version and --epoch"
      return [plan == nil ? .failure("git", found, mend: mend) : .warning("git", found, mend: mend)]
    }
    guard answer.outcome.status == .exited(0) else {
      return [.failure("git", "`git --version` fails", mend: "install git, or give --version and --epoch")]
    }
    let version = escapedName(answer.output.split(separator: UInt8(ascii: "\n")).first ?? [])
    return [.ok("git", version)] + ownership(root)
  }

  /// git refuses a clone of another user; kpack asks it in a way that does not depend on it, the scripts around do not.
  private func ownership(_ root: String) -> [Finding] {
    guard let answer = try? ask(["-C", options.locations.root, "rev-parse", "--git-dir"]),
      answer.outcome.status != .exited(0)
    else { return [] }
    let said = String(decoding: answer.outcome.errorOutput, as: UTF8.self)
    guard said.contains("dubious ownership") else { return [] }
    let place = (try? Paths.resolved(Array(options.locations.root.utf8))).map { escapedName($0) } ?? root
    return [
      .warning(
        "git", "\(root) is of another user: git answers kpack, and refuses scripts that ask it there",
        mend: "git config --global --add safe.directory \(place)")
    ]
  }

  private func ask(_ words: [String]) throws(SystemError) -> (output: [UInt8], outcome: ChildProcess.Outcome) {
    // In English, so that the answer can be read.
    let environment = options.environment.merging(["LC_ALL": "C", "LANGUAGE": "C"]) { $1 }
    return try ChildProcess("git", words.map { Array($0.utf8) }, environment: environment).collect()
  }

  // MARK: An engine

  /// Nothing where no image is in the layouts.
  private var engine: Finding? {
    guard layouts?.images?.groups.isEmpty == false else { return nil }
    let folders = (options.environment[EnvironmentVariable.searchPath.rawValue] ?? "").split(separator: ":")
    let programs = ["docker", "podman", "nerdctl"]
    let found = programs.first { name in folders.contains { access("\($0)/\(name)", X_OK) == 0 } }
    if let found { return .ok("engine", "\(found) is in PATH; kpack itself needs none") }
    if options.environmentValue(EnvironmentVariable.dockerHost.rawValue) != nil {
      return .ok("engine", "DOCKER_HOST is set; kpack itself needs none")
    }
    let isPushed = options.environmentValue(EnvironmentVariable.dockerRegistry.rawValue) != nil
    let takesStaged = plan?.artifacts.contains { $0.stagedImages > 0 } ?? false
    guard isPushed || takesStaged else { return .ok("engine", "none is in PATH, and kpack needs none") }
    let wanted = takesStaged ? "the images in the stage folder are made by one" : "scripts that push images ask one"
    return .warning(
      "engine", "no \(listed(programs, "or")) is in PATH: kpack needs none, but \(wanted)",
      mend: "install one, or set DOCKER_HOST")
  }

  // MARK: Libraries

  private var zlib: Finding {
    let version = GzipMember.zlibVersion
    let isNew = version.contains("zlib-ng")
    let speed = isNew ? "deflates about twice as fast as zlib" : "zlib-ng deflates about twice as fast"
    return .ok("zlib", "\(version): \(speed), into other bytes: machines that shall give the same bytes have the same")
  }

  private var zstd: Finding {
    ZstdLibrary.isThere
      ? .ok("zstd", "libzstd is there")
      : .ok("zstd", "no libzstd: bases and archives that zstd compressed cannot be read")
  }
}
