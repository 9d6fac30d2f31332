// A project with an image for two architectures, for runs of which the second makes only some files of the first.

import Foundation
import Testing

extension Sandbox {
  /// A project with one image and one tarball for linux/amd64 and linux/arm.
  static func twoPlatforms() throws -> Sandbox {
    let box = try Sandbox.imaged()
    try box.sh(
      """
      echo '{"name":"p","platforms":{"server":["linux/amd64","linux/arm"]},"archive":{"root":"top"}}' > layouts/release.json
      sed -i 's|{"base":"base"}|{"base":{"amd64":"base","arm":"base-arm"}}|' layouts/images.json
      mkdir -p _output/dockerized/bin/linux/arm
      cp -p _output/dockerized/bin/linux/amd64/tool _output/dockerized/bin/linux/arm
      """)
    let base = try box.kpack("base", "add", "base-arm", "--rootfs", "rootfs", "--arch", "arm", "--cmd", "sh")
    try #require(base.status == 0, "\(base.errors)")
    return box
  }

  /// Makes artifacts of it; the command and its options. The test fails when the run does.
  @discardableResult
  func make(_ words: String..., through prefix: [String] = [], at location: SourceLocation = #_sourceLocation) throws
    -> Outcome
  {
    let outcome = try kpack(words: words + ["--layouts", "layouts", "--version", "v1"], through: prefix)
    try #require(outcome.status == 0, "\(outcome.errors)", sourceLocation: location)
    return outcome
  }

  /// All paths below `folder` of files and links, sorted, with the digest of each file.
  func tree(_ folder: String = "_output") throws -> [String] {
    let script = """
      find "$1" -name kpack-cache -prune -o -name bases -prune -o ! -type d -print | sort | while read -r path; do
        if [ -f "$path" ] && ! [ -h "$path" ]; then sha256sum "$path"; else ls -l "$path"; fi
      done
      """
    return try sh(script, folder).split(separator: "\n").map(String.init)
  }

  /// The paths of files and links below `folder`, sorted.
  func paths(below folder: String) throws -> [String] {
    try sh("if [ -d \"$1\" ]; then find \"$1\" ! -type d | sort; fi", folder).split(separator: "\n").map(String.init)
  }

  /// A lock on a folder, as another run holds it, until it is closed.
  func lock(_ folder: String) throws -> FileHandle {
    let descriptor = open("\(root)/\(folder)", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    try #require(descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }
}

extension Outcome {
  /// What was noted as removed.
  var removed: [String] {
    let mark = ": removed, a leftover of an earlier run"
    return errors.split(separator: "\n").filter { $0.hasSuffix(mark) }.map { String($0.dropLast(mark.count)) }
  }
}
