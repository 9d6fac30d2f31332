// Documents of more values than any image needs: they are refused before something is made of each value.

@testable import Image
@testable import TestSupport
import Testing

struct DocumentBoundTests {
  private static func list(_ item: String, _ count: Int) -> String {
    "[\([String](repeating: item, count: count).joined(separator: ","))]"
  }

  private static func object(_ count: Int) -> String {
    "{\((0..<count).map { #""\#($0)":"""# }.joined(separator: ","))}"
  }

  private static func config(_ settings: String) throws -> ImageConfig {
    let text = #"{"architecture":"amd64","os":"linux","rootfs":{},"config":{\#(settings)}}"#
    return try ImageConfig(DocumentField(reading: Array(text.utf8), place: "file"))
  }

  @Test func `a document has a million values at most`() throws {
    let read = { (count: Int) in try DocumentField(reading: Array(Self.list("0", count).utf8), place: "file") }
    _ = try read(999_999)
    let error = try #require(throws: ImageError.self) { _ = try read(1_000_000) }
    #expect(
      error == ImageError("file", "[999999]", "line 1, column 2000000: expected at most 1000000 values, found more"))
  }

  @Test(arguments: ["Env", "Cmd", "Entrypoint", "OnBuild", "Shell"])
  func `a list has a hundred thousand items at most`(key: String) throws {
    _ = try Self.config(#""\#(key)":\#(Self.list(#""""#, 100_000))"#)
    let error = try #require(throws: ImageError.self) {
      _ = try Self.config(#""\#(key)":\#(Self.list("null", 100_001))"#)
    }
    #expect(error == ImageError("file", "config.\(key)", "more than 100000 items"))
  }

  @Test func `an object has a hundred thousand members at most`() throws {
    #expect(try Self.config(#""Labels":\#(Self.object(100_000))"#).settings.labels.count == 100_000)
    let error = try #require(throws: ImageError.self) { _ = try Self.config(#""Labels":\#(Self.object(100_001))"#) }
    #expect(error == ImageError("file", "config.Labels", "more than 100000 members"))
  }

  @Test(arguments: [
    ("layers", #""layers":["#, "layers: more than 10000 layers"),
    ("index.json", #""manifests":["#, "manifests: more than 10000 descriptors"),
  ])
  func `layers and descriptors are bounded`(document: String, start: String, message: String) throws {
    let nulls = [String](repeating: "null,", count: 10_000).joined()
    let image = LayeredImage([.init(Member.tar([Member(name: "x")]))])
    var manifest = image.manifest
    if document == "layers" {
      manifest = Array(String(decoding: manifest, as: UTF8.self).replacing(start, with: start + nulls).utf8)
    }
    let layout = image.layout.map { member in
      var member = member
      if member.bytes == image.manifest {
        return Member(name: "blobs/sha256/\(sha(manifest))", bytes: manifest)
      } else if member.name == "index.json" {
        let text = String(decoding: member.bytes, as: UTF8.self)
          .replacing(sha(image.manifest), with: sha(manifest))
          .replacing("\"size\":\(image.manifest.count)", with: "\"size\":\(manifest.count)")
        member.bytes = Array((document == "index.json" ? text.replacing(start, with: start + nulls) : text).utf8)
      }
      return member
    }
    let error = try #require(throws: ImageError.self) { _ = try layout.readAsFolder() }
    #expect("\(error)".hasSuffix(message), "\(error)")
  }
}
