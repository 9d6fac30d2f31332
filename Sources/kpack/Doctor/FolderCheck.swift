// Whether a run can put files into a folder: each operation that it needs is tried there, and taken back.

import Basics
import Files
import Glibc
import Plan

/// Checks one folder that a run writes into.
struct FolderCheck {
  /// The option that names the folder, without dashes; also the name of the check.
  let option: String
  let path: String
  /// Whether whole folders take the place of others there.
  var isStage = false
  /// Whether a run goes on without the folder.
  var isDispensable = false

  var findings: [Finding] {
    do throws(SystemError) {
      let place = try FileSystemRoom.nearest(to: path)
      let status = try FileStatus.following(Array(place.utf8))
      if !status.isFolder {
        return [bad("\(escapedName(place.utf8)) is \(status.typeName), not a folder", mend: other)]
      }
      if place == path, let holder = FileLock.holder(of: status) {
        return [bad("\(shown) is in use by another run (process \(holder))", mend: "wait for its end")]
      }
      let found = try FolderTrial(in: place).failures.compactMap { finding(of: $0.operation, $0.error) }
      return found.isEmpty ? [.ok(option, works(in: place))] : found
    } catch {
      return [bad("\(error)", mend: mend(of: error))]
    }
  }

  private var shown: String { escapedName(path.utf8) }

  private func works(in place: String) -> String {
    let made = place == path ? shown : "\(shown) can be made"
    return "\(made): files, syncs, renames, \(isStage ? "exchanges of folders, " : "")links and locks work there"
  }

  private func finding(of operation: FolderTrial.Operation, _ error: SystemError) -> Finding? {
    // Those that OutputFolder has another way for.
    let isUnsupported = [EINVAL, EOPNOTSUPP, ENOSYS].contains(error.errno)
    switch operation {
    case .sync where isUnsupported:
      return .warning(
        option, "\(shown) cannot be synced: what a run wrote last may be lost when the power fails", mend: other)
    case .link where isUnsupported || [EXDEV, EPERM, EMLINK].contains(error.errno):
      return .warning(option, "\(shown) takes no hard links: copies take their place, and their room", mend: other)
    case .exchange where isStage:
      return .warning(
        option, "\(shown) lets no folders change places: for a moment there is none while one is replaced", mend: other)
    case .exchange: return nil
    case .symlink where !isStage: return nil
    case .exclusion:
      return .warning(option, "\(shown): locks keep nobody out: two runs at once do not see each other", mend: other)
    case .write, .sync, .rename, .link, .symlink, .lock: return bad("\(error)", mend: mend(of: error))
    }
  }

  private func bad(_ found: String, mend: String) -> Finding {
    isDispensable ? .warning(option, found, mend: mend) : .failure(option, found, mend: mend)
  }

  private var other: String { "name another folder by --\(option)" }

  private func mend(of error: SystemError) -> String {
    switch error.errno {
    case EACCES, EPERM: "give this user the right to write there, or \(other)"
    case EROFS: "mount the file system for writing, or \(other)"
    case ENOSPC, EDQUOT: "make room there, or \(other)"
    default: other
    }
  }
}
