// How an archive is written: release.json sets it for all archives, a tarball's layout may change single keys.

package import Basics

/// The owner of an archive's entries.
package enum ArchiveOwner: Equatable, Sendable {
  case fixed(Owner)
  /// Each entry has the owner of its source.
  case source
}

/// The rule by which an archive takes the modes of its sources.
package enum ModePolicy: Equatable, Sendable {
  /// The part of a mode that git keeps: whether the owner may execute a file. 0755 for such files and for folders, 0644
  /// for others, so that the umask of the checkout changes nothing.
  case normal
  /// The bits of this mask.
  case mask(FileMode)

  /// The mode in the archive for a source that has `mode`.
  package func applied(to mode: FileMode, isFolder: Bool) -> FileMode {
    switch self {
    case .normal: isFolder || mode.bits & 0o100 != 0 ? FileMode(bits: 0o755) : FileMode(bits: 0o644)
    case .mask(let mask): FileMode(bits: mode.bits & mask.bits)
    }
  }
}

/// The settings of one archive.
package struct ArchiveSettings: Equatable, Sendable {
  /// The folder above all entries, "." for names that begin "./", or nothing.
  package var root: Template
  /// The place where `root` is set; nil when it is not set.
  package var rootOrigin: RuleOrigin?
  package var owner = ArchiveOwner.fixed(.root)
  /// Base names of files and symlinks that are left out.
  package var exclude: [Glob] = []
  package var mode = ModePolicy.normal
  /// The time of every entry, in seconds since 1970, unless the command line sets one.
  package var mtime: Int64?
  /// The deflate level, 0 to 9.
  package var level = 6

  /// The largest time that every tar reader takes: eleven octal digits.
  package static let latest: Int64 = 0o77777777777

  static let keys = ["root", "owner", "exclude", "mode", "mtime", "level"]

  /// The defaults.
  init() {
    // The empty text has no variables to be wrong about.
    root = .empty
  }

  /// Drops what is only of use in an archive of several files.
  mutating func forgetArchive() { (root, rootOrigin, exclude) = (.empty, nil, []) }

  /// Takes the settings that `field`, an `archive` object, has.
  mutating func override(with field: LayoutField) {
    guard let object = field.object(Self.keys) else { return }
    if let field = object["root"], let root = field.isObject ? field.byPlatform(Self.root) : Self.root(field) {
      (self.root, rootOrigin) = (root, field.origin)
    }
    if let field = object["owner"], let owner = Self.owner(field) { self.owner = owner }
    if let field = object["exclude"], let globs = field.elements?.compactMap(Self.baseNameGlob) { exclude = globs }
    if let field = object["mode"], let mode = Self.mode(field) { self.mode = mode }
    if let field = object["mtime"], let mtime = field.integer(in: 0...Self.latest) { self.mtime = mtime }
    if let field = object["level"], let level = field.integer(in: 0...9) { self.level = Int(level) }
  }

  private static func root(_ field: LayoutField) -> Template? {
    guard let root = field.taking({ try Template($0) }) else { return nil }
    if root.text.isEmpty || root.text == "." { return root }
    guard root.checked(as: field) else { return nil }
    if ArchivePath.isName(root.filled { _ in "x" }) { return root }
    field.refuse("expected the name of one folder, without '/', found \(field.found)")
    return nil
  }

  private static func mode(_ field: LayoutField) -> ModePolicy? {
    guard let text = field.string else { return nil }
    if text == "normal" { return .normal }
    if text == "source" { return .mask(FileMode(bits: 0o7777)) }
    do throws(FileModeError) {
      return .mask(try FileMode(text))
    } catch {
      field.refuse("expected \"normal\", \"source\" or an octal string such as \"0755\", found \(field.found)")
      return nil
    }
  }

  private static func owner(_ field: LayoutField) -> ArchiveOwner? {
    guard let text = field.string else { return nil }
    if text == "source" { return .source }
    if let owner = Owner(text) { return .fixed(owner) }
    field.refuse("expected \"source\" or two numbers such as \"0:0\", found \(field.found)")
    return nil
  }

  private static func baseNameGlob(_ field: LayoutField) -> Glob? {
    guard let glob = field.taking({ try Glob($0) }) else { return nil }
    if !glob.text.utf8.contains(UInt8(ascii: "/")) { return glob }
    field.refuse("expected a pattern for base names, without '/', found \(field.found)")
    return nil
  }
}
