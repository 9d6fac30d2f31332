// All verbs: the table that a new one is added to.

import Layout

/// The verbs that rules may have.
enum VerbTable {
  static func verb(of entry: EntryRule) -> any Verb {
    switch entry.verb {
    case .binaries(let names): BinariesVerb(names: names)
    case .images(let names): ImagesVerb(names: names)
    case .file(let source): FileVerb(source: source)
    case .tree(let source): TreeVerb(source: source)
    case .paths(let sources): PathsVerb(sources: sources)
    case .text(let text): TextVerb(text: text)
    case .directory(let path): DirectoryVerb(path: path)
    case .symlink(let target): SymlinkVerb(target: target)
    case .artifact(let layout): ArtifactVerb(layout: layout)
    case .git(let commit): GitVerb(commit: commit, bringsCommitID: entry.bringsCommitID)
    }
  }
}
