// kpack packages: what comes of layouts of packages, whatever the jobs and the cache, and how it is listed.

import Foundation
@testable import TestSupport
import Testing

extension Sandbox {
  /// A project whose layout makes a deb and an rpm of a big and of small files.
  static func packaged(_ more: String = "", entries: String = "") throws -> Sandbox {
    let box = try Sandbox()
    try box.write(#"{"name":"p","platforms":{"all":["linux/amd64","linux/arm/v6"]}}"#, to: "layouts/release.json")
    try box.write(
      """
      {"package": {"name": "app", "maintainer": "M <m@example.org>", "license": "MIT", "homepage": "https://example.org",
        "description": "An app\\nIt does things.\\n\\n  list\\nEnd.", "depends": ["libc6 (>= 2.36)", "ab | cd"],
        "rpm": {"depends": ["glibc >= 2.36", "/bin/sh"], "entries": [{"text": "rpm\\n", "to": "etc/app.d/rpm"}]},
        "config": ["/etc/app.conf"], "scripts": {"postInstall": "post.sh", "preRemove": "pre.sh"}\(more)},
       "deb": "{name}_{version}-{release}_{arch}.deb", "rpm": "{name}-{version}-{release}.{arch}.rpm",
       "platforms": "all",
       "entries": [{"file": "big", "to": "usr/lib/app/big"}, {"text": "x={version}\\n", "to": "etc/app.conf"},
         {"symlink": "../lib/app/big", "to": "usr/bin/big"}, {"directory": "var/lib/app", "mode": "0700", "owner": "app:app"},
         {"tree": "doc", "to": "usr/share/doc/app"}\(entries)]}
      """, to: "layouts/app.json")
    try box.sh(
      """
      mkdir doc; seq 1 300000 > big; echo read me > doc/README; : > doc/empty
      printf '#!/bin/sh\\nexit 0\\n' > post.sh; printf '#!/bin/bash -e\\n' > pre.sh
      """)
    return box
  }

  static let packages = ["packages", "--layouts", "layouts", "--version", "v1.2.0-rc.1", "--epoch", "1500000000"]
  static let packageNames = [
    "app-1.2.0~rc.1-1.armv6hl.rpm", "app-1.2.0~rc.1-1.x86_64.rpm", "app_1.2.0~rc.1-1_amd64.deb",
    "app_1.2.0~rc.1-1_armhf.deb",
  ]

  /// Makes the packages in the folder `out`.
  func pack(_ words: String..., out: String = "out") throws -> [String: Data] {
    let outcome = try kpack(words: Self.packages + ["--out", out] + words)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return try files(in: out).filter { !$0.key.hasSuffix(".json") }
  }
}

@Suite struct PackagesTests {
  @Test func `one layout gives both formats on each platform, the same with any jobs and cache`() throws {
    let box = try Sandbox.packaged()
    let made = try box.pack("--no-cache", "--jobs", "1")
    #expect(made.keys.sorted() == Sandbox.packageNames)
    #expect(try box.pack("--no-cache", "--jobs", "7", out: "jobs") == made)
    #expect(try box.pack("--cache", "cache", out: "cold") == made)
    #expect(try box.pack("--cache", "cache", out: "warm") == made)
    #expect(try box.pack("--cache", "cache", out: "warm") == made)
    #expect(try box.pack("--cache", "cache", "--force", out: "warm") == made)
  }

