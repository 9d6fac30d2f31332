// Whether there is room for what a run writes, on each file system that it writes to: at most so much as nothing is
// compressed, at least what is stored as it is.

import Archive
import Basics
import Files
import Plan

/// Checks the room on the file systems of a run's outputs. Older outputs stay until the new ones are whole, so they give
/// no room.
struct SpaceCheck {
  /// Nil where there is none: then the room is only told.
  let plan: Plan?
  /// The folders that are written into, with the options that name them.
  let folders: [(option: String, path: String)]
  let locations: Locations

  /// What is written to one file system.
  private struct Need {
    let room: FileSystemRoom
    var folders: [String] = []
    var least: Int64 = 0
    var most: Int64 = 0
    var files: Int64 = 0
  }

  var findings: [Finding] {
    var needs: [Need] = []
    for folder in folders {
      // That there is no such place is told by the check of the folder.
      guard let room = try? FileSystemRoom(at: folder.path) else { continue }
      let index = needs.firstIndex { $0.room.device == room.device } ?? needs.count
      if index == needs.count { needs.append(Need(room: room)) }
      needs[index].folders.append(escapedName(folder.path.utf8))
    }
    if let plan { add(plan, to: &needs) }
    return needs.flatMap { findings(of: $0) }
  }

  private func add(_ plan: Plan, to needs: inout [Need]) {
    func add(to path: String, _ change: (inout Need) -> Void) {
      guard let device = try? FileSystemRoom(at: path).device,
        let index = needs.firstIndex(where: { $0.room.device == device })
      else { return }
      change(&needs[index])
    }
    let sizes = plan.largestSizes
    for number in plan.written {
      let artifact = plan.artifacts[number]
      var devices: Set<UInt64> = []
      for place in artifact.places.isEmpty ? artifact.stagedPlaces : artifact.places {
        add(to: place.folder) { need in
          need.files += 1
          // Further places on the same file system are links.
          guard devices.insert(need.room.device).inserted else { return }
          need.most = need.most.addingClamped(sizes[number])
          if artifact.isStored { need.least = need.least.addingClamped(sizes[number]) }
        }
      }
    }
    for staged in plan.stagedFolders {
      let artifact = plan.artifacts[staged.artifact]
      let source = try? FileSystemRoom(at: locations.root).device
      add(to: staged.place.folder) { need in
        need.files += Int64(artifact.entries.count)
        if source == need.room.device { return }
        let bytes = plan.bytes(of: artifact)
        (need.least, need.most) = (need.least.addingClamped(bytes), need.most.addingClamped(bytes))
      }
    }
  }

  private func findings(of need: Need) -> [Finding] {
    let folders = need.folders.count > 2 ? need.folders[..<2] + ["\(need.folders.count - 2) more"] : need.folders[...]
    let free = "\(Units.bytes(need.room.bytes)) free for \(listed(Array(folders), "and"))"
    if plan == nil { return [.ok("space", "\(free); not compared with a plan, as there is none")] }
    let most = "at most \(Units.bytes(need.most)) are needed"
    let options = self.folders.map { "--\($0.option)" }
    let mend = "make room, or name folders on another file system by \(listed(options, "and"))"
    var found: [Finding] = []
    if need.least > need.room.bytes {
      found.append(.failure("space", "\(free), at least \(Units.bytes(need.least)) are needed", mend: mend))
    } else if need.most > need.room.bytes {
      found.append(.warning("space", "\(free), \(most) (as if nothing could be compressed)", mend: mend))
    } else {
      found.append(.ok("space", "\(free), \(most)"))
    }
    if let files = need.room.files, files < need.files {
      let few = "\(files) more files can be made for \(listed(Array(folders), "and")), \(need.files) are needed"
      found.append(.failure("inodes", few, mend: mend))
    }
    return found
  }
}

extension Artifact {
  /// Whether its file is as large as its contents, whatever these are.
  fileprivate var isStored: Bool {
    if image != nil { return true }
    guard case .archive(let format, let level) = format else { return false }
    return format == .tar || level == 0
  }
}
