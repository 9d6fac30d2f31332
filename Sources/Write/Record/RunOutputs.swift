// The files of a run as the record has them: those that it wrote, and those that it left alone.

import Archive
import Basics
import Files
import Plan

/// The outputs of one run.
struct RunOutputs {
  /// What the record has of each file, by its absolute path without links.
  private(set) var entries: [[UInt8]: OutputRecord.Entry] = [:]
  /// The paths of files that must not be there after the run.
  private(set) var absent: Set<[UInt8]> = []

  /// `artifacts` are all of the plan that have a place. Reads the files that are copied beside images and whose digest
  /// `memory` does not know.
  init(
    _ artifacts: [WrittenArtifact], of plan: Plan, in folder: ReleaseFolder, _ memory: ReleaseMemory?,
    _ paths: inout OutputPaths
  ) throws {
    let copies = Copies(plan: plan, memory: memory)
    for written in artifacts {
      let number = written.result.artifact
      let artifact = plan.artifacts[number]
      for file in written.finished(in: folder, artifact) {
        let path = try paths.place(of: folder.path(of: file.place))
        let digest = try file.digest ?? copies.digest(beside: number)
        entries[path] = OutputRecord.Entry(
          size: file.size, digest: digest, artifact: artifact.title, owner: artifact.owner)
      }
      for companion in artifact.companions {
        guard case .absence = companion.contents else { continue }
        absent.insert(try paths.place(of: folder.path(of: folder[companion.place])))
      }
    }
  }

  /// Whether the run has a say in what stands at this path.
  func decide(on path: [UInt8]) -> Bool { entries[path] != nil || absent.contains(path) }
}

/// The digests of files that are copied beside images.
private struct Copies {
  let plan: Plan
  let memory: ReleaseMemory?
  private let sources: SourceDigests

  init(plan: Plan, memory: ReleaseMemory?) {
    (self.plan, self.memory) = (plan, memory)
    sources = SourceDigests(SourceStore(plan.sources), index: nil)
  }

  /// The digest of the file beside the image of this number.
  func digest(beside number: Int) throws -> Digest {
    if let known = memory?.copyDigest(of: number) { return known }
    guard let executable = plan.artifacts[number].image?.executable else {
      preconditionFailure("a copy beside what is no image")
    }
    return try sources.digest(of: executable.file)
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
