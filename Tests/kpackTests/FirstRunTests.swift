// The first run in a project that is not Kubernetes: one message, which says what to do.

import Testing

@Suite struct FirstRunTests {
  private static let start =
    "no --layouts is given, and the built-in ones are those of Kubernetes v1.7, which the current folder does not hold; "
  private static let write = """
    give --layouts DIR with layouts of your own: `kpack layouts export DIR` writes out the built-in ones, and \
    "Writing layouts" in README.md tells what they say
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
    #expect(outcome == Outcome(status: 2, output: "", errors: "kpack: error: \(Self.start)\(making.1)\n"))
    #expect(try box.sh("find . | sort") == before)
  }

  @Test func `a root that is named is named`() throws {
    let box = try Sandbox()
    try box.sh("mkdir -p src/mine && echo '{}' >src/mine/release.json")
    let outcome = try box.kpack("plan", "--root", "src")
    let message = Self.start.replacing("the current folder", with: "src") + "give --layouts src/mine"
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
}
