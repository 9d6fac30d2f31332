// The names of kpack's own files that stand among those of users.

/// A file of kpack's own.
package enum OwnFile {
  /// The record of all files that runs made; it stands beside the stage folder, or among the outputs.
  package static let record = "kpack-outputs.json"
}
