// The command lines of the pages: options and commands that they name are there.

import Testing

@Suite struct PageCommandsTests {
  /// Blocks that no test runs, by page and first line, and why.
  private static let notRun = [
    "README.md: kpack tarballs --layouts layouts --bin build --out dist --version 1.2.0": "a project of the reader's",
    "docs/images.md: kpack base make busybox --from /bin/busybox --arch amd64":
      "installs a package, and needs an engine",
    "docs/images.md: kpack base add my/base:1 saved.tar": "needs a registry, and files of other tools",
    "docs/images.md: kpack images --layouts layouts --version 1.2.0 --oci _output/release-oci":
      "needs a registry and other tools",
    "docs/release-scripts.md: kpack base add gcr.io/google-containers/debian-iptables-amd64:v7 debian-iptables.tar":
      "needs a registry, and files of other tools",
    "docs/release-scripts.md: kpack tarballs client salt": "a tree of Kubernetes, Go, jq and bsdtar",
  ]

  @Test(arguments: Pages.all.map(\.path)) func `every line of kpack is one that it takes`(path: String) throws {
    let page = try #require(Pages.all.first { $0.path == path })
    for block in page.blocks where Self.isScript(block) {
      for words in ShellLines.kpackLines(in: block.text) {
        #expect(KnownOptions.mistake(in: words) == nil, "\(path):\(block.line): kpack \(words.joined(separator: " "))")
      }
    }
    for (line, code) in page.codeSpans where !code.contains("COMMAND") {
      for words in ShellLines.kpackLines(in: code) where !words.isEmpty {
        #expect(KnownOptions.mistake(in: words) == nil, "\(path):\(line): \(code)")
      }
    }
  }

  @Test(arguments: Pages.written.map(\.path)) func `every option in a text is there`(path: String) throws {
    let page = try #require(Pages.all.first { $0.path == path })
    for (line, code) in page.codeSpans {
      guard let option = code.prefixMatch(of: /--[a-z-]+/)?.0 else { continue }
      #expect(KnownOptions.has(String(option)), "\(path):\(line): \(code)")
    }
  }

  @Test func `blocks of commands are run, but for those with a reason`() {
    let blocks = Pages.written.flatMap { page in
      page.blocks.filter { Self.isScript($0) && $0.note("run") == nil }.compactMap { block in
        ShellLines.kpackLines(in: block.text).first.map { "\(page.path): kpack \($0.joined(separator: " "))" }
      }
    }
    #expect(blocks.sorted() == Self.notRun.keys.sorted())
  }

  private static func isScript(_ block: CodeBlock) -> Bool { ["", "sh"].contains(block.language) }
}
