// A command line that makes no sense, and how what a user typed is shown.

import Basics

/// A command line that makes no sense.
struct UsageError: Error, Equatable {
  let message: String
  /// The command whose help says more, if it got that far.
  var command: String?
}

/// `text` as messages show what a user typed.
func shown(_ text: String) -> String { quoted(text) }
