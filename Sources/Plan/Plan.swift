// What a run will write, as plain data: made before a byte is compressed, with every mistake found.

package import Archive
package import Basics
import Files
package import Layout

/// One tarball of a plan.
package struct PlannedTarball: Sendable {
  /// The name of its layout.
  package let layout: String
  package let platform: Platform?
  /// The name of the archive.
  package let fileName: String
  /// Of deflate, 0 to 9.
  package let level: Int
  /// Its entries, sorted; the origin of each is its rule's number in the plan, or `Plan.implied`.
  package let entries: TarEntryList
  /// The numbers of the tarballs that it holds; they stand before it in the plan.
  package let holds: [Int]
  /// The numbers of the images of the plan that it holds.
  package let images: [Int]
  /// Images that it takes from the stage folder as they stand.
  package let stagedImages: Int
}

/// Everything that a run will write.
package struct Plan: Sendable {
  /// The origin of a folder that no rule names.
  package static let implied = UInt32.max

  /// The tarballs, each after those that it holds.
  package internal(set) var tarballs: [PlannedTarball] = []
  /// The images, by the number that tarballs which hold them know them by.
  package internal(set) var images: [PlannedImage] = []
  /// Their distinct contents.
  package internal(set) var contents = ContentTable()
  /// The archives that git is asked for, by spool number.
  package internal(set) var gitArchives: [GitArchive] = []
  /// The rules that brought entries, by number.
  package internal(set) var rules: [RuleOrigin] = []
  /// What is not wrong, but seldom meant.
  package internal(set) var warnings: [String] = []

  /// A store of the contents, with what git archives are read from.
  package func store() -> ContentStore {
    let store = ContentStore(contents)
    for (number, archive) in gitArchives.enumerated() { store.add(spool: archive.spool, number: number) }
    return store
  }

  /// Bytes of an entry's contents; nil for a tarball of the same plan.
  package func size(of tarball: PlannedTarball, at index: Int) -> Int64? {
    switch tarball.entries.body(at: index) {
    case .none: 0
    case .file(_, _, let identity): identity.size
    case .content(let id): contents.size(of: id)
    }
  }

  /// Bytes of all contents of a tarball, those of the tarballs that it holds left out.
  package func bytes(of tarball: PlannedTarball) -> Int64 {
    (0..<tarball.entries.count).reduce(0) { $0 + (size(of: tarball, at: $1) ?? 0) }
  }

  /// Bytes of all tars with a header for each entry, about; the tarballs that others hold are counted once.
  package var tarBytes: Int64 { tarballs.reduce(0) { $0 + tarBytes(of: $1) } }

  /// Bytes of the tar of a tarball, about; those of the tarballs that it holds are left out.
  package func tarBytes(of tarball: PlannedTarball) -> Int64 {
    bytes(of: tarball) + Int64(tarball.entries.count * TarFormat.blockSize)
  }

  /// Bytes of each archive at most, about; the archives that it holds are counted at each place.
  package var largestSizes: [Int64] {
    var sizes: [Int64] = []
    for tarball in tarballs {
      var size = tarBytes(of: tarball)
      for index in 0..<tarball.entries.count {
        guard case .content(let id) = tarball.entries.body(at: index), case .artifact(let number) = contents[id] else {
          continue
        }
        // Those that it holds stand before it.
        size = size.addingClamped(sizes[number])
      }
      // What cannot be made smaller is stored in blocks: by zlib's deflateBound less than a thousandth more.
      sizes.append(size.addingClamped(size >> 10))
    }
    return sizes
  }

  /// Where the contents of an entry come from, for people: a path, or what else it is; nil for no contents.
  package func source(of tarball: PlannedTarball, at index: Int) -> String? {
    if let file = tarball.entries.sourceFile(at: index) { return escapedName(file.path) }
    guard case .content(let id) = tarball.entries.body(at: index) else { return nil }
    return source(of: id)
  }

  /// Where a content comes from, for people.
  func source(of id: ContentID) -> String {
    switch contents[id] {
    case .bytes: "text"
    case .file(let file): escapedName(file.path)
    case .extent(let spool, _, _): "git \(gitArchives[spool].commit)"
    case .spool: "base image"
    case .artifact(let number): tarballs[number].fileName
    case .nested(let number, _): "image \(images[number].name) for \(images[number].platform)"
    }
  }
}

extension Int64 {
  /// The sum, or the largest number where that is more.
  package func addingClamped(_ other: Int64) -> Int64 {
    let (sum, isTooLarge) = addingReportingOverflow(other)
    return isTooLarge ? .max : sum
  }
}
