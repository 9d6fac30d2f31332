// The platform of an image: what its config tells, and what only the descriptor of it does.

@testable import Files
@testable import Image
@testable import TestSupport
import Testing

@Suite struct `The platform that is told` {
  /// A layout of one image, whose config begins with `config` and whose descriptor has the platform `descriptor`.
  private func source(
    _ config: String, _ descriptor: String?, in folder: borrowing ImageFolder
  ) throws -> any ImageSource {
    var sample = SampleImage()
    sample.edit = { name, text in
      switch name {
      case "config": text.replacing(#""architecture":"amd64","os":"linux","#, with: config)
      case "index":
        text.replacing(#""annotations""#, with: (descriptor.map { #""platform":{\#($0)},"# } ?? "") + #""annotations""#)
      default: text
      }
    }
    return try ImageSources.open(folder.write(sample.layout, to: "layout"), spoolingNear: folder.path)
  }

  @Test(
    arguments: [
      (#""architecture":"arm","os":"linux","#, #""architecture":"arm","os":"linux","variant":"v6""#, "linux/arm/v6"),
      (#""architecture":"arm","os":"linux","variant":"v5","#, nil, "linux/arm/v5"),
      (
        #""architecture":"arm","os":"linux","variant":"v5","#,
        #""architecture":"arm","os":"linux","variant":"v7""#, "linux/arm/v5"
      ),
      (#""architecture":"arm","os":"linux","variant":"","#, nil, "linux/arm"),
      (#""architecture":"arm","os":"linux","variant":null,"#, nil, "linux/arm"),
      (
        #""architecture":"arm64","os":"linux","#, #""architecture":"arm64","os":"linux","variant":"v8""#,
        "linux/arm64/v8"
      ),
      ("", #""architecture":"s390x","os":"linux""#, "linux/s390x"),
      (#""architecture":"s390x","#, #""architecture":"s390x","os":"linux""#, "linux/s390x"),
      (#""architecture":null,"os":"","#, #""architecture":"s390x","os":"linux""#, "linux/s390x"),
      (#""architecture":"s390x","os":"linux","#, #""architecture":"","os":"""#, "linux/s390x"),
      (#""architecture":"s390x","os":"linux","#, "", "linux/s390x"),
      (
        #""architecture":"amd64","os":"windows","os.version":"10.0.1","#, #""architecture":"amd64","os":"windows""#,
        "windows(10.0.1)/amd64"
      ),
      (
        #""architecture":"amd64","os":"windows","#, #""architecture":"amd64","os":"windows","os.version":"10.0.2""#,
        "windows(10.0.2)/amd64"
      ),
    ] as [(String, String?, String)])
  func `the config's comes first, and the descriptor's is for what lacks`(
    config: String, descriptor: String?, platform: String
  ) throws {
    let folder = try ImageFolder()
    let images = try source(config, descriptor, in: folder).images()
    #expect(images.map { "\($0.platform)" } == [platform])
    // A base says the same when it is read again from a store that it was added to.
    let store = BaseStore("\(folder.path)/store")
    let image = try #require(images.first)
    let base = try source(config, descriptor, in: folder).read(image, as: Reference("base"))
    try store.add([base], as: Reference("base"), into: OutputFolder(store.path))
    #expect(try store.list().bases.map { "\($0.platform)" } == [platform])
  }

  @Test(
    arguments: [
      ("", nil, "os: expected letters"), (#""os":"linux","#, nil, "architecture: expected letters"),
      (#""architecture":"amd64","os":"","#, nil, "os: expected letters"),
      (#""architecture":"amd64","os":"linux","#, #""architecture":"arm64","os":"linux""#, "for linux/arm64, but its"),
      (
        #""architecture":"a b","os":"linux","#, #""architecture":"amd64","os":"linux""#,
        "architecture: expected letters"
      ),
      (#""architecture":"amd64","os":"linux","#, #""architecture":"a b","os":"linux""#, "platform.architecture: expec"),
      (#""architecture":"amd64","os":"windows","os.version":"1\u0007","#, nil, "os.version: expected letters"),
    ] as [(String, String?, String)])
  func `a platform that nothing tells, or both tell otherwise, is refused`(
    config: String, descriptor: String?, fault: String
  ) throws {
    let folder = try ImageFolder()
    let source = try source(config, descriptor, in: folder)
    let error = try #require(throws: ImageError.self) { _ = try source.images() }
    #expect(error.description.contains(fault), "\(error)")
  }

  @Test func `a lock of an older kpack, which knew less of the platform, holds`() throws {
    let folder = try ImageFolder()
    let arm = #""architecture":"arm","os":"linux","#
    let source = try source(arm, #""architecture":"arm","os":"linux","variant":"v6""#, in: folder)
    let image = try #require(try source.images().first)
    let base = try source.read(image, as: Reference("sample:1"))
    let older = """
      {"bases":[{"reference":"sample:1","platform":{"architecture":"arm","os":"linux"},\
      "manifest":"\(base.manifestDigest)","config":"\(base.configDigest)",\
      "diffIDs":[\(base.layers.map { "\"\($0.diffID)\"" }.joined(separator: ","))]}]}
      """
    try BaseLock(reading: Array(older.utf8), path: "lock").check(base)
  }
}
