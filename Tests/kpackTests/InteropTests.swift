// Other readers of archives agree with kpack on what is in its tarballs, and have nothing to complain of.

import Foundation
import Testing

/// Another program that lists archives: "TYPE MODE SIZE NAME -> TARGET", one entry a line.
struct Reader: Sendable, CustomTestStringConvertible {
  let name: String
  /// A shell script; its first argument is the archive.
  let script: String

  var testDescription: String { name }

  /// "-rw-r--r-- owner size ... name" of tar and bsdtar in those words: `size` and `path` are its columns.
  private static func columns(size: Int, path: Int) -> String {
    #"""
     | awk '{ name = $\#(path); for (i = \#(path) + 1; i <= NF; i++) name = name " " $i
       kind = substr($1, 1, 1); print kind, substr($1, 2, 9), (kind == "-" ? $\#(size) : 0), name }'
    """#
  }

  static let all = [
    Reader(
      name: "tar", script: "tar --numeric-owner --quoting-style=literal -tvzf \"$1\"\(columns(size: 3, path: 6))"),
    Reader(name: "bsdtar", script: "LC_ALL=C.UTF-8 bsdtar --numeric-owner -tvzf \"$1\"\(columns(size: 5, path: 9))"),
    Reader(
      name: "python3",
      script: #"""
        python3 - "$1" <<'end'
        import sys, tarfile, stat
        sys.stdout.reconfigure(encoding="utf-8")
        for m in tarfile.open(sys.argv[1], errorlevel=2):
          kind = {"0": "-", "5": "d", "2": "l"}[m.type.decode()]
          name = m.name + ("/" if m.isdir() else "") + (" -> " + m.linkname if m.issym() else "")
          assert (m.uid, m.gid, m.uname, m.gname) == (0, 0, "root", "root"), m
          print(kind, stat.filemode(m.mode)[1:], m.size, name)
        end
        """#),
  ]
}

@Suite struct InteropTests {
  /// kpack's own listing in the words of a `Reader`.
  private func expected(_ rows: [[String: Value]]) -> [String] {
    rows.map { row in
      let kind = ["file": "-", "dir": "d", "symlink": "l"][row["type"]?.text ?? ""] ?? "?"
      let mode = Int(row["mode"]?.text ?? "", radix: 8) ?? 0
      let letters = String(zip("rwxrwxrwx", 0..<9).map { (mode >> (8 - $1)) & 1 == 1 ? $0 : Character("-") })
      guard case .number(let size) = row["size"] else { return "no size" }
      let link = row["link"]?.text ?? ""
      let end = kind == "d" ? "/" : link.isEmpty ? "" : " -> \(link)"
      return "\(kind) \(letters) \(size) \(row["path"]?.text ?? "")\(end)"
    }
  }

  private func check(_ path: String, in box: Sandbox, _ reader: Reader) throws {
    let text = try box.sh(reader.script, path)
    let rows = try expected(box.listing(of: path))
    #expect(text.split(separator: "\n").map(String.init) == rows, "\(path)")
  }

  @Test(arguments: Reader.all.filter { Program.isThere($0.name) })
  func `a release is read alike`(reader: Reader) throws {
    let box = try Sandbox.sample()
    try #require(try box.kpack(words: Sandbox.packSample).status == 0)
    for name in try box.names(in: "_output/release-tars") { try check("_output/release-tars/\(name)", in: box, reader) }
  }

  @Test(arguments: Reader.all.filter { Program.isThere($0.name) })
  func `names at every border of the format are read alike`(reader: Reader) throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    try box.sh(
      """
      cd src
      x() { printf "%$1s" | tr ' ' "$2"; }
      for n in 99 100 101 154 155 156 200 254 255; do touch "$(x $n f)"; ln -s "$(x $n t)" "l$n"; done
      for n in 98 99 100 101 154 155 156 250; do mkdir -p "$(x $n d)"; touch "$(x $n d)/$(x 100 g)" "$(x $n d)/h"; done
      mkdir -p "$(x 200 p)/$(x 200 q)/$(x 200 r)"; touch "$(x 200 p)/$(x 200 q)/$(x 200 r)/$(x 255 s)"
      touch 'a b' 'ü' 'e\u{301}' 'a=b' './-x' "it's"
      """)
    try #require(try box.kpack(words: Sandbox.packProject).status == 0)
    try check("out/p.tar.gz", in: box, reader)
  }

  @Test(arguments: Reader.all.filter { Program.isThere($0.name) })
  func `sizes at every border of a block are read alike`(reader: Reader) throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    try box.sh("cd src; for n in 0 1 511 512 513 1023 1024 1048575 1048576 1048577; do truncate -s $n $n; done")
    try #require(try box.kpack(words: Sandbox.packProject).status == 0)
    try check("out/p.tar.gz", in: box, reader)
  }

  @Test func `what is extracted is what was packed`() throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    try box.sh(
      """
      cd src; mkdir -p empty d/e; seq 1 300000 > d/big; seq 1 9 > d/e/small; ln -s ../d d/link; chmod 755 d/e/small
      for n in 0 511 512 513 262143 262144 262145 524287 524288 524289 1048576 1048577; do head -c $n /dev/urandom > $n; done
      """)
    _ = try box.packed()
    try box.sh(
      """
      mkdir unpacked; tar -xzpf out/p.tar.gz -C unpacked; diff -r --no-dereference src unpacked
      (cd src && find . -printf '%y %m %P %l\\n' | tail -n +2 | sort) > 1
      (cd unpacked && find . -printf '%y %m %P %l\\n' | tail -n +2 | sort) > 2; cmp 1 2; gzip -t out/p.tar.gz
      """)
  }
}
