// The Dockerfile beside an image, line by line, and the settings that it and the image share.

@testable import Basics
@testable import Image
import Testing

@Suite struct `Dockerfiles` {
  /// The lines of the Dockerfile with these changes, those of `FROM` and `ADD` left out.
  private static func lines(_ change: (inout SettingChanges) -> Void) -> [String] {
    var changes = SettingChanges()
    change(&changes)
    let text = Dockerfile(base: "base", executable: nil, hasArchive: false, changes: changes).text
    return text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst().dropLast().map(String.init)
  }

  @Test func `the instructions stand in a fixed order, one a line`() {
    var changes = SettingChanges()
    changes.environment = [("B", "2"), ("A", "1")]
    changes.labels = [("version", "v1")]
    changes.workingDirectory = "/srv"
    changes.user = "1000:1000"
    changes.entrypoint = ["/tool"]
    changes.command = ["--serve", "all"]
    let dockerfile = Dockerfile(
      base: "example.org/base:1", executable: ("tool", "/usr/local/bin/"), hasArchive: true, changes: changes)
    #expect(
      dockerfile.text == """
        FROM example.org/base:1
        ADD layer.tar /
        ADD tool /usr/local/bin/
        ENV B="2"
        ENV A="1"
        LABEL "version"="v1"
        WORKDIR /srv
        USER 1000:1000
        ENTRYPOINT ["/tool"]
        CMD ["--serve","all"]

        """)
  }

  @Test(arguments: ["busybox", "example.org:5000/team/base:v1", "busybox@sha256:\(String(repeating: "0", count: 64))"])
  func `FROM names the base as it is given, with its tag or its digest`(base: String) {
    let dockerfile = Dockerfile(base: base, executable: nil, hasArchive: false, changes: SettingChanges())
    #expect(dockerfile.text == "FROM \(base)\n")
  }

  @Test(arguments: [("tool", "/"), ("kube-proxy_v1.7+x", "/usr/local/bin/"), ("7z", "/opt/a:b,c@d%e/")])
  func `a plain executable is added to its plain folder`(name: String, folder: String) {
    #expect(Dockerfile.canAdd(name, to: folder))
    let dockerfile = Dockerfile(base: "b", executable: (name, folder), hasArchive: false, changes: SettingChanges())
    #expect(dockerfile.text == "FROM b\nADD \(name) \(folder)\n")
  }

  @Test(
    arguments: [
      "my tool", "a*", "a?b", "[", "$HOME", #"a\b"#, "it's", #"say"so""#, "#tool", "--chown=1", "größe", "a\nb",
      "Dockerfile", "Dockerfile.dockerignore",
      "layer.tar", ".dockerignore",
    ])
  func `a name that builders read more in cannot be added`(name: String) {
    #expect(!Dockerfile.canAdd(name, to: "/"))
  }

  @Test(arguments: ["/a b/", "/$HOME/", #"/a\b/"#, "/it's/", "/größe/"])
  func `nor can a file go into a folder of such a name`(folder: String) {
    #expect(!Dockerfile.canAdd("tool", to: folder))
  }

  @Test func `FROM asks for the platform where the name does not tell it`() {
    let platform = Platform(os: "linux", architecture: "arm", variant: "v7")
    let dockerfile = Dockerfile(
      base: "b", platform: platform, executable: nil, hasArchive: false, changes: SettingChanges())
    #expect(dockerfile.text == "FROM --platform=linux/arm/v7 b\n")
  }

  @Test(
    arguments: [
      ("", #""""#), ("plain", #""plain""#), ("two words", #""two words""#), ("  ", #""  ""#), ("a=b", #""a=b""#),
      (#"say "so""#, #""say \"so\"""#), ("it's", #""it's""#), ("$HOME", #""\$HOME""#), ("${A:-b}", #""\${A:-b}""#),
      ("# no comment", ##""# no comment""##), (#"C:\dir\"#, #""C:\\dir\\""#), (#"\$"#, #""\\\$""#),
      ("größe", #""größe""#),
    ])
  func `values are in quotes, and what a builder would read in them is escaped`(value: String, quoted: String) {
    #expect(Self.lines { $0.environment = [("A", value)] } == ["ENV A=\(quoted)"])
    #expect(Self.lines { $0.labels = [("l", value)] } == ["LABEL \"l\"=\(quoted)"])
    #expect(Self.lines { $0.labels = [(value, "v")] } == ["LABEL \(quoted)=\"v\""])
  }

  @Test(arguments: ["\"", "$", "\\"])
  func `what is to be escaped is, also before a combining mark`(sign: String) {
    #expect(Self.lines { $0.labels = [("l", "\(sign)\u{301}")] } == ["LABEL \"l\"=\"\\\(sign)\u{301}\""])
  }

  @Test(
    arguments: [
      ("/", "/"), ("/srv", "/srv"), ("1000:1000", "1000:1000"), ("/srv/a b", #""/srv/a b""#),
      ("/a ", #""/a ""#), ("/srv/$HOME", #""/srv/\$HOME""#), (#"/a\b\"#, #""/a\\b\\""#),
      (#"/it's "so""#, #""/it's \"so\"""#),
    ])
  func `folder and user are in quotes where they are no plain words`(text: String, line: String) {
    #expect(Self.lines { $0.workingDirectory = text } == ["WORKDIR \(line)"])
    #expect(Self.lines { $0.user = text } == ["USER \(line)"])
  }

  @Test(
    arguments: [
      ([], "[]"), (["sh"], #"["sh"]"#), (["sh", "-c", "echo $HOME"], #"["sh","-c","echo $HOME"]"#),
      ([#"a"b"#, #"c\d"#, "", "e\nf\tg"], #"["a\"b","c\\d","","e\nf\tg"]"#),
    ])
  func `entrypoint and command are in the form that no shell reads`(words: [String], array: String) {
    #expect(Self.lines { $0.entrypoint = words } == ["ENTRYPOINT \(array)"])
    #expect(Self.lines { $0.command = words } == ["CMD \(array)"])
  }

  @Test func `what is not set has no line`() {
    #expect(Self.lines { _ in } == [])
  }
}

@Suite struct `Changes of settings` {
  private static let base: ImageSettings = {
    var settings = ImageSettings()
    settings.environment = ["PATH=/bin", "A=1"]
    settings.labels = [.init("x", "1"), .init("y", "2")]
    settings.entrypoint = ["/init"]
    settings.command = ["sh"]
    settings.workingDirectory = "/root"
    settings.user = "nobody"
    return settings
  }()

  /// The base's settings after `change`, and those that are expected.
  private static func check(
    _ change: (inout SettingChanges) -> Void, _ expect: (inout ImageSettings) -> Void,
    at location: SourceLocation = #_sourceLocation
  ) {
    var (changes, expected) = (SettingChanges(), base)
    change(&changes)
    expect(&expected)
    #expect(changes.applied(to: base) == expected, sourceLocation: location)
  }

  @Test func `no changes leave the base's settings`() {
    Self.check({ _ in }, { _ in })
  }

  @Test func `a variable or label takes the place of the base's, or comes last`() {
    Self.check(
      { $0.environment = [("B", "2"), ("PATH", "/sbin"), ("A", "")] }, { $0.environment = ["PATH=/sbin", "A=", "B=2"] })
    Self.check(
      { $0.labels = [("z", "3"), ("x", "")] },
      { $0.labels = [.init("x", ""), .init("y", "2"), .init("z", "3")] })
  }

  @Test func `a variable is not taken for one that its name begins`() {
    Self.check({ $0.environment = [("PAT", "x")] }, { $0.environment = ["PATH=/bin", "A=1", "PAT=x"] })
  }

  @Test func `an entrypoint ends the base's command, unless there is a new one`() {
    Self.check({ $0.entrypoint = ["/tool"] }, { ($0.entrypoint, $0.command) = (["/tool"], nil) })
    Self.check(
      { ($0.entrypoint, $0.command) = (["/tool"], ["-v"]) }, { ($0.entrypoint, $0.command) = (["/tool"], ["-v"]) })
    Self.check({ $0.command = ["-v"] }, { $0.command = ["-v"] })
    Self.check({ $0.entrypoint = [] }, { ($0.entrypoint, $0.command) = ([], nil) })
  }

  @Test func `folder and user take the place of the base's`() {
    Self.check({ ($0.workingDirectory, $0.user) = ("/", "0") }, { ($0.workingDirectory, $0.user) = ("/", "0") })
  }
}
