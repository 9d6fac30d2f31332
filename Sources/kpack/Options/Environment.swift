// The variables that the program was started with.

import Glibc

/// The environment of a run.
struct Environment {
  /// All variables by name: git is given them, and flags of layouts look their own up.
  let all: [String: String]

  /// Reads the environment of this process.
  ///
  /// Throws `UsageError` for a variable of the release's that is not UTF-8; such ones of others are left out.
  init() throws(UsageError) {
    var variables: [String: String] = [:]
    // environ is an array of pointers to "NAME=VALUE" that ends with a null pointer (environ(7)).
    var next = environ
    while let entry = next.pointee {
      next += 1
      let bytes = Array(UnsafeRawBufferPointer(start: entry, count: strlen(entry)))
      guard let sign = bytes.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let name = String(decoding: bytes[..<sign], as: UTF8.self)
      if let value = String(validating: bytes[(sign + 1)...], as: UTF8.self) {
        variables[name] = value
      } else if EnvironmentVariable.isOfRelease(name) {
        throw UsageError(message: "\(name): expected text in UTF-8")
      }
    }
    all = variables
  }

  /// The variable's value, which may be empty; nil when it is not set.
  subscript(variable: EnvironmentVariable) -> String? { all[variable.rawValue] }

  /// The variable's value; nil when it is not set or empty.
  func value(of variable: EnvironmentVariable) -> String? {
    guard let value = self[variable], !value.isEmpty else { return nil }
    return value
  }
}