  @Test func `packages that stand there are left alone, and a changed script makes them anew`() throws {
    let box = try Sandbox.packaged()
    func words(_ more: String...) throws -> String {
      try box.kpack(words: Sandbox.packages + ["--cache", "cache", "--out", "out", "--verbose"] + more).errors
    }
    _ = try words()
    #expect(try words().matches(of: /-1[._][a-z0-9_]+\.(deb|rpm): .*, unchanged/).count == 4)
    let before = try box.files(in: "out")
    try box.sh("printf '#!/bin/sh\\nexit 1\\n' > post.sh")
    #expect(!(try words().contains("unchanged")))
    let after = try box.files(in: "out")
    for name in Sandbox.packageNames { #expect(before[name] != after[name]) }
  }

  @Test func `release makes tarballs and packages, and tarballs makes tarballs alone`() throws {
    let box = try Sandbox.packaged()
    try box.write(#"{"tarball": "t.tar.gz", "entries": [{"file": "big", "to": "big"}]}"#, to: "layouts/t.json")
    let words = ["--layouts", "layouts", "--version", "v1.2.0-rc.1", "--epoch", "1500000000", "--out"]
    let alone = try box.pack("--no-cache", out: "alone")
    let release = try box.kpack(words: ["release"] + words + ["out"])
    #expect(release.status == 0, "\(release.errors)")
    #expect(try box.files(in: "out").filter { alone[$0.key] != nil } == alone)
    #expect(box.isThere("out/t.tar.gz"))
    let tarballs = try box.kpack(words: ["tarballs"] + words + ["out"])
    #expect(tarballs.status == 0 && tarballs.warnings.isEmpty, "\(tarballs.errors)")
    let packages = try box.kpack(words: ["packages"] + words + ["out"])
    #expect(packages.status == 0 && packages.warnings.isEmpty, "\(packages.errors)")
    // Others of the layout are leftovers.
    try box.sh("touch out/app_1_amd64.deb")
    #expect(
      try box.kpack(words: ["packages"] + words + ["out"]).warnings == [
        "out/app_1_amd64.deb: a leftover, not of this run"
      ])
    #expect(try box.kpack(words: ["tarballs"] + words + ["out"]).warnings == [])
  }

  @Test func `a row in JSON tells where a package is and what it is known by`() throws {
    let box = try Sandbox.packaged()
    let outcome = try box.kpack(
      words: Sandbox.packages + ["--out", "out", "--no-cache", "--platform", "linux/amd64", "--format", "json"])
    let rows = try outcome.rows()
    #expect(rows.compactMap { $0["artifact"]?.text } == ["app_1.2.0~rc.1-1_amd64.deb", "app-1.2.0~rc.1-1.x86_64.rpm"])
    for row in rows {
      #expect(Set(row.keys) == ["artifact", "path", "entries", "bytesIn", "bytesOut", "sha256"])
      let path = try #require(row["path"]?.text)
      #expect(row["sha256"] == .text(String(try box.sh("sha256sum \"$1\"", path).prefix(64))))
      #expect(row["bytesOut"] == .number(Int64(try box.read(path).count)))
    }
  }

  @Test func `list shows the files of both, and plan the same`() throws {
    let box = try Sandbox.packaged()
    _ = try box.pack("--no-cache")
    let deb = try box.listing(of: "out/app_1.2.0~rc.1-1_amd64.deb")
    let rpm = try box.listing(of: "out/app-1.2.0~rc.1-1.x86_64.rpm")
    let files = [
      "./etc/app.conf", "./usr/bin/big", "./usr/lib/app/big", "./usr/share/doc/app/README", "./usr/share/doc/app/empty",
    ]
    func paths(_ rows: [[String: Value]], _ isFolder: Bool) -> [String] {
      rows.filter { ($0["type"] == "dir") == isFolder }.compactMap { $0["path"]?.text }
    }
    #expect(paths(deb, false) == files)
    #expect(paths(rpm, false) == [files[0], "./etc/app.d/rpm"] + files[1...])
    // All parents in a deb; in an rpm what a rule names.
    #expect(
      paths(deb, true) == [
        ".", "./etc", "./usr", "./usr/bin", "./usr/lib", "./usr/lib/app", "./usr/share", "./usr/share/doc",
        "./usr/share/doc/app", "./var", "./var/lib", "./var/lib/app",
      ])
    #expect(paths(rpm, true) == ["./usr/share/doc/app", "./var/lib/app"])
    let big = try #require(deb.first { $0["path"] == "./usr/lib/app/big" })
    #expect(big["sha256"] == .text(String(try box.sh("sha256sum big").prefix(64))))
    #expect(rpm.first { $0["path"] == "./usr/lib/app/big" } == big)
    let planned = try box.kpack(
      words: [
        "plan", "--layouts", "layouts", "--version", "1", "--epoch", "1", "--platform=linux/amd64", "--format=json",
      ])
    let rows = try planned.rows().compactMap { $0["path"]?.text }
    #expect(rows == (deb + rpm).compactMap { $0["path"]?.text })
  }

