// The first run in a project that is not Kubernetes: one message, which says what to do.

import Testing

@Suite struct FirstRunTests {
  private static let start =
    "no --layouts is given, and the built-in ones are those of Kubernetes v1.7, which the current folder does not hold; "
  private static let end = "; for Kubernetes, name its tree by --root and its binaries by --bin"
  private static let write = """
    give --layouts DIR with layouts of your own: `kpack layouts export DIR` writes out the built-in ones, and \
    `kpack help` tells what they say
    """

  @Test(
    arguments: [
      ("mkdir cmd docs test examples hack; touch README.md LICENSE Vagrantfile main.c", write),
      ("mkdir -p layouts && echo x >layouts/x", write),
      ("mkdir layouts && echo '{}' >layouts/release.json", "give --layouts layouts"),
      ("mkdir a release && echo '{}' >release/release.json", "give --layouts release"),
      ("mkdir layouts a && echo '{}' | tee a/release.json >layouts/release.json", "give --layouts layouts"),
      ("mkdir _output", write),
    ] as [(String, String)], ["tarballs", "plan", "images"])
  func `a run without layouts of one's own is told what to do`(making: (String, String), command: String) throws {
    let box = try Sandbox()
    try box.sh(making.0)
    let before = try box.sh("find . | sort")
    let outcome = try box.kpack(command)
    #expect(outcome == Outcome(status: 2, output: "", errors: "kpack: error: \(Self.start)\(making.1)\(Self.end)\n"))
    #expect(try box.sh("find . | sort") == before)
  }

  @Test func `a root that is named is named`() throws {
    let box = try Sandbox()
    try box.sh("mkdir -p src/mine && echo '{}' >src/mine/release.json")
    let outcome = try box.kpack("plan", "--root", "src")
    let message = Self.start.replacing("the current folder", with: "src") + "give --layouts src/mine" + Self.end
    #expect(outcome == Outcome(status: 2, output: "", errors: "kpack: error: \(message)\n"))
  }

  @Test(arguments: [
    "mkdir -p _output/dockerized/bin/linux/amd64; touch _output/dockerized/bin/linux/amd64/kubectl",
    "mkdir -p cluster/saltbase", "mkdir Godeps; touch Godeps/LICENSES",
  ])
  func `a tree that is there in part is told what it lacks`(making: String) throws {
    let box = try Sandbox()
    try box.sh(making)
    let outcome = try box.kpack("plan")
    #expect(outcome.status != 0 && !outcome.errors.contains("no --layouts is given"))
    #expect(
      outcome.errors.contains("built-in/") || outcome.errors.contains("_output/dockerized/bin"), "\(outcome.errors)")
  }

  @Test(arguments: ["tarballs", "plan", "images"])
  func `a run without binaries is told where to put them`(command: String) throws {
    let box = try Sandbox.imaged()
    try box.write(
      #"{"tarball":"p.tar.gz","platforms":"server","entries":[{"binaries":"server","to":"bin"},{"images":"server","to":"img"}]}"#,
      to: "layouts/server.json")
    try box.sh("mkdir none; rm -r _output/dockerized")
    for (words, bin) in [([], "_output/dockerized/bin"), (["--bin", "none"], "none")] {
      let outcome = try box.kpack(words: [command, "--layouts", "layouts", "--version", "v1"] + words)
      let remedy = "put them at \(bin)/OS/ARCH/NAME, or give --bin DIR with the folder that OS/ARCH/NAME are in"
      #expect(outcome.status == 4 && outcome.output.isEmpty)
      #expect(outcome.errors.hasPrefix("kpack: error: ") && outcome.errors.contains(" \(bin)"))
      #expect(
        outcome.errors.hasSuffix("\nhint: \(bin) holds none of the binaries of p: \(remedy)\n"), "\(outcome.errors)")
    }
    // One that is there shows that the folder is the right one.
    try box.write("x", to: "none/linux/arm64/tool")
    #expect(try !box.kpack(command, "--layouts", "layouts", "--version", "v1", "--bin", "none").errors.contains("hint"))
  }

  @Test func `a run with the built-in layouts and no binaries is told of layouts of its own too`() throws {
    let box = try Sandbox()
    try box.sh("mkdir -p cluster/saltbase mine; echo '{}' >mine/release.json")
    let outcome = try box.kpack("tarballs", "--version", "v1")
    // Bases are missing too, and decide.
    #expect(outcome.status == 3)
    #expect(outcome.errors.contains("\nhint: _output/dockerized/bin holds none of the binaries of Kubernetes v1.7: "))
    #expect(outcome.errors.hasSuffix("; for a project of your own, give --layouts mine\n"))
  }
}
