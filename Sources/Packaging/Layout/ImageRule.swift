// What images.json says of one image, and of one base that images stand on.

/// A base image by the name that images know it under.
package struct BaseRule: Sendable {
  package let name: String
  /// The base's reference.
  package let reference: ByArchitecture
  /// What every image on it gets, before its own entries.
  package let entries: [EntryRule]
  package let origin: RuleOrigin
}

/// A place where an image's files go.
package enum ImageOutput: String, CaseIterable, Sendable {
  /// The stage folder, which tarballs take images from.
  case stage
  /// The folder of images.
  case images
}

/// One image of a group.
package struct ImageRule: Sendable {
  /// The image's name, {name} in its templates: its `name`, or that of its binary.
  package let name: String
  /// The built binary that it wraps, if any.
  package let binary: String?
  /// The folder of the binary, relative to the root of the file system; "." is the root itself.
  package let to: Template
  /// The name of its base in `bases`.
  package let base: String
  /// Its name in a registry; nil for that of all images.
  package let repository: ByArchitecture?
  /// Its tag; nil for that of all images.
  package let tag: Template?
  /// The name of the file that it is saved as, ".tar" at its end; nil for "{name}.tar".
  package let file: Template?
  /// Where its files go: each at most once, at least one.
  package let outputs: [ImageOutput]
  package let entries: [EntryRule]
  /// Environment variables in the order they were given, each name once.
  package let env: [(name: String, value: Template)]
  /// The default arguments; nil for the base's.
  package let cmd: [Template]?
  /// The command that the arguments go to; nil for the base's.
  package let entrypoint: [Template]?
  /// The absolute path that the command starts in; nil for the base's.
  package let workdir: Template?
  /// The user that the command runs as; nil for the base's.
  package let user: Template?
  /// Labels in the order they were given, each name once.
  package let labels: [(name: String, value: Template)]
  package let condition: Condition?
  /// The platforms that it is made for; nil for those of the tarballs that hold it.
  package let platforms: PlatformSelector?
  package let origin: RuleOrigin

  /// The folder of the binary where `to` is not said.
  static let defaultFolder = Template(literal: "usr/local/bin")
  /// What the name of an image's file ends in.
  static let fileSuffix = ".tar"

  /// The file that holds the tag of an image saved as `file`: ".docker_tag" in the place of ".tar".
  package static func tagFileName(of file: String) -> String {
    String(decoding: Array(file.utf8.dropLast(fileSuffix.utf8.count)), as: UTF8.self) + ".docker_tag"
  }
}
