// Which machine this is: the numbers of devices and inodes mean nothing on another machine that uses the same cache.

package import Basics
import Files
private import Glibc

/// The machine that the process runs on.
package enum Machine {
  /// What it is known by, the same from one boot to the next.
  package static let id = read("/etc/machine-id")

  /// The digest of the id in the file at `path`, as the id itself must stay on the machine (machine-id(5)); that of
  /// the name of the host where there is none, as in many containers.
  static func read(_ path: String) -> Digest {
    // A file that cannot be read is no id, for whatever reason.
    let file = try? FileHandle(opening: Array(path.utf8), O_RDONLY | O_NONBLOCK)
    let line = (try? file?.readAll(atMost: 64))?.split(separator: UInt8(ascii: "\n")).first
    // Not "uninitialized", which stands there until the first boot is done.
    if let line, line.count == 32, line.allSatisfy(\.isLowerHexDigit) { return digest("machine-id", line) }
    // More than the 64 bytes of the longest name (HOST_NAME_MAX), so that it ends in a zero; gethostname(2) fails for a
    // smaller array alone.
    var name = [CChar](repeating: 0, count: 256)
    _ = gethostname(&name, name.count - 1)
    return digest("host", name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) })
  }

  private static func digest(_ kind: String, _ name: some Sequence<UInt8>) -> Digest {
    SHA256.digest(of: Array("kpack \(kind) ".utf8) + name)
  }
}
