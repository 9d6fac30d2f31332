// kpack layouts from: the layouts that archives give, packed again and compared with the archives entry by entry.

import Foundation
import TestSupport
import Testing

@Suite struct LayoutsFromTests {
  private let box: Sandbox

  init() throws { box = try Sandbox() }

  /// Writes a stand-in for a program.
  private func program(_ platform: String, _ name: String, at path: String) throws {
    try box.write(Data(StandIn.program(for: platform, name)), to: path)
    try box.sh("chmod 755 \"$1\"", path)
  }

  /// Packs the folder or files `names` below `folder` as GNU tar does for a release.
  private func archive(_ name: String, _ names: String, in folder: String) throws {
    try box.sh(
      "mkdir -p given; cd \"$1\"; tar --sort=name --owner=0 --group=0 --mtime=@1600000000 -czf \"$OLDPWD/given/$2\" $3",
      folder, name, names)
  }

  /// Makes layouts from all archives in `given`, runs the command that they were told with, and expects the same
  /// entries; what is `implied` in the new archives, as a folder without an entry in the old, is left out of account.
  private func expectSame(
    warnings: String = "", notes: String = "", implied: Bool = false, at location: SourceLocation = #_sourceLocation
  ) throws {
    let given = try box.names(in: "given")
    let made = try box.kpack(words: ["layouts", "from"] + given.map { "given/\($0)" })
    try #require(made.status == 0, "\(made.errors)", sourceLocation: location)
    #expect(made.errors == warnings + notes, sourceLocation: location)
    let next = try #require(made.lines.last, sourceLocation: location)
    try #require(next.hasPrefix("next: kpack "), sourceLocation: location)
    let words = next.dropFirst("next: kpack ".count).split(separator: " ").map(String.init)
    let packed = try box.kpack(words: words + ["--quiet", "--out", "out"])
    try #require(packed.status == 0, "\(packed.errors)", sourceLocation: location)
    #expect(try box.names(in: "out") == given, sourceLocation: location)
    func path(_ row: [String: Value]) -> String { row["path"]?.text ?? "" }
    for name in given {
      let old = try box.listing(of: "given/\(name)", location).sorted { path($0) < path($1) }
      let new = try box.listing(of: "out/\(name)", location).sorted { path($0) < path($1) }
      let paths = Set(old.map { $0["path"] })
      let compared = implied ? new.filter { paths.contains($0["path"]) || $0["type"] != "dir" } : new
      #expect(compared == old, "\(name)", sourceLocation: location)
    }
  }

