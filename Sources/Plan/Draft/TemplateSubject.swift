// What a template is filled in for: the platform, and in an image the image and its built executable.

import Basics
import Files
import Layout

/// What the variables of a template are about.
struct TemplateSubject: Sendable {
  var platform: Platform?
  /// The image whose rule the template stands in.
  var image: ImageRule?
  /// The image's executable, whose digest {md5} is.
  var binary: SourceFile?
}

/// The folder of built binaries: BIN/OS/ARCH/NAME.
struct BuiltBinaries {
  private let folder: String

  init(_ locations: Locations) { folder = locations.bin }

  /// Where the executable stands.
  func path(_ name: String, on platform: Platform) -> [UInt8] {
    Array("\(folder)/\(platform.os)/\(platform.architecture)/\(name)\(platform.executableSuffix)".utf8)
  }

  /// The executable; nil when it is not there, or no file, which the rule that brings it tells.
  ///
  /// Throws `SystemError` for all else: without a binary, an image would be another one.
  func file(_ name: String, on platform: Platform) throws(SystemError) -> SourceFile? {
    let path = path(name, on: platform)
    guard let link = try FileStatus.ifThere(path), let status = try FileStatus.followingIfThere(path), status.isFile
    else { return nil }
    return SourceFile(path: link.isSymlink ? try Paths.resolved(path) : path, identity: status.identity)
  }
}

extension TemplateSubject {
  /// What the templates of `image` on `platform` are about in a run of `options`. Throws `SystemError`.
  init(_ image: ImageRule, on platform: Platform, _ options: ReleaseOptions) throws(SystemError) {
    self.init(platform: platform, image: image)
    guard !options.isDry, let name = image.binary else { return }
    binary = try BuiltBinaries(options.locations).file(name, on: platform)
  }
}
