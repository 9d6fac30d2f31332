// Sets that bring in one another, and tarballs that hold one another, in a row that is too long: a mistake, since each
// step takes memory.

@testable import Layout
@testable import Plan
@testable import TestSupport
import Testing

struct LongChainTests {
  private func mistakes(_ files: [(String, String)]) -> [String] {
    let files = files.map { LayoutFile(path: "layouts/\($0.0).json", bytes: Array($0.1.utf8)) }
    do throws(LayoutErrors) {
      _ = try Planner.rules(files, from: "layouts")
      return []
    } catch {
      return error.errors.map(\.description)
    }
  }

  private func sets(_ count: Int) -> [(String, String)] {
    let sets = (1...count).map { number in
      let entry = number == count ? #"{"text": "x", "to": "x"}"# : #"{"set": "s\#(number + 1)"}"#
      return #""s\#(number)": [\#(entry)]"#
    }
    return [
      ("release", #"{"name": "app", "sets": {\#(sets.joined(separator: ", "))}}"#),
      ("app", #"{"tarball": "app.tgz", "entries": [{"set": "s1"}]}"#),
    ]
  }

  private func tarballs(_ count: Int) -> [(String, String)] {
    let tarballs = (1...count).map { number in
      let entry =
        number == count ? #"{"text": "x", "to": "x"}"# : #"{"artifact": "t\#(number + 1)", "to": "x.tgz"}"#
      return ("t\(number)", #"{"tarball": "t\#(number).tgz", "entries": [\#(entry)]}"#)
    }
    return [("release", #"{"name": "app"}"#)] + tarballs
  }

  @Test(arguments: [17, 40, 5000]) func `sets in a long row are refused`(count: Int) {
    let found = mistakes(sets(count))
    #expect(!found.isEmpty)
    #expect(
      found.allSatisfy { $0.hasSuffix("expected at most 16 sets that bring in one another in a row, found more") })
  }

  @Test(arguments: [66, 100, 5000]) func `tarballs in a long row are refused`(count: Int) {
    let found = mistakes(tarballs(count))
    #expect(!found.isEmpty)
    #expect(
      found.allSatisfy { $0.hasSuffix("expected at most 64 tarballs that hold one another in a row, found more") })
  }

  @Test func `shorter rows are taken`() {
    #expect(mistakes(sets(16)) == [])
    #expect(mistakes(tarballs(64)) == [])
  }
}
