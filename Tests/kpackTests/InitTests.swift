// kpack init: the layouts that it writes for trees of several kinds, and the archives that these give.

import Foundation
import TestSupport
import Testing

@Suite struct InitTests {
  private let box: Sandbox

  init() throws { box = try Sandbox() }

  /// Writes stand-ins for programs, each "OS/ARCH PATH".
  private func programs(_ programs: String...) throws {
    for program in programs {
      let words = program.split(separator: " ").map(String.init)
      try box.write(Data(StandIn.program(for: words[0], words[1])), to: words[1])
      try box.sh("chmod 755 \"$1\"", words[1])
    }
  }

  /// Runs init and the command that it prints; the archives by name with the files in them.
  private func archives(at location: SourceLocation = #_sourceLocation) throws -> [String: [String]] {
    let made = try box.kpack("init")
    try #require(made.status == 0 && made.errors == "", "\(made.errors)", sourceLocation: location)
    return try packed(made, at: location)
  }

  private func packed(_ made: Outcome, at location: SourceLocation) throws -> [String: [String]] {
    let next = try #require(made.lines.last, sourceLocation: location)
    try #require(next.hasPrefix("next: kpack "), sourceLocation: location)
    let words = next.dropFirst("next: kpack ".count).split(separator: " ").map(String.init)
    let outcome = try box.kpack(words: words + ["--out", "packed"])
    try #require(outcome.status == 0, "\(outcome.errors)", sourceLocation: location)
    #expect(!outcome.errors.contains("warning"), "\(outcome.errors)", sourceLocation: location)
    var archives: [String: [String]] = [:]
    for name in try box.names(in: "packed") {
      let rows = try box.listing(of: "packed/\(name)", location).filter { $0["type"] == "file" }
      archives[name] = rows.map { "\($0["path"]?.text ?? "") \($0["mode"]?.text ?? "")" }
    }
    return archives
  }

  private func layout(_ name: String) throws -> String {
    String(decoding: try box.read("layouts/\(name).json"), as: UTF8.self)
  }

