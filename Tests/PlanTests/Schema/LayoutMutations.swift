// Ways to break a layout, or to leave it right by a hair.

@testable import JSON
@testable import TestSupport

/// One document changed at one place.
struct LayoutMutations {
  /// Every key of the schema.
  let keys: [String]

  /// Strings that are wrong in most places and right in some.
  static let strings: [String] = [
    "", ".", "..", "...", "/", "//", "///", "a", "a/b", "/a", "a/", "a//b", "a/../b", "a/..", "./a", "a/.", "..a",
    "a b",
    "a\u{1}", "a\tb", "a\nb", "a\n", "0755\n", "a\u{7F}", "\u{0}", "a\u{2028}/../b", "a\u{E9}", "e\u{301}", "\u{212A}",
    "\u{1F600}", "x.tgz", "x.tar.gz", ".tgz", ".tar.gz", "x.tgz\n", "x.tar", ".tar", "x.zip", "a/x.tgz", "a/x.tar",
    "{name}", "{name}.tgz", "{os}.tgz", "x.tgz{{", "x.tar{name}", "{{", "{{}", "{", "}", "{nope}", "{md5}", "{os}",
    "linux/amd64", "Linux/AMD64", "linux/*", "*/*", "*", "linux", "linux/arm/v7", "linux/arm-64", "-linux/arm",
    "linux/", "linux/arm/v6", "linux/arm/6", "arm/v6", "!windows/*", "!*/*", "windows", "macos", "x86_64",
    "{binary}", "a/{binary}", "{{binary}", "{env.A}", "{env.Z}", "{variant}", "linux/amd64\n", "!linux/amd64", "-x",
    "-\u{301}x", "_x", "f", "!f", "!", "!!f", "!\u{301}f", "git-clean",
    "!git-clean", "0755", "755", "0888", "10755", "7", "-755", "normal", "source", "0:0", "00:07", "-0:0", "+1:1",
    "1:2:3", ":", "0:\u{301}0", "0:4294967295", "A=1", "=1", "=", "A", "A B=1", "A=\n", "A=\t", "A=\u{7F}",
    "A=\u{301}1",
    "\u{C4}=1", "[a", "[]a]", "a\\", "**/", "y", "n", "Y", "present", "intersect", "replace", "stage", "images", "HEAD",
    "p", "b", "g", "base", "src", "cap_chown=ep", "cap_chown,cap_kill+i-i=p", "cap_chown", "cap_fly=ep", "cap_chown+",
    "all=p", "=ep", "cap_chown=e", "cap_chown=x", "cap_chown=\u{301}p", "cap_chown=ep cap_kill=ep",
    "80", "080", "65535", "65536", "53/udp", "53/icmp", "53/", "/v", "SIGTERM", "SIGRTMIN+3", "SIGRTMIN+16", "TERM",
    "64",
    "65", "SIGRTMIN+\u{301}3", "scratch",
  ]

  private static let others: [JSONLiteral] = [
    .null, .bool(true), .bool(false), .integer(0), .integer(-1), .integer(9), .integer(10), .integer(8_589_934_591),
    .integer(8_589_934_592), .number("-0"), .number("6.0"), .number("1.5"), .number("1e2"),
    .number("99999999999999999999"), .string("x"), .array([]), .object([]), .array([.string("a")]), .array([.null]),
    .object([("a", .string("b"))]), .object([("ref", .string("b"))]), .array([.object([])]),
  ]

  /// Each change at each place whose like was not seen: places are alike when the keys that lead there are, and objects
  /// when their own keys are too, so that one element of a list stands for all.
  func all(_ document: JSONLiteral, seen: inout Set<String>) -> [JSONLiteral] {
    document.places.flatMap { place -> [JSONLiteral] in
      guard let found = document.value(at: place.steps), seen.insert(place.name + found.ownKeys).inserted else {
        return []
      }
      var changes = seen.insert(place.name).inserted ? Self.others : []
      switch found {
      case .string: changes += Self.strings.map(JSONLiteral.string)
      case .object(let members): changes += objects(members, isOfNames: Self.holdsNames(place.name))
      default: break
      }
      return changes.compactMap { document.replacing(place.steps, with: $0) }
    }
  }

  /// The object without each of its members, with each key more, and with another first key.
  private func objects(_ members: [(String, JSONLiteral)], isOfNames: Bool) -> [JSONLiteral] {
    let without = members.indices.map { index in members.enumerated().filter { $0.offset != index }.map(\.element) }
    let with = (isOfNames ? [] : keys).filter { key in !members.contains { $0.0 == key } }.map { key in
      members + [(key, value(for: key))]
    }
    let renamed = (isOfNames ? Self.strings : ["nope", ""]).compactMap { name in
      members.first.map { [(name, $0.1)] + members.dropFirst() }
    }
    return (without + with + renamed).map(JSONLiteral.object)
  }

