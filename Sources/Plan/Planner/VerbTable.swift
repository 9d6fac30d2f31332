// All verbs: the table that a new one is added to.

/// The verbs that rules may have, in the order in which messages name them.
enum VerbTable {
  static let verbs: [any Verb.Type] = [
    BinariesVerb.self, ImagesVerb.self, FileVerb.self, TreeVerb.self, PathsVerb.self, TextVerb.self,
    DirectoryVerb.self, SymlinkVerb.self, ArtifactVerb.self, GitVerb.self,
  ]

  /// The options that entries may have.
  static var options: [String] { RuleDecoder(verbs: verbs).options }

  /// All keys of entries.
  static var keys: [String] { RuleDecoder(verbs: verbs).keys }
}
