// Folders for docker build that an older kpack left in the images folder, where it put them beside the archives.

import Basics
import Files
import Glibc

/// The folders IMAGES/ARCH/NAME.dockerbuild.
struct FormerBuildFolders {
  private let images: String
  /// Their paths below the images folder, sorted.
  private let found: [[UInt8]]

  init(in images: String) {
    self.images = images
    let architectures = Self.folders(in: Array(images.utf8))
    found = architectures.flatMap { architecture in
      let folder = Array("\(images)/".utf8) + architecture
      return Self.folders(in: folder).filter(Self.isFormer).map { architecture + [UInt8(ascii: "/")] + $0 }
    }
  }

  /// The warning that names them; nil for none. `dockerfiles` is the folder that has taken over.
  func warning(dockerfiles: String) -> String? {
    if found.isEmpty { return nil }
    let folder = escapedName(images.utf8)
    let (verb, them) = found.count == 1 ? ("is", "it") : ("are", "them")
    return "\(folder): \(found.map { escapedName($0) }.firstFew) \(verb) of an older kpack, now in "
      + "\(escapedName(dockerfiles.utf8)); scripts that publish \(folder) would take \(them): remove \(them)"
  }

  private static func isFormer(_ name: [UInt8]) -> Bool {
    let suffix = Array(".dockerbuild".utf8)
    return name.count > suffix.count && name.suffix(suffix.count).elementsEqual(suffix)
  }

  /// The names of the folders in a folder. One that cannot be listed has none: a look for leftovers ends no run.
  private static func folders(in folder: [UInt8]) -> [[UInt8]] {
    guard let handle = try? FileHandle(opening: folder, O_RDONLY | O_DIRECTORY),
      let names = try? FolderListing.names(of: handle)
    else { return [] }
    return names.filter { (try? FileStatus.ifThere(folder + [UInt8(ascii: "/")] + $0))?.isFolder == true }
  }
}
