// The files of a run as the record has them: those that it wrote, and those that it left alone.

import Archive
import Basics
import Files
import Plan
import Threads

/// The outputs of one run.
struct RunOutputs {
  /// What the record has of each file, by its absolute path without links.
  private(set) var entries: [[UInt8]: OutputRecord.Entry] = [:]
  /// The paths of files that must not be there after the run.
  private(set) var absent: Set<[UInt8]> = []
  /// The folders of the stage that the run makes, each with a slash behind it.
  private var folders: [[UInt8]] = []

  /// `artifacts` are all of the plan that have a place; `copies` has the digest of the file that is copied beside each
  /// image, by number.
  init(
    _ artifacts: [WrittenArtifact], _ staged: [RecordedFolder], _ checksums: [ChecksumResult], of plan: Plan,
    in folder: ReleaseFolder, copies: [Int: Digest], _ paths: inout OutputPaths
  ) throws {
    for staged in staged {
      let artifact = plan.artifacts[staged.folder.artifact]
      let path = try paths.place(of: Array(staged.folder.place.path.utf8))
      folders.append(path + [UInt8(ascii: "/")])
      entries[path] = OutputRecord.Entry(
        size: staged.bytes, digest: staged.digest, artifact: artifact.title, release: plan.release.name,
        owner: artifact.owner, isFolder: true)
    }
    for written in artifacts {
      let number = written.result.artifact
      let artifact = plan.artifacts[number]
      // One that only folders of the stage hold has no name of its own; the digests of these folders cover it.
      if artifact.places.isEmpty { continue }
      for file in written.finished(in: folder, artifact) {
        let path = try paths.place(of: folder.path(of: file.place))
        guard let digest = file.digest ?? copies[number] else { preconditionFailure("a copy beside what is no image") }
        entries[path] = OutputRecord.Entry(
          size: file.size, digest: digest, artifact: artifact.title, release: plan.release.name, owner: artifact.owner)
      }
      for companion in artifact.companions {
        guard case .absence = companion.contents else { continue }
        absent.insert(try paths.place(of: folder.path(of: folder[companion.place])))
      }
    }
    for checksum in checksums {
      let path = try paths.place(of: folder.path(of: folder[checksum.file.place]))
      let artifact = checksum.file.isList ? nil : checksum.file.members.first.map { plan.artifacts[$0.artifact] }
      entries[path] = OutputRecord.Entry(
        size: checksum.size, digest: checksum.digest, artifact: artifact?.title ?? checksum.file.place.name,
        release: plan.release.name, owner: artifact?.owner ?? .release, isChecksums: true)
    }
  }

  /// Whether the path is in a folder that the run makes: what an earlier run had there is gone.
  func holds(_ path: [UInt8]) -> Bool { folders.contains { path.starts(with: $0) } }

  /// Whether the run has a say in what stands at this path.
  func decide(on path: [UInt8]) -> Bool { entries[path] != nil || absent.contains(path) }
}

/// A folder of the stage as the record has it.
struct RecordedFolder {
  let folder: StagedFolder
  /// Bytes of all files in it.
  let bytes: Int64
  let digest: Digest
}

/// Finds the digests of the files that are copied beside images.
enum CopyDigests {
  /// The digests, by the number of the image. Reads the files whose digest `memory` does not know, on `jobs` threads.
  static func find(_ artifacts: [WrittenArtifact], of plan: Plan, _ memory: ReleaseMemory?, jobs: Int) throws -> [Int:
    Digest]
  {
    let sources = SourceDigests(SourceStore(plan.sources), index: nil)
    let files = artifacts.filter { !$0.result.isUnchanged }.compactMap { written in
      let number = written.result.artifact
      return plan.artifacts[number].image?.executable.map { (number: number, file: $0.file) }
    }
    let digests = try ordered(files, jobs: jobs) {
      try memory?.copyDigest(of: $0.number) ?? sources.digest(of: $0.file)
    }
    return Dictionary(uniqueKeysWithValues: zip(files.map(\.number), digests))
  }
}

extension WrittenArtifact {
  /// All of its files and those of its companions.
  fileprivate func finished(in folder: ReleaseFolder, _ artifact: Artifact) -> [FinishedFile] {
    if result.isUnchanged { return standing }
    let links = artifact.places.dropFirst().map {
      FinishedFile(place: folder[$0], size: result.size, digest: result.digest)
    }
    return files.map { FinishedFile(place: $0.place, size: $0.identity.size, digest: $0.digest) } + links
  }
}
