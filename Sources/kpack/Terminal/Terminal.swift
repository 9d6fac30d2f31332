// What stands behind a descriptor: a terminal, with how many columns, or a file or pipe.

import Glibc

/// The terminals that the program was started on.
enum Terminal {
  /// Whether a descriptor is a terminal.
  static func isBehind(_ descriptor: CInt) -> Bool { isatty(descriptor) == 1 }

  /// The columns of the terminal behind a descriptor, 80 where it does not tell; nil when there is none.
  static func columns(behind descriptor: CInt) -> Int? {
    guard isBehind(descriptor) else { return nil }
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1 else { return 80 }
    return Int(size.ws_col)
  }
}