  @Test func `the client tarballs of Kubernetes`() throws {
    for platform in ["linux/amd64", "darwin/arm64", "windows/386"] {
      let suffix = platform.hasPrefix("windows") ? ".exe" : ""
      let folder = "old/\(platform)"
      for name in ["kubectl", "kubefed"] {
        let path = "_output/dockerized/bin/\(platform)/\(name)\(suffix)"
        try program(platform, name, at: path)
        try box.sh("mkdir -p \"$1/kubernetes/client/bin\"; cp -p \"$2\" \"$1/kubernetes/client/bin\"", folder, path)
      }
      let name = "kubernetes-client-\(platform.replacing("/", with: "-")).tar.gz"
      try archive(name, "kubernetes", in: folder)
    }
    try box.sh("rm -r old")
    try expectSame()
    #expect(
      try String(decoding: box.read("layouts/release.json"), as: UTF8.self) == """
        {
          "$schema": "layout.schema.json",
          "name": "kubernetes",
          "platforms": { "all": ["darwin/arm64", "linux/amd64", "windows/386"] },
          "binaries": { "all": ["kubectl", "kubefed"] }
        }

        """)
    #expect(
      try String(decoding: box.read("layouts/client.json"), as: UTF8.self) == """
        {
          "$schema": "layout.schema.json",
          "tarball": "kubernetes-client-{os}-{arch}.tar.gz",
          "platforms": "all",
          "archive": { "root": "kubernetes" },
          "entries": [{ "binaries": "all", "to": "client/bin" }]
        }

        """)
  }

  @Test func `an archive with a folder of documents, links, odd modes and a version`() throws {
    try box.sh(
      """
      mkdir -p docs/guide old/etcd-v3.5.0-linux-amd64/plugins old/etcd-v3.5.0-linux-amd64/keys tools
      echo license > LICENSE; echo one > docs/one.md; echo two > docs/guide/two.md; echo draft > docs/draft.txt
      echo ctl > tools/README.md; printf '#!/bin/sh\\n' > tools/run; chmod 755 tools/run; echo top > README.md
      top=old/etcd-v3.5.0-linux-amd64
      cp -r docs "$top/Documentation"; rm "$top/Documentation/draft.txt"
      cp LICENSE README.md "$top"; cp tools/README.md "$top/README-etcdctl.md"; cp -r tools "$top"
      printf 'v3.5.0\\n' > "$top/VERSION"; chmod 700 "$top/keys"; cp LICENSE "$top/keys/k"; chmod 600 "$top/keys/k"
      ln -s etcdctl "$top/ctl"; ln -s ../LICENSE "$top/tools/license"
      find old -type d ! -name keys -exec chmod 755 {} +
      """)
    try program("linux/amd64", "etcd", at: "bin/etcd")
    try program("linux/amd64", "etcdctl", at: "bin/etcdctl")
    try box.sh("cp -p bin/etcd bin/etcdctl old/etcd-v3.5.0-linux-amd64")
    try archive("etcd-v3.5.0-linux-amd64.tar.gz", "etcd-v3.5.0-linux-amd64", in: "old")
    try box.sh("rm -r old")
    try expectSame()
    #expect(
      try String(decoding: box.read("layouts/etcd.json"), as: UTF8.self) == """
        {
          "$schema": "layout.schema.json",
          "tarball": "etcd-{version}-{os}-{arch}.tar.gz",
          "platforms": "all",
          "archive": { "root": "etcd-{version}-{os}-{arch}" },
          "entries": [
            { "binaries": "all" },
            { "paths": ["LICENSE", "README.md", "tools/README.md", "tools/run"] },
            { "tree": "docs", "to": "Documentation", "exclude": ["/draft.txt"] },
            { "file": "tools/README.md", "to": "README-etcdctl.md" },
            { "file": "LICENSE", "to": "keys/k", "mode": "0600" },
            { "text": "{version}\\n", "to": "VERSION" },
            { "symlink": "etcdctl", "to": "ctl" },
            { "directory": "keys", "mode": "0700" },
            { "directory": "plugins" },
            { "symlink": "../LICENSE", "to": "tools/license" }
          ]
        }

        """)
  }

  @Test(.enabled(if: Program.isThere("python3")))
  func `a set of goreleaser's, with names of its own and a zip`() throws {
    try box.sh(
      "echo l > LICENSE; mkdir -p share/man given; echo m > share/man/hello.1; echo n > share/man/hello-run.1")
    let platforms = [
      ("linux/amd64", "linux_x86_64", "linux_amd64_v1"), ("linux/arm/v6", "linux_armv6", "linux_arm_6"),
      ("linux/arm64", "linux_arm64", "linux_arm64_v8.0"), ("darwin/arm64", "macOS_arm64", "darwin_arm64_v8.0"),
    ]
    for (platform, words, folder) in platforms {
      try program(platform, "hello", at: "dist/hello_\(folder)/hello")
      let root = "hello_1.2.0_\(words)"
      try box.sh(
        "mkdir -p \"old/$1/bin\"; cp -p \"dist/hello_$2/hello\" \"old/$1/bin\"; cp -r LICENSE share \"old/$1\"",
        root, folder)
      let files = ["LICENSE", "bin/hello", "share/man/hello.1", "share/man/hello-run.1"].map { "\(root)/\($0)" }
      try archive("\(root).tar.gz", files.joined(separator: " "), in: "old")
    }
    try program("windows/amd64", "hello", at: "dist/hello_windows_amd64_v1/hello.exe")
    try box.write(
      """
      import zipfile
      out = zipfile.ZipFile("given/hello_1.2.0_windows_x86_64.zip", "w", zipfile.ZIP_DEFLATED)
      for name, path, mode in [("LICENSE", "LICENSE", 0o644),
                               ("bin/hello.exe", "dist/hello_windows_amd64_v1/hello.exe", 0o755)]:
          entry = zipfile.ZipInfo(name, (2020, 9, 13, 12, 26, 40))
          entry.external_attr, entry.create_system = (0o100000 | mode) << 16, 3
          out.writestr(entry, open(path, "rb").read())
      out.close()
      """, to: "make.py")
    try box.sh("rm -r old; python3 make.py; rm make.py")
    try expectSame(
      notes: "given/hello_1.2.0_linux_arm64.tar.gz: has no entries for folders; kpack writes them\n", implied: true)
    #expect(
      try String(decoding: box.read("layouts/hello.json"), as: UTF8.self) == """
        {
          "$schema": "layout.schema.json",
          "tarball": {
            "windows/*": "hello_{semver}_{osName}_{archName}.zip",
            "*": "hello_{semver}_{osName}_{archName}.tar.gz"
          },
          "platforms": "all",
          "archive": { "root": { "windows/*": "", "*": "hello_{semver}_{osName}_{archName}" } },
          "entries": [
            { "binaries": "all", "to": "bin" },
            { "paths": ["LICENSE"] },
            { "tree": "share", "to": "share", "platforms": ["!windows/*"] }
          ]
        }

        """)
    let release = try String(decoding: box.read("layouts/release.json"), as: UTF8.self)
    #expect(release.contains(#""names": { "os": { "darwin": "macOS" }, "arch": { "amd64": "x86_64" } }"#))
  }

  @Test func `tarballs of promu's, with a dot before the platform`() throws {
    try box.sh("echo l > LICENSE; echo n > NOTICE")
    for platform in ["linux/amd64", "linux/arm/v7", "netbsd/386"] {
      let words = platform.split(separator: "/").map(String.init)
      let name = words[0] + "-" + words[1...].joined()
      try program(platform, "exporter", at: ".build/\(name)/exporter")
      let root = "exporter-1.9.1.\(name)"
      try box.sh(
        "mkdir -p \"old/$1\"; cp -p \".build/$2/exporter\" LICENSE NOTICE \"old/$1\"; chmod 755 \"old/$1\"", root, name)
      try archive("\(root).tar.gz", root, in: "old")
    }
    try box.sh("rm -r old")
    try expectSame()
    let release = try String(decoding: box.read("layouts/release.json"), as: UTF8.self)
    #expect(release.contains(#""binaryPath": "{os}-{arch}{variant}/{binary}""#))
    let layout = try String(decoding: box.read("layouts/exporter.json"), as: UTF8.self)
    #expect(layout.contains(#""tarball": "exporter-{semver}.{os}-{arch}{variant}.tar.gz""#))
  }

  @Test func `an archive for one system that names no architecture`() throws {
    try program("linux/arm64", "x", at: "out/x")
    try box.sh(
      "echo r > README; mkdir given; tar -cf given/x-linux.tar --owner=5 --group=6 --mtime=@1600000000 README -C out x")
    let made = try box.kpack("layouts", "from", "given/x-linux.tar", "--format", "json")
    #expect(made.errors == "")
    #expect(
      try String(decoding: box.read("layouts/x.json"), as: UTF8.self) == """
        {
          "$schema": "layout.schema.json",
          "tarball": "x-{os}.tar",
          "platforms": "all",
          "archive": { "owner": "5:6" },
          "entries": [
            { "binaries": "all" },
            { "paths": ["README"] }
          ]
        }

        """)
    #expect(
      made.lines.last == """
        {"next":["kpack","tarballs","--layouts","layouts","--bin","out","--epoch","1600000000"]}
        """)
  }

  @Test func `what is not in the tree is told and gets a likely path`() throws {
    try box.sh("mkdir old; echo a > old/a; echo b > old/b; mkfifo old/f")
    try archive("x.tgz", "a b f", in: "old")
    try box.sh("rm -r old; echo other > b")
    let made = try box.kpack("layouts", "from", "given/x.tgz")
    #expect(
      made
        == Outcome(
          status: 0,
          output: """
            layouts/release.json
            layouts/x.json
            layouts/layout.schema.json
            next: kpack tarballs --layouts layouts --epoch 1600000000

            """,
          errors: """
            kpack: warning: f: a fifo, which kpack writes into no archive
            kpack: warning: not found in the source tree, and named by a likely path: a

            """))
    #expect(try String(decoding: box.read("layouts/x.json"), as: UTF8.self).contains(#"{ "paths": ["a", "b"] }"#))
    let again = try box.kpack("layouts", "from", "given/x.tgz")
    #expect(
      again
        == Outcome(
          status: 2, output: "",
          errors: """
            kpack: error: "layouts/release.json" is there already; --force overwrites it
            usage: see `kpack layouts --help`

            """))
    #expect(try box.kpack("layouts", "from", "given/x.tgz", "--force", "-q").status == 0)
  }

  @Test(
    arguments: [
      ("a-1.0-linux-amd64.tar a-1.1-linux-arm64.tar", "expected archives of one version, found \"1.0\" and \"1.1\""),
      (
        "a-linux-amd64.tar a-linux-x86_64.tar",
        "given/a-linux-amd64.tar and given/a-linux-x86_64.tar: expected archives for different platforms, found two for linux/amd64"
      ),
    ])
  func `archives that do not belong together are refused`(names: String, message: String) throws {
    let names = names.split(separator: " ").map(String.init)
    try box.sh("mkdir given; echo a > a")
    for name in names { try box.sh("tar -cf \"given/$1\" a", name) }
    let outcome = try box.kpack(words: ["layouts", "from"] + names.map { "given/\($0)" })
    #expect(
      outcome
        == Outcome(
          status: 2, output: "", errors: "kpack: error: \(message)\nusage: see `kpack layouts --help`\n"))
    #expect(!box.isThere("layouts"))
  }

  @Test func `a file that is no archive is refused`() throws {
    try box.write("text\n", to: "x.tar")
    let outcome = try box.kpack("layouts", "from", "x.tar")
    #expect(outcome.status == 3 && outcome.output == "")
    #expect(outcome.errors.hasPrefix("kpack: error: x.tar: "))
    #expect(!box.isThere("layouts"))
  }
}
