// What is said of an executable that is not what its place wants: the same in tarballs and in images.

import Basics
import Image

extension Executable {
  static let damaged = "begins as an ELF file and is cut or damaged"

  /// Why a file of this format is none for `platform`, of which `os` and `architecture` are compared where they are not
  /// nil; nil when it is one.
  func reason(against platform: Platform, os: String?, architecture: String?) -> String? {
    guard let machines, !machines.suit(os: os, architecture: architecture) else { return nil }
    return "expected a file for \(platform), found \(machines.fileDescription)"
  }

  /// What is said of one without an execute bit, and what gives it one.
  static func withoutExecuteBit(_ mend: String) -> String {
    "is an executable without an execute bit; \(mend) gives it one"
  }
}
