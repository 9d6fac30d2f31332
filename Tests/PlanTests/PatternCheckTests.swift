// Names of platforms that are mistyped, and what is told of them without a tree.

@testable import Basics
@testable import Layout
@testable import Plan
@testable import TestSupport
import Testing

struct PatternCheckTests {
  private let release = #"{"name": "app", "platforms": {"p": ["linux/amd64", "linux/chip"], "here": "present"}}"#

  private func mistakes(_ keys: String, release: String? = nil) throws -> [String] {
    let app = tarball(
      [#"{"text": "x", "to": {\#(keys), "*": "x"}}"#], head: #""platforms": "p""#, name: "{arch}.tgz")
    let rules = try Rules.of(["release": release ?? self.release, "app": app])
    do throws(PlanErrors) {
      _ = try Planner.check(rules)
      return []
    } catch {
      return error.diagnostics.map(\.description)
    }
  }

  @Test(arguments: [
    (#""widnows/*": "y""#, #""widnows/*": the release has no such platform; did you mean "windows/*"?"#),
    (#""macos/arm64": "y""#, #""macos/arm64": the release has no such platform; did you mean "darwin/arm64"?"#),
    (#""x86_64": "y""#, #""*/x86_64": the release has no such platform; did you mean "*/amd64"?"#),
  ])
  func `a mistyped key of a text by platform is a mistake`(keys: String, mistake: String) throws {
    #expect(try mistakes(keys) == ["layouts/app.json:2:21: entries[0].to: \(mistake)"])
  }

  @Test(arguments: [
    (#"["!macos/*"]"#, #""!macos/*": the release has no such platform; did you mean "darwin/*"?"#),
    (#"["linux/*", "windwos/*"]"#, #""windwos/*": the release has no such platform; did you mean "windows/*"?"#),
  ])
  func `a mistyped pattern of a condition is a mistake`(patterns: String, mistake: String) throws {
    let app = tarball(
      [#"{"text": "x", "to": "y", "platforms": \#(patterns)}"#], head: #""platforms": "p""#, name: "{arch}.tgz")
    let rules = try Rules.of(["release": #"{"name": "app", "platforms": {"p": ["linux/amd64"]}}"#, "app": app])
    let mistakes: [String]
    do throws(PlanErrors) {
      _ = try Planner.check(rules)
      mistakes = []
    } catch {
      mistakes = error.diagnostics.map(\.description)
    }
    #expect(mistakes.filter { $0.contains("no such platform") } == ["layouts/app.json:2:1: entries[0]: \(mistake)"])
  }

  @Test(arguments: [#""windows/*": "y""#, #""linux/chip": "y""#, #""linux/arm/v6": "y""#, #""other/*": "y""#])
  func `a key of Go's words or of the layouts' is none, whatever the release is made for`(keys: String) throws {
    #expect(try mistakes(keys) == [])
  }

  @Test func `a platform in a list that is near to one of Go's is warned of`() throws {
    let release =
      #"{"name": "a", "platforms": {"p": ["linux/amd46", "linux/chip", "linux/amd64"]}, "fast": ["linux/x86_64"]}"#
    let rules = try Rules.of([
      "release": release, "app": tarball([], head: #""platforms": "p""#, name: "{os}-{arch}.tgz"),
    ])
    #expect(
      rules.warnings == [
        #"layouts/release.json:1:35: platforms.p[0]: linux/amd46 is not in Go's words; did you mean "linux/amd64"?"#,
        #"layouts/release.json:1:90: fast[0]: linux/x86_64 is not in Go's words; did you mean "linux/amd64"?"#,
      ])
  }
}
