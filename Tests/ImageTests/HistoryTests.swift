// The history of an image over a base whose own is short or tells no times: filled up at its beginning, each item with a time.

@testable import Basics
@testable import Image
@testable import JSON
import Testing

struct HistoryTests {
  private static let ids = ([[1], [2], [3]] as [[UInt8]]).map { "\"\(ImageDigest(of: $0))\"" }.joined(separator: ",")
  private static let base = #"{"created":"2017-07-14T02:40:00Z","created_by":"base"}"#
  private static let new = #"{"created":"2017-07-14T02:40:00Z","created_by":"new"}"#

  /// An item with these members and the time of the image.
  private static func timed(_ members: String?) -> String {
    "{\(members.map { "\($0)," } ?? "")\"created\":\"2017-07-14T02:40:00Z\"}"
  }

  private static func config(_ history: String) throws -> ImageConfig {
    let text = """
      {"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[\(ids)]}\(history)}
      """
    return try ImageConfig(DocumentField(reading: Array(text.utf8), place: "config"))
  }

  @Test(arguments: [
    ("", [base, base, base]), (#","history":[]"#, [base, base, base]), (#","history":null"#, [base, base, base]),
    (#","history":[{"created_by":"COPY"}]"#, [base, base, timed(#""created_by":"COPY""#)]),
    (#","history":[{"a":1},{"b":2}]"#, [base, timed(#""a":1"#), timed(#""b":2"#)]),
    (#","history":[{"a":1},null,{"b":2}]"#, [base, timed(#""a":1"#), timed(#""b":2"#)]),
    (#","history":[{"empty_layer":true}]"#, [base, base, base, timed(#""empty_layer":true"#)]),
    (
      #","history":[{"a":1},{"empty_layer":true},{"b":2},{"empty_layer":false}]"#,
      [timed(#""a":1"#), timed(#""empty_layer":true"#), timed(#""b":2"#), timed(#""empty_layer":false"#)]
    ),
    (
      #","history":[{"created":"2001-01-01T00:00:00Z"},{"created":null},{"created":""}]"#,
      [#"{"created":"2001-01-01T00:00:00Z"}"#, timed(nil), timed(nil)]
    ),
  ])
  func `a history tells of every layer`(history: String, items: [String]) throws {
    let config = try Self.config(history).adding(
      layer: ImageDigest(of: [4]), settings: ImageSettings(), platform: Platform(os: "linux", architecture: "amd64"),
      created: 1_500_000_000, createdBy: "new")
    let expected = "\"history\":[\((items + [Self.new]).joined(separator: ","))]"
    #expect(config.json.text.contains(expected), "\(config.json.text)")
  }

  @Test(arguments: [4, 5])
  func `a history that tells of more layers than there are is refused`(count: Int) throws {
    let items = [String](repeating: "{}", count: count).joined(separator: ",")
    let error = try #require(throws: ImageError.self) { _ = try Self.config(#","history":[\#(items)]"#) }
    #expect(error == ImageError("config", "history", "tells of \(count) layers, rootfs.diff_ids of 3"))
    _ = try Self.config(#","history":[\#(items.replacing("{}", with: #"{"empty_layer":true}"#))]"#)
  }
}
