// The store gives back what was added, by name and platform.

@testable import Basics
@testable import Files
import Glibc
@testable import Image
@testable import TestSupport
import Testing

struct BaseStoreTests {
  private let amd64 = Platform(os: "linux", architecture: "amd64")
  private let arm64 = Platform(os: "linux", architecture: "arm64", variant: "v8")

  private func sample(_ architecture: String, _ folder: borrowing ImageFolder) throws -> BaseImage {
    let sample = SampleImage(architecture: architecture)
    return try ImageSourceTests.read(folder.write(Member.tar(sample.docker), to: "\(architecture).tar"))
  }

  @Test func `one name holds a base a platform, and the same platform is replaced`() throws {
    let folder = try ImageFolder()
    let store = BaseStore("\(folder.path)/deep/store")
    #expect(try store.isEmpty())
    let name = try Reference("docker.io/library/base")
    for architecture in ["amd64", "arm64", "amd64"] {
      try store.add([try sample(architecture, folder)], as: name, into: OutputFolder(store.path))
    }
    #expect(try store.list().bases.map(\.platform.architecture) == ["amd64", "arm64"])
    let arm = try store.image(Reference("base:latest"), for: arm64)
    #expect(arm.configDigest == ImageDigest(of: SampleImage(architecture: "arm64").config))
    #expect(arm.layers.map(\.diffID.hex) == [sha(SampleImage.lower), sha(SampleImage.upper)])
  }