  @Test func `a project of Go with folders by system and architecture`() throws {
    try box.sh(
      """
      printf 'module example.org/team/hello/v2 // x\\n\\ngo 1.22\\n' > go.mod; echo l > LICENSE; echo r > README.md
      echo c > CHANGELOG.md; mkdir -p man completions docs; echo m > man/hello.1; echo b > completions/hello.bash
      echo n > NOTES; echo d > docs/usage.md; ln -s README.md README
      """)
    try programs(
      "linux/amd64 bin/linux/amd64/hello", "linux/amd64 bin/linux/amd64/hellod", "linux/arm/v6 bin/linux/armv6/hello",
      "darwin/arm64 bin/darwin/arm64/hello")
    #expect(
      try archives() == [
        "hello-0.1.0-darwin-arm64.tar.gz": [
          "CHANGELOG.md", "LICENSE", "README.md", "completions/hello.bash", "hello", "man/hello.1",
        ]
        .map { "hello-0.1.0-darwin-arm64/\($0) \($0 == "hello" ? "0755" : "0644")" },
        "hello-0.1.0-linux-amd64.tar.gz": [
          "CHANGELOG.md", "LICENSE", "README.md", "completions/hello.bash", "hello", "hellod", "man/hello.1",
        ].map { "hello-0.1.0-linux-amd64/\($0) \($0.hasPrefix("hello") ? "0755" : "0644")" },
        "hello-0.1.0-linux-armv6.tar.gz": [
          "CHANGELOG.md", "LICENSE", "README.md", "completions/hello.bash", "hello", "man/hello.1",
        ]
        .map { "hello-0.1.0-linux-armv6/\($0) \($0 == "hello" ? "0755" : "0644")" },
      ])
    #expect(
      try layout("release") == """
        {
          "$schema": "layout.schema.json",
          "$comment": "What holds for all layouts of the release; see \\"kpack help\\" and layout.schema.json for every key.",
          "name": "hello",
          "platforms": { "all": ["darwin/arm64", "linux/amd64", "linux/arm/v6"] },
          "binaries": { "all": ["hello"], "more-1": ["hellod"] }
        }

        """)
    #expect(
      try layout("hello") == """
        {
          "$schema": "layout.schema.json",
          "$comment": "The archives that users download, one for each platform; the end of the name says the format.",
          "tarball": "{name}-{version}-{os}-{arch}{variant}.tar.gz",
          "platforms": "all",
          "archive": { "root": "{name}-{version}-{os}-{arch}{variant}" },
          "entries": [
            {
              "$comment": "The programs of the platform, at the top of the archive; \\"to\\" names a folder.",
              "binaries": "all"
            },
            { "binaries": "more-1", "platforms": ["linux/amd64"] },
            {
              "$comment": "Files and folders of the tree, each under its own path.",
              "paths": ["CHANGELOG.md", "LICENSE", "README", "README.md"]
            },
            { "tree": "man", "to": "man" },
            { "tree": "completions", "to": "completions" }
          ]
        }

        """)
  }

  @Test func `files with the platform in their names`() throws {
    try programs(
      "linux/amd64 mine/build/hello-linux-amd64", "linux/arm64 mine/build/hello-linux-arm64",
      "windows/amd64 mine/build/hello-windows-amd64.exe")
    let made = try box.kpack(
      "init", "--root", "mine", "--bin", "mine/build", "--platform", "linux/amd64", "--version", "v2")
    #expect(
      made
        == Outcome(
          status: 0,
          output: """
            mine/layouts/release.json
            mine/layouts/mine.json
            mine/layouts/layout.schema.json
            next: kpack tarballs --layouts mine/layouts --root mine --bin mine/build --version v2

            """, errors: ""))
    #expect(
      try packed(made, at: #_sourceLocation).keys.sorted() == [
        "mine-v2-linux-amd64.tar.gz", "mine-v2-linux-arm64.tar.gz", "mine-v2-windows-amd64.zip",
      ])
    let release = String(decoding: try box.read("mine/layouts/release.json"), as: UTF8.self)
    #expect(release.contains(#""binaryPath": "{binary}-{os}-{arch}""#))
  }

  @Test func `a project of goreleaser's`() throws {
    try programs(
      "linux/amd64 dist/hello_linux_amd64_v1/hello", "linux/arm/v6 dist/hello_linux_arm_6/hello",
      "linux/arm64 dist/hello_linux_arm64_v8.0/hello", "darwin/arm64 dist/hello_darwin_arm64/hello",
      "linux/amd64 dist/other/hello")
    try box.write(
      """
      [{"name":"hello","path":"dist/hello_linux_amd64_v1/hello","goos":"linux","goarch":"amd64","type":"Binary"},
       {"name":"hello","path":"dist/hello_linux_arm_6/hello","goos":"linux","goarch":"arm","goarm":"6","type":"Binary"},
       {"name":"hello","path":"dist/hello_linux_arm64_v8.0/hello","goos":"linux","goarch":"arm64","type":"Binary"},
       {"name":"hello","path":"dist/hello_darwin_arm64/hello","goos":"darwin","goarch":"arm64","type":"Binary"},
       {"name":"hello.tar.gz","path":"dist/hello.tar.gz","type":"Archive"}]
      """, to: "dist/artifacts.json")
    try box.sh(
      """
      echo 'module hello' > go.mod; printf '/dist/\\n/layouts/\\n/_output/\\n/packed/\\n' > .gitignore
      git init -q; git add go.mod .gitignore; git commit -qm a; git tag v1.2.3
      """)
    #expect(
      try archives().mapValues { $0 } == [
        "hello-v1.2.3-darwin-arm64.tar.gz": ["hello-v1.2.3-darwin-arm64/hello 0755"],
        "hello-v1.2.3-linux-amd64.tar.gz": ["hello-v1.2.3-linux-amd64/hello 0755"],
        "hello-v1.2.3-linux-arm64.tar.gz": ["hello-v1.2.3-linux-arm64/hello 0755"],
        "hello-v1.2.3-linux-armv6.tar.gz": ["hello-v1.2.3-linux-armv6/hello 0755"],
      ])
    #expect(
      try layout("release").contains(
        """
          "binaryPath": {
            "linux/arm/v6": "hello_{os}_arm_6/{binary}",
        """))
  }

  @Test func `a project of cargo's`() throws {
    try box.sh(
      """
      printf '[workspace]\\n[package]\\nname = "hello-rs"\\nversion = "0.2.0"\\n' > Cargo.toml; echo m > LICENSE-MIT
      mkdir -p doc; echo m > doc/hello.1; echo t > doc/guide.md
      """)
    try programs(
      "linux/amd64 target/x86_64-unknown-linux-musl/release/hello",
      "darwin/arm64 target/aarch64-apple-darwin/release/hello",
      "linux/amd64 target/x86_64-unknown-linux-musl/release/deps/hello-0123",
      "linux/amd64 target/x86_64-unknown-linux-musl/debug/hello",
      "linux/amd64 target/x86_64-unknown-linux-musl/release/libhello.so")
    #expect(
      try archives() == [
        "hello-rs-0.1.0-darwin-arm64.tar.gz": ["LICENSE-MIT 0644", "hello 0755", "man/hello.1 0644"].map {
          "hello-rs-0.1.0-darwin-arm64/\($0)"
        },
        "hello-rs-0.1.0-linux-amd64.tar.gz": ["LICENSE-MIT 0644", "hello 0755", "man/hello.1 0644"].map {
          "hello-rs-0.1.0-linux-amd64/\($0)"
        },
      ])
  }

  @Test func `a build for this machine alone`() throws {
    try programs("linux/arm64 target/release/hello")
    try box.sh("printf '[package]\\nname=\"hello\"\\n' > Cargo.toml")
    #expect(try archives() == ["hello-0.1.0-linux-arm64.tar.gz": ["hello-0.1.0-linux-arm64/hello 0755"]])
  }

  @Test func `a tree of Kubernetes' shape needs no path`() throws {
    try programs(
      "linux/amd64 _output/dockerized/bin/linux/amd64/hello", "windows/386 _output/dockerized/bin/windows/386/hello.exe"
    )
    try box.sh("echo 'module hello' > go.mod")
    let made = try box.kpack("init", "--format", "json")
    #expect(made.lines.last == #"{"next":["kpack","tarballs","--layouts","layouts","--version","0.1.0"]}"#)
    #expect(
      try layout("hello").contains(
        #""tarball": { "windows/*": "{name}-{version}-{os}-{arch}.zip", "*": "{name}-{version}-{os}-{arch}.tar.gz" }"#))
  }

  @Test func `a program that is not for the platform of its folder is left out and told`() throws {
    try programs("linux/arm64 bin/linux/amd64/hello", "linux/arm64 bin/linux/arm64/hello")
    try box.sh("echo 'module hello' > go.mod")
    let made = try box.kpack("init")
    #expect(
      made.errors == """
        kpack: warning: bin/linux/amd64/hello: left out: its path says linux/amd64, and it is an ELF file for arm64

        """)
    #expect(try layout("release").contains(#""platforms": { "all": ["linux/arm64"] }"#))
  }

  @Test(arguments: [false, true]) func `without programs the sources are packed`(isRepository: Bool) throws {
    try box.sh("echo 'module hello' > go.mod; echo 'x' > main.go")
    if isRepository { try box.sh("git init -q; git add -A; git commit -qm a") }
    let made = try box.kpack("init")
    #expect(made.status == 0)
    #expect(
      made.errors == """
        kpack: warning: no built programs are there: looked in dist and bin, build, out, release, _output (also by OS and \
        ARCH), target/release, target/TRIPLE/release and the tree's root; the layouts are for the sources alone. Build, \
        remove the layouts and run this again, or name the folder of the programs by --bin

        """)
    let sources = ["go.mod", "main.go"]
    // Without git all of the tree is packed, the layouts too.
    let layouts = ["layout.schema.json", "release.json", "src.json"].map { "layouts/\($0)" }
    let files = isRepository ? sources : ["go.mod"] + layouts + ["main.go"]
    let archive = ["hello-0.1.0-src.tar.gz": files.map { "hello-0.1.0/\($0) 0644" }]
    #expect(try packed(made, at: #_sourceLocation) == archive)
  }

  @Test func `nothing is overwritten`() throws {
    try box.write("mine\n", to: "layouts/release.json")
    let made = try box.kpack("init")
    #expect(
      made
        == Outcome(
          status: 2, output: "",
          errors: """
            kpack: error: "layouts/release.json" is there already; remove it, or name another folder by --layouts
            usage: see `kpack init --help`

            """))
    #expect(try box.names(in: "layouts") == ["release.json"])
  }
}
