// Which images of a file are taken for a base.

@testable import Basics
@testable import Image
@testable import TestSupport
import Testing

@Suite struct `Choosing images` {
  /// A layout folder of these images, each "NAME OS/ARCHITECTURE".
  private func source(_ images: [String], in folder: borrowing ImageFolder) throws -> any ImageSource {
    var members = SampleImage().layout
    members.removeAll { $0.name == "index.json" }
    let descriptors = images.map { image in
      let parts = image.split(whereSeparator: { " /".contains($0) }).map { String($0) }
      let sample = SampleImage(architecture: parts[2]) { name, text in
        name == "config" ? text.replacing(#""os":"linux""#, with: #""os":"\#(parts[1])""#) : text
      }
      for bytes in [sample.manifest, sample.config] {
        members.append(Member(name: "blobs/sha256/\(sha(bytes))", bytes: bytes))
      }
      return """
        {"mediaType":"\(MediaType.manifest)","digest":"sha256:\(sha(sample.manifest))",\
        "size":\(sample.manifest.count),"annotations":{"org.opencontainers.image.ref.name":"\(parts[0])"}}
        """
    }
    let index = #"{"schemaVersion":2,"manifests":[\#(descriptors.joined(separator: ","))]}"#
    members.append(Member(name: "index.json", bytes: Array(index.utf8)))
    return try ImageSources.open(folder.write(members, to: "layout"), spoolingNear: folder.path)
  }

  @Test(
    arguments: [
      (["g:1 linux/amd64", "g:1 windows/amd64"], nil, ["linux/amd64", "windows/amd64"]),
      (["g:1 linux/amd64", "g:1 windows/amd64"], "amd64", ["linux/amd64"]),
      (["g:1 linux/amd64", "q:1 linux/amd64", "q:1 linux/arm"], nil, ["linux/amd64", "linux/arm"]),
      (["g:1 linux/amd64", "w:1 linux/s390x"], "s390x", ["linux/s390x"]),
    ] as [([String], String?, [String])])
  func `images of one name are taken, on linux where the architecture is asked for`(
    images: [String], architecture: String?, platforms: [String]
  ) throws {
    let folder = try ImageFolder()
    let taken = try source(images, in: folder).images(
      for: Reference("q:1"), on: architecture.map { Platform(os: "linux", architecture: $0) }
    ).images
    #expect(taken.map { "\($0.platform)" } == platforms)
  }

  @Test func `unrelated images are not merged`() throws {
    let folder = try ImageFolder()
    let source = try source(["g:1 linux/amd64", "g:1 linux/arm64", "w:1 linux/s390x"], in: folder)
    let choices = "g:1 (linux/amd64), g:1 (linux/arm64), w:1 (linux/s390x)"
    #expect(throws: ImageError(source.path, "", "holds several images, none named q:latest: \(choices)")) {
      _ = try source.images(for: Reference("q"))
    }
    #expect(try source.images(for: Reference("q"), named: Reference("g:1")).images.count == 2)
  }

  @Test(arguments: [
    ([], "holds no image"),
    (
      ["g:1 linux/arm64", "g:2 linux/arm64", "g:3 linux/s390x"], "is for linux/arm64, linux/s390x, not for linux/amd64"
    ),
  ])
  func `an architecture that is not there is told with those that are, if any`(images: [String], reason: String) throws
  {
    let folder = try ImageFolder()
    let source = try source(images, in: folder)
    #expect(throws: ImageError(source.path, "", reason)) {
      _ = try source.images(for: Reference("q:1"), on: Platform(os: "linux", architecture: "amd64"))
    }
  }

  @Test func `an architecture that is there for Windows alone is not there`() throws {
    let folder = try ImageFolder()
    let source = try source(["g:1 windows/amd64"], in: folder)
    #expect(throws: ImageError(source.path, "", "is for windows/amd64, not for linux/amd64")) {
      _ = try source.images(for: Reference("g:1"), on: Platform(os: "linux", architecture: "amd64"))
    }
  }
}