  @Test(.enabled(if: Tool.exists("dpkg-deb"))) func `dpkg-deb reads what a deb says of itself`() throws {
    let box = try Sandbox.packaged()
    _ = try box.pack("--no-cache")
    let deb = "out/app_1.2.0~rc.1-1_amd64.deb"
    let control = """
      Package: app
      Version: 1.2.0~rc.1-1
      Architecture: amd64
      Maintainer: M <m@example.org>
      Installed-Size: 1958
      Depends: libc6 (>= 2.36), ab | cd
      Section: misc
      Priority: optional
      Homepage: https://example.org
      Description: An app
       It does things.
       .
         list
       End.

      """
    try box.sh("dpkg-deb --control \"$1\" control; dpkg-deb --extract \"$1\" root", deb)
    #expect(try box.names(in: "control").sorted() == ["conffiles", "control", "md5sums", "postinst", "prerm"])
    #expect(try box.sh("cat control/control") == control)
    #expect(try box.sh("cat control/conffiles") == "/etc/app.conf\n")
    #expect(try box.sh("stat -c %a control/postinst") == "755\n")
    #expect(try box.sh("cd root; md5sum --check ../control/md5sums | wc -l") == "3\n")
    #expect(try box.sh("cat root/etc/app.conf; readlink root/usr/bin/big") == "x=v1.2.0-rc.1\n../lib/app/big\n")
    #expect(try box.sh("dpkg-deb --contents \"$1\" | grep var/lib/app", deb).hasPrefix("drwx------ app/app "))
  }

