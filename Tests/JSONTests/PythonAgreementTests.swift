// That the reader takes and refuses the documents that Python's json module, made strict, takes and refuses.

import Foundation
import Testing

@Suite struct PythonAgreementTests {
  @Test(.enabled(if: python(running: "", input: "") != nil, "there is no python3"))
  func `the reader and Python's json take and refuse the same documents`() throws {
    let lines = allDocuments.map { document in document.map { String(256 + Int($0), radix: 16).dropFirst() }.joined() }
    let answer = try #require(python(running: verdicts, input: lines.joined(separator: "\n")))
    let wanted = Array(answer)
    try #require(wanted.count == allDocuments.count)
    #expect(allDocuments.count > 1000)
    for (document, verdict) in zip(allDocuments, wanted) {
      let ours = (try? read(document).get()) == nil ? UInt8(ascii: "0") : UInt8(ascii: "1")
      #expect(ours == verdict, "\(String(decoding: document, as: UTF8.self).debugDescription) \(document)")
    }
  }
}

/// Prints 1 for each line whose bytes are JSON, 0 for each other: what Python takes beyond RFC 8259 is refused here.
private let verdicts = """
  import json, sys

  def refuse(word):
      raise ValueError(word)

  def verdict(line):
      try:
          value = json.loads(bytes.fromhex(line).decode("utf-8-sig"), parse_constant=refuse)
          json.dumps(value, ensure_ascii=False).encode("utf-8")
          return "1"
      except ValueError:
          return "0"

  with open(sys.argv[1]) as documents:
      sys.stdout.write("".join(verdict(line) for line in documents.read().split("\\n")))
  """

/// What `program` prints when its first argument is a file that holds `input`; nil where it or Python doesn't run.
private func python(running program: String, input: String) -> Data? {
  let file = FileManager.default.temporaryDirectory.appending(path: "json-\(UUID().uuidString).txt")
  defer { try? FileManager.default.removeItem(at: file) }  // nothing to do about a left temporary file
  let process = Process()
  let output = Pipe()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = ["python3", "-c", program, file.path]
  process.standardOutput = output
  do {
    try Data(input.utf8).write(to: file)
    try process.run()
  } catch {
    return nil
  }
  let answer = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return process.terminationStatus == 0 ? answer : nil
}
