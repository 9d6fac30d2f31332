// kpack base on folders that are no store of bases, or a damaged one: what is refused, and that nothing changes.

import Foundation
import Testing

@Suite struct BaseFaultTests {
  private static let layout = #"{"imageLayoutVersion":"1.0.0"}"#

  @Test(arguments: [
    (["index.json": "[]", "oci-layout": layout], "index.json: expected an object"),
    (["index.json": #"{"schemaVersion":2,"manifests":[]}"#], "oci-layout: missing"),
    (["oci-layout": #"{"imageLayoutVersion":"9"}"#], #"oci-layout: imageLayoutVersion: expected "1.0.0", found "9""#),
  ])
  func `a damaged store stays as it is`(files: [String: String], message: String) throws {
    let box = try Sandbox.withRoot()
    for (name, text) in files { try box.write(text, to: "store/\(name)") }
    let outcome = try box.kpack("base", "add", "x", "--rootfs", "root", "--arch", "amd64", "--bases", "store")
    #expect(outcome.status == 3 && outcome.errors.hasPrefix("kpack: error: store: \(message)"), "\(outcome)")
    #expect(try box.files(in: "store") == files.mapValues { Data($0.utf8) })
  }

  @Test func `a store without bases is a folder that is empty`() throws {
    let box = try Sandbox()
    try box.sh("mkdir empty && mkdir killed && : >killed/.kpack-tmp-0")
    for folder in ["empty", "killed"] {
      #expect(try box.kpack("base", "list", "--bases", folder) == Outcome(status: 0, output: "", errors: ""))
      let refusal = "kpack: error: \(folder): no bases to lock: there is no store\n"
      let outcome = try box.kpack("base", "lock", "--bases", folder)
      #expect(outcome == Outcome(status: 3, output: "", errors: refusal))
    }
    #expect(try box.names(in: "") == ["empty", "killed"])
  }

  @Test(arguments: ["list", "lock"])
  func `what is no store is not taken for one without bases`(command: String) throws {
    let box = try Sandbox()
    try box.write("x", to: "file")
    try box.write("x", to: "other/file")
    try box.write(Self.layout, to: "cut/oci-layout")
    for (path, reason) in [("other", "oci-layout: missing"), ("cut", "index.json: missing")] {
      let outcome = try box.kpack("base", command, "--bases", path)
      #expect(outcome == Outcome(status: 3, output: "", errors: "kpack: error: \(path): \(reason)\n"))
    }
    for (path, found) in [("file", "a file"), ("missing", "nothing")] {
      let outcome = try box.kpack("base", command, "--bases", path)
      let message = "kpack: error: --bases: \(path): expected a folder, found \(found)\n"
      #expect(outcome == Outcome(status: 2, output: "", errors: message))
    }
    let usual = try box.kpack("base", command)
    let message = "kpack: error: _output/bases: no bases to \(command): there is no store\n"
    #expect(usual == Outcome(status: 3, output: "", errors: message))
    #expect(try box.names(in: "other") == ["file"] && box.names(in: "cut") == ["oci-layout"])
  }

  @Test func `a store without images cannot be locked`() throws {
    let box = try Sandbox()
    try box.write(Self.layout, to: "store/oci-layout")
    try box.write(#"{"schemaVersion":2,"manifests":[]}"#, to: "store/index.json")
    let refusal = "kpack: error: store: no bases to lock: it holds no image\n"
    #expect(try box.kpack("base", "lock", "--bases", "store") == Outcome(status: 3, output: "", errors: refusal))
    #expect(try box.names(in: "store") == ["index.json", "oci-layout"])
  }

  @Test func `a store whose images are all passed over is not locked, and the first is told with its reason`() throws {
    let box = try Sandbox.withRoot()
    try #require(
      try box.kpack("base", "add", "a", "--rootfs", "root", "--arch", "amd64", "--bases", "store").status == 0)
    let digest = try #require(try box.kpack("base", "list", "--bases", "store").lines.first?.suffix(64))
    // An index of which nothing was saved.
    let index = """
      {"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","size":1,\
      "digest":"sha256:\(String(repeating: "0", count: 64))"}]}
      """
    try box.write(index, to: "store/blobs/sha256/\(digest)")
    let sum = try box.sh("sha256sum <\"store/blobs/sha256/$1\"", String(digest)).prefix(64)
    try box.sh("mv \"store/blobs/sha256/$1\" \"store/blobs/sha256/$2\"", String(digest), String(sum))
    let item = """
      {"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"sha256:\(sum)",\
      "size":\(index.utf8.count),"annotations":{"org.opencontainers.image.ref.name":"a"}}]}
      """
    try box.write(item, to: "store/index.json")
    let reason = "store: index.json: manifests[0]: the index sha256:\(sum) leads to no image that is there"
    let refusal = "kpack: error: store: no bases to lock: passed over a: \(reason)\n"
    #expect(try box.kpack("base", "lock", "--bases", "store") == Outcome(status: 3, output: "", errors: refusal))
    let listed = Outcome(status: 0, output: "", errors: "passed over a: \(reason)\n")
    #expect(try box.kpack("base", "list", "--bases", "store") == listed)
  }

  @Test(arguments: ["scratch", "scratch:1", "docker.io/library/scratch"])
  func `no base is named as Docker names no image`(name: String) throws {
    let box = try Sandbox.withRoot()
    let outcome = try box.kpack("base", "add", name, "--rootfs", "root", "--arch", "amd64", "--bases", "store")
    let message = "a Dockerfile means no image by scratch: expected another name, found \"\(name)\""
    let errors = "kpack: error: \(message)\nusage: see `kpack base --help`\n"
    #expect(outcome == Outcome(status: 2, output: "", errors: errors))
    #expect(try box.kpack("base", "make", name, "--from", "x", "--arch", "amd64").errors == errors)
    #expect(!box.isThere("store"))
  }

  @Test(arguments: [
    (["add", "x", "--rootfs", ""], "--rootfs: expected a path, found nothing"),
    (["make", "x", "--from", ""], "--from: expected a path, found nothing"),
    (["add", "x", "--rootfs", "root", "--cmd", #"["a""#], #"--cmd: expected an array of strings, found "[\"a\"""#),
    (["add", "x", "--rootfs", "root", "--cmd", "[1]"], #"--cmd: expected an array of strings, found "[1]""#),
  ])
  func `a value that says nothing is the user's mistake`(words: [String], message: String) throws {
    let box = try Sandbox.withRoot()
    let outcome = try box.kpack(words: ["base"] + words + ["--arch", "amd64", "--bases", "store"])
    let errors = "kpack: error: \(message)\nusage: see `kpack base --help`\n"
    #expect(outcome == Outcome(status: 2, output: "", errors: errors))
    #expect(!box.isThere("store"))
  }

  @Test func `no path at all is seen in the message`() throws {
    let errors = "kpack: error: \"\": cannot open: No such file or directory\n"
    #expect(try Sandbox().kpack("base", "add", "x", "") == Outcome(status: 4, output: "", errors: errors))
  }

  @Test func `a disk that is full while a file without a name is written is told with its folder`() throws {
    let box = try Sandbox.withRoot()
    try box.sh("mkdir store && head -c 100000 /dev/urandom >root/big && tar -czf root.tar.gz -C root .")
    let outcome = try box.kpack(
      "base", "add", "x", "--rootfs", "root.tar.gz", "--arch", "amd64", "--bases", "store",
      through: ["sh", "-c", "ulimit -f 8; exec \"$@\"", "sh"])
    let errors = "kpack: error: store: cannot write a nameless file there: File too large\n"
    #expect(outcome == Outcome(status: 4, output: "", errors: errors))
    #expect(try box.names(in: "store") == [])
  }

  @Test func `two bases of one name and platform are not locked`() throws {
    let box = try Sandbox.withRoot()
    for name in ["one", "two"] {
      try box.write(name, to: "root/etc/name")
      try box.addRoot(as: name, to: "store")
    }
    let listed = try box.kpack("base", "list", "--bases", "store").lines
    let digests = listed.compactMap { $0.split(separator: " ").last.map { String($0) } }
    try box.sh("sed -i 's,\"two\",\"one:latest\",' store/index.json")
    let outcome = try box.kpack("base", "lock", "--bases", "store")
    let message =
      "store: holds several bases one:latest for linux/amd64: \(digests.joined(separator: ", ")); "
      + "`kpack base remove one@DIGEST` takes one out"
    #expect(outcome == Outcome(status: 3, output: "", errors: "kpack: error: \(message)\n"))
    #expect(!box.isThere("store/bases.lock.json"))
  }

  @Test func `a folder in the place of a blob is refused by its name`() throws {
    let box = try Sandbox.withRoot()
    try box.addRoot(as: "one", to: "old")
    let blob = try #require(try box.names(in: "old/blobs/sha256").first)
    try box.sh("mkdir -p \"store/blobs/sha256/$1\"", blob)
    let outcome = try box.kpack("base", "add", "one", "old", "--bases", "store")
    let message = "store: blobs/sha256/\(blob): expected a regular file, found a folder"
    #expect(outcome == Outcome(status: 3, output: "", errors: "kpack: error: \(message)\n"))
    #expect(try box.names(in: "store") == ["blobs"])
  }

  @Test func `a root file system has no whiteouts`() throws {
    let box = try Sandbox.withRoot()
    try box.write("", to: "root/etc/.wh.gone")
    try box.sh("tar -cf root.tar -C root .")
    for path in ["root", "root.tar"] {
      let outcome = try box.kpack("base", "add", "x", "--rootfs", path, "--arch", "amd64", "--bases", "store")
      let reason = "etc/.wh.gone: the name begins with \".wh.\", which deletes a file in a layer\n"
      #expect(outcome.status == 3 && outcome.errors.hasSuffix(reason), "\(outcome)")
    }
    #expect(!box.isThere("store"))
  }
}

extension Sandbox {
  /// A folder with the root file system "root".
  fileprivate static func withRoot() throws -> Sandbox {
    let box = try Sandbox()
    try box.write("root:x:0:0::/:/bin/sh\n", to: "root/etc/passwd")
    return box
  }

  fileprivate func addRoot(as name: String, to store: String) throws {
    let outcome = try kpack("base", "add", name, "--rootfs", "root", "--arch", "amd64", "--bases", store)
    try #require(outcome.status == 0, "\(outcome.errors)")
  }
}
