// That what people read of verbs, the guide of --help and the reference of layouts, agrees with the verbs themselves.

@testable import Layout
@testable import Plan
@testable import TestSupport
import Testing

/// What is said of a verb's `to`.
private enum Place: Equatable {
  case folder, ownPath, none

  init(_ verb: any Verb.Type) {
    self = !verb.options.contains("to") ? .none : verb.needsTo ? .ownPath : .folder
  }
}

/// The lines of the guide about verbs and about options.
private struct Guide {
  /// By the verb's key.
  private(set) var places: [String: Place] = [:]
  private(set) var options = ""

  init() throws {
    for line in Planner.verbGuide.split(separator: "\n") {
      let columns = line.split(separator: #/ {2,}/#)
      let place = try #require(columns.count == 2 ? Self.place(String(columns[1])) : nil, "\(line)")
      places[String(columns[0].prefix { $0 != " " })] = place
    }
    let text = String(decoding: try Checkout.read("Sources/kpack/Manual/LayoutGuide.swift"), as: UTF8.self)
    options = try #require(text.components(between: "Options of an entry:", "No tree takes in"))
  }

  private static func place(_ text: String) -> Place? {
    if text.hasPrefix("a folder") { return .folder }
    if text.hasPrefix("none") { return Place.none }
    return text.hasPrefix("its own path; ") ? .ownPath : nil
  }
}

extension String {
  fileprivate func components(between start: String, _ end: String) -> String? {
    guard let first = firstRange(of: start), let last = self[first.upperBound...].firstRange(of: end) else {
      return nil
    }
    return String(self[first.upperBound..<last.lowerBound])
  }
}

struct VerbGuideTests {
  @Test func `the guide names every verb with what its "to" is`() throws {
    let places = Dictionary(uniqueKeysWithValues: VerbTable.verbs.map { ($0.key, Place($0)) })
    #expect(try Guide().places == places)
  }

  @Test func `the guide names every option that several verbs take`() throws {
    let options = try Guide().options
    for option in VerbTable.options where option != "to" {
      #expect(options.contains(try Regex(#"[ \n]\#(option)[ \n,.]"#)), "\(option)")
    }
  }

  @Test func `the reference has a line for every verb, with its "to" and its options`() throws {
    let text = String(decoding: try Checkout.read("docs/layouts-reference.md"), as: UTF8.self)
    let table = try #require(
      text.components(between: "| verb | puts in | `to` | options |\n|---|---|---|---|\n", "\n\n"))
    let rows = table.split(separator: "\n").map { row in
      row.split(separator: "|").map { $0.filter { $0 != "`" }.trimmingPrefix(" ") }
    }
    #expect(rows.count == VerbTable.verbs.count)
    for (row, verb) in zip(rows, VerbTable.verbs) {
      let place: [String: Place] = ["folder ": .folder, "its path ": .ownPath, "none ": .none]
      #expect(row[0].hasPrefix("\"\(verb.key)\": "))
      #expect(place[String(row[2])] == Place(verb), "\(verb.key)")
      #expect(row[3].split(separator: " ").map(String.init) == verb.options.filter { $0 != "to" }, "\(verb.key)")
    }
  }
}
