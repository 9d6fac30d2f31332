// A walk through a folder and all folders below it: each thing by lstat alone, in an order that follows from the names,
// with the promise that no folder changed while it was read.

import Basics
private import Glibc

/// A walk through the folder `root`. Its folders can be read by several threads, each by a visit of its own.
package struct FolderWalk: Sendable {
  /// Path of the folder, which may be reached through a link; below it no link is followed.
  package let root: [UInt8]

  package init(of root: [UInt8]) { self.root = root }

  /// A folder to be read, or what is left of a large one.
  package struct Visit: Sendable {
    /// Names that one visit looks at, so that of a folder of a million files no more than the names is held at once.
    package static let mostNames = 1000

    /// Path below the root, which itself is the empty path.
    package let path: [UInt8]
    /// The names that are left; nil for all that are in it.
    fileprivate var names: ArraySlice<[UInt8]>?

    package init(_ path: [UInt8] = []) { self.path = path }

    /// What is left after a visit of these names; nil for nothing.
    fileprivate func rest(of names: ArraySlice<[UInt8]>) -> Visit? {
      var rest = self
      rest.names = names.dropFirst(Self.mostNames)
      return rest.names?.isEmpty == false ? rest : nil
    }
  }

  /// One thing in a folder.
  package struct Item {
    package let name: [UInt8]
    /// Path below the root.
    package let path: [UInt8]
    /// The whole path, to open it by and for messages.
    package let place: [UInt8]
    package let status: FileStatus
    /// Open while the item is given.
    fileprivate let folder: CInt

    /// The target of a symlink; to be asked for only while the item is given.
    package func target() throws(SystemError) -> [UInt8] {
      try Paths.target(of: name, in: folder, path: place)
    }
  }

  /// Gives `take` the things in a folder, those of one visit, in the order of their names; the visit of what is left,
  /// nil for nothing.
  ///
  /// `isShared` says of a folder whether other runs of this program write into it meanwhile, so that it may change;
  /// `isWanted` says which names of a folder are looked at. Throws `FolderChanged` for a folder that was removed or
  /// changed while its names were read.
  package func read(
    _ visit: Visit, isShared: (FileStatus) -> Bool = { _ in false },
    where isWanted: (_ name: [UInt8], _ folder: FileStatus) -> Bool = { _, _ in true }, _ take: (Item) throws -> Void
  ) throws -> Visit? {
    let path = visit.path.isEmpty ? root : root + [slash] + visit.path
    let folder = try FileHandle(opening: path, O_RDONLY | O_DIRECTORY | (visit.path.isEmpty ? 0 : O_NOFOLLOW))
    let status = FileStatus(try folder.status())
    let names = try visit.names ?? FolderListing.names(ofSource: folder, since: isShared(status) ? nil : status)[...]
    for name in names.prefix(Visit.mostNames) where isWanted(name, status) {
      let place = path + [slash] + name
      let found = try FileStatus.of(name, in: folder.descriptor, path: place)
      let below = visit.path.isEmpty ? name : visit.path + [slash] + name
      try take(Item(name: name, path: below, place: place, status: found, folder: folder.descriptor))
    }
    return visit.rest(of: names)
  }

  /// Gives `take` everything below the root on this thread: a folder before what is in it, of two folders the one with
  /// the later name first.
  package func all(_ take: (Item) throws -> Void) throws {
    var pending = [Visit()]
    while let visit = pending.popLast() {
      let rest = try read(visit) { item in
        try take(item)
        if item.status.isFolder { pending.append(Visit(item.path)) }
      }
      if let rest { pending.append(rest) }
    }
  }
}

private let slash = UInt8(ascii: "/")