  @Test func `a layout that another tool wrote is a store, and its other images stay`() throws {
    let folder = try ImageFolder()
    let store = BaseStore(try folder.write(SampleImage().layout, to: "store"))
    try store.add([try sample("arm64", folder)], as: Reference("other"), into: OutputFolder(store.path))
    #expect(
      try store.image(Reference("sample:1"), for: amd64).manifestDigest == ImageDigest(of: SampleImage().manifest))
    #expect(try store.list().bases.map(\.reference.familiar) == ["other:latest", "sample:1"])
  }

  @Test func `what is missing or for another platform is told with what there is`() throws {
    let folder = try ImageFolder()
    let store = BaseStore(try folder.write(SampleImage().layout, to: "store"))
    #expect(throws: ImageError(store.path, "", "no base other:latest: there is sample:1")) {
      _ = try store.image(Reference("other"), for: amd64)
    }
    let error = #expect(throws: BaseForOthers.self) { _ = try store.image(Reference("sample:1"), for: arm64) }
    #expect(error?.found == [amd64])
    #expect(error?.description == "\(store.path): sample:1: the base is for linux/amd64, not for linux/arm64/v8")
  }

  @Test func `of two bases of one name and platform none is taken, but by its digest`() throws {
    let folder = try ImageFolder()
    let store = BaseStore(try folder.write(SampleImage().layout, to: "store"))
    try store.add([try sample("amd64", folder)], as: Reference("sample:2"), into: OutputFolder(store.path))
    let text = String(decoding: try folder.read("store/index.json"), as: UTF8.self)
    let twins = text.replacing("docker.io/library/sample:2", with: "sample:1")
    _ = try folder.write(Array(twins.utf8), to: "store/index.json")
    let digests = try store.list().bases.map(\.manifestDigest)
    let choices = digests.map { "\($0)" }.joined(separator: ", ")
    let reason = "holds several bases sample:1 for linux/amd64: \(choices)"
    let error = ImageError(store.path, "", "\(reason); `kpack base remove sample@DIGEST` takes one out")
    #expect(throws: error) { _ = try store.image(Reference("sample:1"), for: amd64) }
    #expect(throws: error) { _ = try store.listToLock() }
    #expect(digests.count == 2)
    for digest in digests {
      #expect(try store.image(Reference("sample:1@\(digest)"), for: amd64).manifestDigest == digest)
    }
  }

  @Test(arguments: ["blobs", "blobs/sha256"])
  func `a store whose blobs are elsewhere is neither read nor written`(name: String) throws {
    let folder = try ImageFolder()
    let store = BaseStore(try folder.write(SampleImage().layout, to: "store"))
    let image = try store.image(Reference("sample:1"), for: amd64)
    let elsewhere = "\(folder.path)/elsewhere"
    #expect(rename("\(store.path)/\(name)", elsewhere) == 0)
    let reading = try ImageFolder()
    let found = try sample("arm64", reading)
    #expect(symlink(elsewhere, "\(store.path)/\(name)") == 0)
    let refusal = ImageError("\(store.path)/\(name)", "", "expected a folder, found a symlink")
    #expect(throws: refusal) { _ = try store.list().bases }
    #expect(throws: refusal) { _ = try store.image(image.reference, for: amd64) }
    let before = try FolderListing.names(of: FileHandle(opening: Array(elsewhere.utf8), O_RDONLY))
    #expect(throws: refusal) { try store.add([found], as: Reference("new"), into: OutputFolder(store.path)) }
    #expect(try FolderListing.names(of: FileHandle(opening: Array(elsewhere.utf8), O_RDONLY)) == before)
  }

  @Test func `a root file system makes the same base each time`() throws {
    let folder = try ImageFolder()
    let path = try folder.write(Gzip.stored(SampleImage.lower), to: "root.tar.gz")
    var settings = ImageSettings()
    settings.command = ["sh"]
    let bases = try ["a", "b"].map { name in
      let store = BaseStore("\(folder.path)/\(name)")
      let base = NewBase(try Reference("root"), for: amd64, settings: settings, created: 1)
      let image = try base.image(from: .file(path: path), spoolingNear: folder.path)
      try store.add([image], as: Reference("root"), into: OutputFolder(store.path))
      return try store.image(Reference("root"), for: amd64)
    }
    #expect(bases[0].manifestDigest == bases[1].manifestDigest)
    #expect(bases[0].config.settings.command == ["sh"])
    #expect(bases[0].layers.map(\.diffID.hex) == [sha(SampleImage.lower)])
  }

  @Test(
    arguments: [
      ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "expected a tar archive, found data compressed with xz"),
      (Array("BZh91AY&SY".utf8), "expected a tar archive, found data compressed with bzip2"),
      (Array("B".utf8), "expected a tar archive, found other bytes"),
    ] as [([UInt8], String)])
  func `a root file system that is no archive is told by what it is`(magic: [UInt8], fault: String) throws {
    let folder = try ImageFolder()
    let path = try folder.write(magic + [UInt8](repeating: 1, count: 1024), to: "root.tar")
    let error = #expect(throws: ImageError.self) {
      let base = NewBase(try Reference("root"), for: amd64, settings: ImageSettings(), created: 0)
      _ = try base.image(from: .file(path: path), spoolingNear: folder.path)
    }
    #expect(error?.description.hasSuffix("\(path): \(fault)") == true, "\(error?.description ?? "")")
    #expect(throws: ImageError(path, "", fault)) { _ = try ImageSourceTests.read(path) }
  }

  @Test func `a lock takes what it was made of and nothing else`() throws {
    let folder = try ImageFolder()
    let store = BaseStore(try folder.write(SampleImage().layout, to: "store"))
    let path = try folder.write(Array(BaseLock(store.list().bases, path: "").text.utf8), to: "bases.lock.json")
    let lock = try #require(try BaseLock.read(path))
    #expect(lock.items.count == 1)
    try lock.check(store.image(Reference("sample:1"), for: amd64))
    let changed = try sample("amd64", folder)
    #expect(throws: ImageError.self) { try lock.check(changed) }
    #expect(throws: ImageError(path, "", "the base arm:latest for linux/arm64 is not locked")) {
      try store.add([try sample("arm64", folder)], as: Reference("arm"), into: OutputFolder(store.path))
      try lock.check(store.image(Reference("arm"), for: arm64))
    }
  }

  @Test func `a name with a digest is added and found when that is the manifest's`() throws {
    let folder = try ImageFolder()
    let store = BaseStore(try folder.write(SampleImage().layout, to: "store"))
    let right = ImageDigest(of: SampleImage().manifest)
    let wrong = ImageDigest(of: [])
    for name in ["sample@\(right)", "sample:1@\(right)"] {
      #expect(try store.image(Reference(name), for: amd64).manifestDigest == right)
    }
    #expect(throws: ImageError(store.path, "", "no base sample@\(wrong): of that name there is \(right)")) {
      _ = try store.image(Reference("sample@\(wrong)"), for: amd64)
    }
    #expect(throws: ImageError(store.path, "", "no base sample:2@\(right): there is sample:1")) {
      _ = try store.image(Reference("sample:2@\(right)"), for: amd64)
    }
    let image = try store.image(Reference("sample:1"), for: amd64)
    #expect(throws: ImageError("new@\(wrong)", "", "the manifest of what is to be added is \(right)")) {
      try store.add([image], as: Reference("new@\(wrong)"), into: OutputFolder(store.path))
    }
    try store.add([image], as: Reference("new@\(right)"), into: OutputFolder(store.path))
    #expect(try store.list().bases.map(\.reference.familiar) == ["new@\(right)", "sample:1"])
  }

  @Test func `a name with a digest is what was locked under its tag`() throws {
    let folder = try ImageFolder()
    let store = BaseStore(try folder.write(SampleImage().layout, to: "store"))
    let lock = BaseLock(try store.list().bases, path: "lock")
    try lock.check(store.image(Reference("sample@\(ImageDigest(of: SampleImage().manifest))"), for: amd64))
  }
}
