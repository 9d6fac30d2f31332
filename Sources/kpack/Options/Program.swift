// The name and purpose of kpack, for help, manual and --version.

/// The program itself.
enum Program {
  static let version = "0.1.0"

  /// A few words that follow the name.
  static let summary = "packages a release from declarative layouts, the same bytes every time"

  static let examples = [
    "kpack tarballs --stage _output/release-stage",
    "kpack tarballs --root . --layouts layouts --bin build --out dist --version 1.0.0",
  ]
}
