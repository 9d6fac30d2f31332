// The table of what images are read from, and how their kinds are told apart.

import Archive

/// Opens sources of images.
package enum ImageSources {
  /// Opens the archive or layout folder at `path`; what is compressed is unpacked near `spoolFolder`.
  ///
  /// An archive that unpacks to more than `limit` bytes is refused, and so is an image whose layers do.
  package static func open(
    _ path: String, spoolingNear spoolFolder: String, limit: Int64 = TarReader.defaultLimit
  ) throws -> any ImageSource {
    let unpacking = Unpacking(near: spoolFolder, limit: limit)
    if let files = try ImageFiles.folder(at: path) { return OCISource(path: path, files: files, unpacking: unpacking) }
    let files = try ImageFiles.archive(at: path, unpacking)
    let layout = OCISource(path: path, files: files, unpacking: unpacking)
    let docker = DockerSource(path: path, files: files, unpacking: unpacking)
    switch (try layout.isThere(), try docker.isThere()) {
    case (true, false): return layout
    case (false, true): return docker
    case (true, true):
      // Only one side may have images: the other is ignored then.
      if try layout.isSilent() { return docker }
      return try docker.isSilent() ? layout : HybridSource(layout, docker)
    case (false, false):
      throw ImageError(path, "", "expected the archive of an image, found neither manifest.json nor oci-layout")
    }
  }
}
