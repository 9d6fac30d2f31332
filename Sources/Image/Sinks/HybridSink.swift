// An archive that is an OCI archive and a docker archive in one, as Docker writes it from version 25 on: it has the
// files of both.

/// A hybrid archive, which every engine loads.
struct HybridSink: ImageSink {
  func files(of image: BuiltImage, names: [Reference]) -> [ImageFile] {
    let oci = OCISink().files(of: image, names: names)
    let known = Set(oci.map(\.name))
    let docker = DockerSink().files(of: image, names: names).filter { !known.contains($0.name) }
    return (oci + docker).sortedByName()
  }
}
