// The record of outputs as text: what is written is read again, what is no record is refused.

@testable import Basics
@testable import Plan
import Testing
@testable import Write

struct OutputRecordTests {
  private static let digest = SHA256.digest(of: "abc".utf8)

  private static func record(_ paths: [String: OutputOwner]) -> OutputRecord {
    var record = OutputRecord()
    for (path, owner) in paths {
      record.entries[Array(path.utf8)] = .init(
        size: 3, digest: digest, artifact: "A \(path.count)", release: "r", owner: owner)
    }
    return record
  }

  @Test func `a line tells one output; folders below that of the record are relative`() throws {
    let record = Self.record([
      "/r/out/tars/b.tar.gz": .tarball("b"), "/r/out/x.tgz": .tarball("x"), "/r/other/é\n.tar": .image("é"),
      "/root.tar": .image("i"), "/r/out/tars/a.tar.gz": .tarball("a"),
    ])
    let text = record.text(in: Array("/r/out".utf8))
    let sum = "\"size\":3,\"sha256\":\"\(Self.digest)\""
    #expect(
      String(decoding: text, as: UTF8.self) == """
        {"version":1,"outputs":[
        {"folder":".","name":"x.tgz",\(sum),"artifact":"A 12","release":"r","layout":"x"},
        {"folder":"/","name":"root.tar",\(sum),"artifact":"A 9","release":"r","image":"i"},
        {"folder":"/r/other","name":"é\\n.tar",\(sum),"artifact":"A 15","release":"r","image":"é"},
        {"folder":"tars","name":"a.tar.gz",\(sum),"artifact":"A 20","release":"r","layout":"a"},
        {"folder":"tars","name":"b.tar.gz",\(sum),"artifact":"A 20","release":"r","layout":"b"}
        ]}\n
        """)
    #expect(try OutputRecord(text, in: Array("/r/out".utf8)) == record)
    // Below another folder, what is relative has moved with it.
    let moved = try OutputRecord(text, in: Array("/moved".utf8))
    #expect(moved.entries.keys.contains(Array("/moved/tars/a.tar.gz".utf8)))
    #expect(moved.entries.keys.contains(Array("/r/other/é\n.tar".utf8)))
  }

  @Test(arguments: ["/", "/r", "/r/out", "/r/ou"])
  func `a record is read again as it was written, in whatever folder`(folder: String) throws {
    let record = Self.record(["/r/out/a.tar": .image("a"), "/b.tar": .tarball("b"), "/r/c": .tarball("c")])
    let base = Array(folder.utf8)
    #expect(try OutputRecord(record.text(in: base), in: base) == record)
  }

  @Test func `a record of nothing is one`() throws {
    let text = OutputRecord().text(in: [])
    #expect(String(decoding: text, as: UTF8.self) == "{\"version\":1,\"outputs\":[\n\n]}\n")
    #expect(try OutputRecord(text, in: Array("/x".utf8)) == OutputRecord())
  }

  @Test func `a name that is no text is left out`() throws {
    var record = Self.record(["/r/a": .tarball("a")])
    let text = record.text(in: Array("/r".utf8))
    record.entries[Array("/r/".utf8) + [0xFF]] = record.entries[Array("/r/a".utf8)]
    #expect(record.text(in: Array("/r".utf8)) == text)
  }

  /// A record with one output that has these members in place of its own.
  private static func text(_ members: String...) -> String {
    var all = [
      #""folder":"tars""#, #""name":"a.tar""#, #""size":3"#, "\"sha256\":\"\(digest)\"", #""artifact":"a""#,
      #""release":"r""#,
      #""layout":"a""#,
    ]
    for member in members {
      let key = member.prefix { $0 != ":" }
      all.removeAll { $0.hasPrefix(key) }
      if member.contains(":") { all.append(member) }
    }
    return "{\"version\":1,\"outputs\":[\n{\(all.joined(separator: ","))}\n]}"
  }

  @Test(
    arguments: [
      ("", .damaged(line: 1, reason: "expected a value, found the end of the document")),
      ("{\"version\":1,\n\"outputs\":[", .damaged(line: 2, reason: "expected a value, found the end of the document")),
      ("[]", .damaged(line: 1, reason: "expected an object")), ("{}", .damaged(line: 1, reason: #"no "version""#)),
      (#"{"version":"1","outputs":[]}"#, .damaged(line: 1, reason: #"no "version""#)),
      (#"{"version":2,"results":[]}"#, .version("2")), (#"{"version":1.0,"outputs":[]}"#, .version("1.0")),
      (#"{"version":1}"#, .damaged(line: 1, reason: #"no list "outputs""#)),
      ("{\"version\":1,\"outputs\":[\n7]}", .damaged(line: 2, reason: "expected an object")),
      (text(#""size""#), .damaged(line: 2, reason: #"no "size" of a file"#)),
      (text(#""size":-1"#), .damaged(line: 2, reason: #"no "size" of a file"#)),
      (text(#""size":1e3"#), .damaged(line: 2, reason: #"no "size" of a file"#)),
      (text(#""size":9223372036854775808"#), .damaged(line: 2, reason: #"no "size" of a file"#)),
      (text(#""sha256":"ABC""#), .damaged(line: 2, reason: #"no digest in "sha256""#)),
      (text(#""layout""#), .damaged(line: 2, reason: #"no text "layout""#)),
      (text(#""layout""#, #""image":7"#), .damaged(line: 2, reason: #"no text "image""#)),
      (text(#""artifact""#), .damaged(line: 2, reason: #"no text "artifact""#)),
      (text(#""release""#), .damaged(line: 2, reason: #"no text "release""#)),
      (text(#""name":"""#), .damaged(line: 2, reason: "no place of a file")),
      (text(#""name":"..""#), .damaged(line: 2, reason: "no place of a file")),
      (text(#""name":"a/b""#), .damaged(line: 2, reason: "no place of a file")),
      (text(#""name":"a\u0000""#), .damaged(line: 2, reason: "no place of a file")),
      (text(#""folder":"""#), .damaged(line: 2, reason: "no place of a file")),
      (text(#""folder":"../x""#), .damaged(line: 2, reason: "no place of a file")),
      (text(#""folder":"x/../../y""#), .damaged(line: 2, reason: "no place of a file")),
      (text(#""folder":"/x/""#), .damaged(line: 2, reason: "no place of a file")),
      (text(#""folder":"./x""#), .damaged(line: 2, reason: "no place of a file")),
    ] as [(String, RecordFault)])
  func `what is no record is refused, with its place`(text: String, fault: RecordFault) {
    #expect(throws: fault) { try OutputRecord(Array(text.utf8), in: Array("/r".utf8)) }
  }

  @Test func `a record that is not too large has not too many values`() {
    var record = OutputRecord()
    record.entries[[UInt8(ascii: "/"), UInt8(ascii: "a")]] = .init(
      size: 0, digest: Self.digest, artifact: "", release: "", owner: .image(""), isFolder: true)
    let least = record.text(in: []).count - OutputRecord().text(in: []).count
    // The object, and its nine members.
    #expect(RecordFile.largest / least * 8 < OutputRecord.mostValues)
  }

  @Test func `a path in a recorded folder is known, at any depth`() {
    var record = Self.record(["/r/s": .tarball("s"), "/r/t": .tarball("t")])
    record.entries[Array("/r/s".utf8)]?.isFolder = true
    let inside = ["/r/s/a", "/r/s/a/b", "/r/s", "/r/st", "/r/t/a", "/r", "/"].filter {
      record.isInFolder(Array($0.utf8))
    }
    #expect(inside == ["/r/s/a", "/r/s/a/b"])
  }

  @Test func `members that are not known are passed over`() throws {
    let text = Self.text(#""more":[{}]"#)
    #expect(
      try OutputRecord(Array(text.utf8), in: Array("/r".utf8)).entries.keys.map { $0 } == [Array("/r/tars/a.tar".utf8)])
  }
}
