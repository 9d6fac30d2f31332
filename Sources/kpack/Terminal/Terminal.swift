// The kind of a file descriptor: a terminal with its columns, or a file or pipe.

import Glibc

/// The terminals of the program's descriptors.
enum Terminal {
  /// Whether a descriptor is a terminal.
  static func isBehind(_ descriptor: CInt) -> Bool { isatty(descriptor) == 1 }

  /// The columns of the terminal behind a descriptor, 80 if it does not report them; nil when it is not a terminal.
  static func columns(behind descriptor: CInt) -> Int? {
    guard isBehind(descriptor) else { return nil }
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1 else { return 80 }
    return Int(size.ws_col)
  }
}
