// Runs the other tools that tests compare with.

import Glibc

/// A command that could not be run or did not succeed.
struct ToolError: Error, Equatable {
  let command: String
  let status: CInt
}

enum Tool {
  /// Whether `name` is found on the search path.
  static func exists(_ name: String) -> Bool {
    let search = getenv("PATH").map { String(cString: $0) } ?? ""
    return search.split(separator: ":").contains { access("\($0)/\(name)", X_OK) == 0 }
  }

  /// Runs `arguments` and waits; throws unless its status is 0.
  static func run(_ arguments: String...) throws(ToolError) {
    let command = arguments.joined(separator: " ")
    let strings = arguments.map { strdup($0) } + [nil]
    defer { strings.forEach { free($0) } }
    var child: pid_t = 0
    let code = posix_spawnp(&child, arguments.first ?? "", nil, nil, strings, environ)
    if code != 0 { throw ToolError(command: command, status: code) }
    var status: CInt = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    if status != 0 { throw ToolError(command: command, status: status) }
  }
}
