// Equal input gives equal bytes: whatever the machine, the user and the order of things.

import Foundation
import Testing

@Suite struct SameBytesTests {
  /// The tarballs of the sample, packed in one run.
  private func tarballs(
    of box: Sandbox, _ words: [String] = [], environment: [String: String] = [:], through prefix: [String] = []
  ) throws -> [String: Data] {
    // With a cache, the second run would find all done.
    let all = Sandbox.packSample + ["--no-cache"] + words
    let outcome = try box.kpack(words: all, environment: environment, through: prefix)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return try box.files(in: "_output/release-tars")
  }

  /// A sample with contents that are cut into blocks, one of them twice.
  private func sample() throws -> Sandbox {
    let box = try Sandbox.sample()
    try box.sh(
      """
      seq 1 200000 > cluster/addons/big.yaml
      cp cluster/addons/big.yaml examples/big.yaml
      cp -p cluster/addons/big.yaml _output/dockerized/bin/linux/amd64/kubectl
      """)
    return box
  }

  @Test func `threads, environment and umask do not reach the bytes`() throws {
    let box = try sample()
    let first = try tarballs(of: box, ["--jobs=1"])
    for jobs in ["2", "7"] {
      let again = try tarballs(of: box, ["--jobs", jobs])
      #expect(again == first, "\(jobs) threads")
    }
    let environments = [
      ["TZ": "Pacific/Kiritimati"], ["LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8"], ["TMPDIR": "/nowhere"],
    ]
    for environment in environments {
      #expect(try tarballs(of: box, environment: environment) == first, "\(environment)")
    }
    let withoutHome = try tarballs(of: box, through: ["env", "-i", "PATH=/usr/bin:/bin"])
    #expect(withoutHome == first)
    for umask in ["000", "022", "077"] {
      let again = try tarballs(of: box, through: Program.after("umask \(umask)"))
      #expect(again == first, "umask \(umask)")
    }
  }

  @Test(.enabled(if: Program.isThere("clang")))
  func `a zlib whose streams are others after their first use gives the same bytes on any number of threads`() throws {
    let box = try sample()
    // As zlib-ng's are: a reset stream searches less than a new one.
    let shim = """
      #define _GNU_SOURCE
      #include <dlfcn.h>
      #include <zlib.h>
      int deflateReset(z_streamp stream) {
        int isUsed = stream->total_in > 0;
        int code = ((int (*)(z_streamp))dlsym(RTLD_NEXT, "deflateReset"))(stream);
        return code == Z_OK && isUsed ? deflateTune(stream, 4, 4, 8, 4) : code;
      }

      """
    try box.write(shim, to: "shim/reset.c")
    try box.sh("clang -shared -fPIC -O1 -o shim/reset.so shim/reset.c -lz")
    let first = try tarballs(of: box)
    for jobs in ["1", "2", "7"] {
      let shimmed = ["LD_PRELOAD": "\(box.root)/shim/reset.so"]
      #expect(try tarballs(of: box, ["--jobs", jobs], environment: shimmed) == first, "\(jobs) threads")
    }
  }

  @Test(arguments: [("000", "666"), ("022", "644"), ("077", "600"), ("002", "664")])
  func `the umask is for the tarball's own mode alone`(umask: String, mode: String) throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    let rows = try box.packed(through: Program.after("umask \(umask)"))
    #expect(rows.map { $0["mode"] } == ["0644"])
    #expect(try box.sh("stat -c %a out/p.tar.gz") == "\(mode)\n")
  }

  @Test func `a copy made at another time in another order gives the same bytes`() throws {
    let box = try sample()
    let first = try tarballs(of: box)
    let copy = try Sandbox()
    try copy.sh(
      """
      cd "$1" && find . -type d ! -path '*release-tars*' | sort | sed 's,.*,"&",' | (cd "$2" && xargs mkdir -p)
      find . ! -type d ! -path '*release-tars*' | sort -r | while read -r path; do cp -P "$path" "$2/$path"; done
      """, box.root, copy.root)
    try copy.sh("find . -exec touch -h -d 2001-02-03 {} +")
    #expect(try tarballs(of: copy) == first)
  }

  @Test(arguments: [
    ["--root", "."], ["--root", "./"], ["--root", "../tree"], ["--root", ".//."],
  ])
  func `how the root is written does not reach the bytes`(words: [String]) throws {
    let box = try Sandbox.greeter()
    let outcome = try box.kpack(words: Sandbox.packGreeter + words + ["--format=json"])
    #expect(
      try outcome.rows().first?["tarSha256"]
        == "5e4492cd28cb7535d57ab021d13181f482e895c4fb8540aebafb33d7db757eba")
  }

  @Test func `owner, setuid bits and writable modes of the source do not reach the archive`() throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    try box.sh(
      """
      cd src; for mode in 4755 2755 1777 0600 0666 0777 0444 0500; do echo x > $mode; chmod $mode $mode; done
      mkdir d; chmod 3777 d
      """)
    let rows = try box.packed()
    let modes = rows.map { "\($0["path"]?.text ?? "") \($0["mode"]?.text ?? "")" }
    #expect(
      modes == [
        "0444 0644", "0500 0755", "0600 0644", "0666 0644", "0777 0755", "1777 0755", "2755 0755", "4755 0755",
        "a 0644", "d 0755",
      ])
    #expect(rows.allSatisfy { $0["uid"] == 0 && $0["gid"] == 0 })
  }
}
