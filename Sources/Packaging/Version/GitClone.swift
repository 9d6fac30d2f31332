// One clone as git is asked about it: through views that have its objects, references and index, and nothing else.

import Archive
import Glibc

/// A clone, opened.
struct GitClone: Sendable {
  let place: GitPlace
  let git: GitProgram
  /// The views stand in it, and it goes with the last copy of this value.
  private let scratch: ScratchFolder
  private let workTree: GitView
  private let objects: GitView
  /// Whether the clone lacks objects that git would fetch when it needs them (git clone --filter).
  private let isPartial: Bool

  /// Opens the clone at `root`, which is `realRoot` without links. Throws `GitError`.
  init(root: String, realRoot: [UInt8], environment: [String: String], program: String) throws(GitError) {
    place = try GitPlace(root: realRoot, shown: root)
    do throws(SystemError) {
      scratch = try ScratchFolder(outside: realRoot, temporary: environment["TMPDIR"])
      workTree = try GitView(of: place, at: "\(scratch.path)/tree.git", .workTree)
      objects = try GitView(of: place, at: "\(scratch.path)/objects.git", .objects)
      git = GitProgram(program, root: root, environment: environment, home: scratch.path)
    } catch {
      throw GitError(root: root, command: "", reason: .system(error))
    }
    let format = try Self.format(of: place, git, at: .init(view: workTree.path, folder: Array(scratch.path.utf8)))
    isPartial = format.isPartial
    do throws(SystemError) {
      for view in [workTree, objects] { try view.setUp(format: format.lines) }
    } catch {
      throw GitError(root: root, command: "", reason: .system(error))
    }
  }

  /// For questions about references and the work tree.
  var inTree: GitProgram.Place {
    .init(view: workTree.path, folder: place.root, environment: ["GIT_WORK_TREE": "."])
  }

  /// For questions that objects alone answer.
  var inObjects: GitProgram.Place { .init(view: objects.path, folder: Array(objects.path.utf8)) }

  /// An index of the run's own, which does not exist yet.
  var newIndex: String { "\(scratch.path)/index" }

  /// A folder without programs.
  var noPrograms: String { objects.path }

  /// What `body` gives; where git fails, the reason that lies in what the clone lacks is added.
  func explained<Value>(_ body: () throws(GitError) -> Value) throws(GitError) -> Value {
    do throws(GitError) {
      return try body()
    } catch {
      throw adding(to: error)
    }
  }

  /// `error` with what the clone lacks.
  func adding(to error: GitError) -> GitError {
    if isPartial { return error.adding("the clone is partial and lacks objects: git fetch --refetch --no-filter") }
    return place.isShallow ? error.adding("the clone is shallow: git fetch --unshallow") : error
  }
}

// The format of a clone
extension GitClone {
  /// What git must know of a clone to read it.
  private struct Format {
    /// Lines of git's config file.
    let lines: String
    let isPartial: Bool
  }

  /// Those extensions that change how a clone is used, and not how it is read (git-config(1), "extensions").
  private static let passedOver = ["noop", "partialclone", "preciousobjects", "relativeworktrees", "worktreeconfig"]

  /// The format that the clone's config tells; git itself refuses what it does not know of it.
  private static func format(
    of place: GitPlace, _ git: GitProgram, at view: GitProgram.Place
  ) throws(GitError) -> Format {
    var lines = ""
    var isPartial = false
    let config = place.common + Array("/config".utf8)
    do throws(SystemError) {
      if try !GitPlace.isThere(config) { return Format(lines: "", isPartial: false) }
    } catch {
      throw GitError(root: git.root, command: "", reason: .system(error))
    }
    let options = GitProgram.command("--no-includes", "-z", "--list")
    let command = GitProgram.command("config", "--file") + [config] + options
    for setting in try git.parts(command, at: view) {
      // "section.key", in lower case, and behind a line break the value; none for a key without "=".
      let parts = setting.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
      let key = String(decoding: parts[0], as: UTF8.self)
      let value = String(decoding: parts.count > 1 ? parts[1] : [], as: UTF8.self)
      let names = key.split(separator: ".", omittingEmptySubsequences: false)
      if names.first == "remote", ["promisor", "partialclonefilter"].contains(names.last) { isPartial = true }
      if key == "extensions.partialclone" { isPartial = true }
      if key == "core.repositoryformatversion" { lines += "[core]\n\trepositoryformatversion = \(quoted(value))\n" }
      guard names.count == 2, names[0] == "extensions", !passedOver.contains(String(names[1])) else { continue }
      lines += "[extensions]\n\t\(names[1]) = \(quoted(value))\n"
    }
    return Format(lines: lines, isPartial: isPartial)
  }

  /// A value of git's config file in quotes (git-config(1), "Syntax").
  private static func quoted(_ value: String) -> String {
    let escaped = value.unicodeScalars.map { scalar in
      switch scalar {
      case "\\", "\"": "\\\(scalar)"
      case "\n": "\\n"
      default: "\(scalar)"
      }
    }
    return "\"\(escaped.joined())\""
  }
}