  /// Whether the keys of the object at the place are names that the layout gives.
  private static func holdsNames(_ place: String) -> Bool {
    [
      ".platforms", ".binaries", ".flags", ".bases", ".base", ".ref", ".repository", ".groups", ".env", ".labels",
      ".os", ".arch", ".annotations", ".sets", ".rename",
      ".binaryPath", ".tarball", ".root", ".file", ".tree", ".text", ".directory", ".symlink", ".git", ".to", ".tag",
      ".user", ".workdir",
    ]
    .contains {
      place.hasSuffix($0)
    }
  }

  /// One change, of any kind at any place.
  func one(_ document: JSONLiteral, _ dice: inout SplitMix) -> JSONLiteral {
    guard let place = document.places.randomElement(using: &dice), let found = document.value(at: place.steps) else {
      return document
    }
    var change = Self.others.randomElement(using: &dice)
    switch found {
    case .string where !dice.oneIn(6): change = Self.strings.randomElement(using: &dice).map(JSONLiteral.string)
    case .array(let elements) where !dice.oneIn(4):
      change = .array(elements + (elements.randomElement(using: &dice).map { [$0] } ?? [.string("a")]))
    case .object(var members) where !dice.oneIn(6):
      switch Int.random(in: 0..<4, using: &dice) {
      case 0: if let index = members.indices.randomElement(using: &dice) { members.remove(at: index) }
      case 1: if let member = members.randomElement(using: &dice) { members.append(member) }
      case 2:
        if let index = members.indices.randomElement(using: &dice), let key = keys.randomElement(using: &dice) {
          members[index].0 = key
        }
      default: if let key = keys.randomElement(using: &dice) { members.append((key, value(for: key))) }
      }
      change = .object(members)
    default: break
    }
    return document.replacing(place.steps, with: change) ?? document
  }

  /// What most places that have this key take.
  private func value(for key: String) -> JSONLiteral {
    switch key {
    case "optional", "overlay", "unchecked", "commitId", "flatten": .bool(true)
    case "include", "exclude", "paths", "cmd", "entrypoint", "names": .array([.string("a")])
    case "expose": .array([.string("80")])
    case "volumes": .array([.string("/v")])
    case "stopsignal": .string("SIGHUP")
    case "oci": .bool(true)
    case "from": .string("base")
    case "mode": .string("0755")
    case "owner": .string("0:0")
    case "capabilities": .array([.string("cap_kill=p")])
    case "platforms": .string("p")
    case "when": .string("f")
    case "artifact": .string("src")
    case "set": .string("s")
    case "binaries": .string("b")
    case "images": .string("g")
    default: .string("a")
    }
  }
}

extension JSONLiteral {
  /// A value's way from the top, by the numbers of members and elements, and by keys alone.
  typealias Place = (steps: [Int], name: String)

  /// Where its values stand, its own place first.
  var places: [Place] {
    var places: [Place] = [([], "")]
    for (index, child) in children.enumerated() {
      places += child.value.places.map { ([index] + $0.steps, "\(child.name)\($0.name)") }
    }
    return places
  }

  /// Its keys, if it is an object.
  var ownKeys: String { if case .object(let members) = self { "{\(members.map(\.0))}" } else { "" } }

  private var children: [(name: String, value: JSONLiteral)] {
    switch self {
    case .array(let elements): elements.map { ("[]", $0) }
    case .object(let members): members.map { (".\($0.0)", $0.1) }
    default: []
    }
  }

  /// The value at the place.
  func value(at steps: [Int]) -> JSONLiteral? {
    guard let first = steps.first else { return self }
    let children = children
    return children.indices.contains(first) ? children[first].value.value(at: Array(steps.dropFirst())) : nil
  }

  /// The value with another at the place, or with none for nil; nil when that leaves nothing.
  func replacing(_ steps: [Int], with value: JSONLiteral?) -> JSONLiteral? {
    guard let first = steps.first else { return value }
    let rest = Array(steps.dropFirst())
    switch self {
    case .array(var elements):
      let changed = elements[first].replacing(rest, with: value)
      elements.replaceSubrange(first...first, with: changed.map { [$0] } ?? [])
      return .array(elements)
    case .object(var members):
      let changed = members[first].1.replacing(rest, with: value)
      members.replaceSubrange(first...first, with: changed.map { [(members[first].0, $0)] } ?? [])
      return .object(members)
    default: return self
    }
  }
}