  @Test(.enabled(if: Tool.exists("rpm"))) func `rpm reads what an rpm says of itself`() throws {
    let box = try Sandbox.packaged(
      #", "ghost": ["/var/log/app.log"], "docs": ["/usr/share/doc/"], "licenseFiles": ["empty"]"#)
    _ = try box.pack("--no-cache")
    let rpm = "out/app-1.2.0~rc.1-1.x86_64.rpm"
    #expect(try box.sh("rpm -K \"$1\"", rpm) == "\(rpm): digests OK\n")
    let format =
      "%{NAME} %{EVR} %{ARCH} %{LICENSE} %{URL} %{PACKAGER} %{SUMMARY} %{PAYLOADCOMPRESSOR}\\n%{DESCRIPTION}\\n"
    #expect(
      try box.sh("rpm -qp --qf \"$2\" \"$1\"", rpm, format)
        == "app 1.2.0~rc.1-1 x86_64 MIT https://example.org M <m@example.org> An app gzip\nIt does things.\n\n  list\nEnd.\n"
    )
    let files = try box.sh(
      "rpm -qp --qf '[%{FILENAMES} %{FILEMODES:perms} %{FILEUSERNAME} %{FILEFLAGS:fflags}\\n]' \"$1\"", rpm)
    #expect(
      files == """
        /etc/app.conf -rw-r--r-- root cn
        /etc/app.d/rpm -rw-r--r-- root 
        /usr/bin/big lrwxrwxrwx root 
        /usr/lib/app/big -rw-r--r-- root 
        /usr/share/doc/app drwxr-xr-x root 
        /usr/share/doc/app/README -rw-r--r-- root d
        /usr/share/doc/app/empty -rw-r--r-- root dl
        /var/lib/app drwx------ app 
        /var/log/app.log -rw-r--r-- root g

        """)
    let requires = try box.sh("rpm -qp --requires \"$1\"", rpm).split(separator: "\n")
    #expect(
      Set(requires).isSuperset(of: ["glibc >= 2.36", "/bin/sh", "/bin/bash", "rpmlib(TildeInVersions) <= 4.10.0-1"]))
    #expect(try box.sh("rpm -qp --qf '%{PREUNPROG} %{POSTINPROG}' \"$1\"", rpm) == "/bin/bash /bin/sh")
    #expect(try box.sh("rpm -qp --provides \"$1\"", rpm) == "app = 1.2.0~rc.1-1\napp(x86-64) = 1.2.0~rc.1-1\n")
  }

  @Test func `a pattern without a file, a script without an interpreter and a missing one are refused`() throws {
    let box = try Sandbox.packaged(#", "docs": ["*.pdf"]"#)
    try box.sh("echo 'exit 0' > post.sh; rm pre.sh")
    let outcome = try box.kpack(words: Sandbox.packages + ["--out", "out"])
    #expect(outcome.status == 2)
    let errors = outcome.errors.split(separator: "\n").map(String.init)
    #expect(errors.contains { $0.hasSuffix("package.docs[0]: \"*.pdf\" matches no file of the package") })
    #expect(
      errors.contains {
        $0.hasSuffix(
          "package.scripts.postInstall: ./post.sh: expected a script that begins with \"#!\" and its interpreter")
          || $0.hasSuffix(
            "package.scripts.postInstall: post.sh: expected a script that begins with \"#!\" and its interpreter")
      })
    #expect(errors.contains { $0.contains("package.scripts.preRemove") && $0.contains("No such file") })
    #expect(!box.isThere("out/app_1.2.0~rc.1-1_amd64.deb"))
  }

  @Test func `names that are neither kind are told what they are`() throws {
    let box = try Sandbox.packaged()
    try box.write(#"{"tarball": "t.tar.gz", "entries": [{"artifact": "app", "to": "x"}]}"#, to: "layouts/t.json")
    #expect(
      try box.kpack(words: Sandbox.packages + ["t"]).errors
        == "kpack: error: layouts/t.json:1:1: \"t\" is the layout of a tarball, and no package\n")
    #expect(
      try box.kpack("tarballs", "app", "--layouts", "layouts").errors
        == "kpack: error: layouts/app.json:1:1: \"app\" is the layout of packages, which `kpack packages` and `kpack release` make\n"
    )
    #expect(
      try box.kpack("tarballs", "--layouts", "layouts", "--epoch", "1").errors
        == "kpack: error: layouts/t.json:1:37: entries[0]: \"app\" is the layout of packages, which no artifact holds\n"
    )
  }

  @Test(arguments: [0, 1, 7, 8, 30, 67, 68, 90, 100, 131, 132, 200, 500])
  func `a package that is cut is refused`(count: Int) throws {
    let box = try Sandbox.packaged()
    _ = try box.pack("--no-cache")
    for name in ["app_1.2.0~rc.1-1_amd64.deb", "app-1.2.0~rc.1-1.x86_64.rpm"] {
      try box.write(Data(try box.read("out/\(name)").prefix(count)), to: "cut")
      let outcome = try box.kpack("list", "cut")
      #expect(outcome.status == 3, "\(name) \(outcome.errors)")
      #expect(outcome.output.isEmpty)
    }
  }

  @Test func `an rpm whose contents are not those of its header is refused`() throws {
    let box = try Sandbox.packaged()
    _ = try box.pack("--no-cache", "--level", "0")
    var bytes = try box.read("out/app-1.2.0~rc.1-1.x86_64.rpm")
    let place = try #require(bytes.range(of: Data("x=v1.2.0-rc.1".utf8)))
    bytes.replaceSubrange(place, with: Data("x=v1.2.0-rc.2".utf8))
    try box.write(bytes, to: "other")
    let outcome = try box.kpack("list", "other")
    #expect(outcome.status == 3)
  }
}
