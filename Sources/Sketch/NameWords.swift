// The words that release files have in their names: the version, the system and the architecture, in the many ways in
// which projects spell them.

import Basics

/// The version, the system and the architecture in a name, each with its place.
struct NameWords: Equatable, Sendable {
  /// A word in the name.
  struct Word: Equatable, Sendable {
    /// Where its bytes are.
    let range: Range<Int>
    /// As it is written.
    let text: String
    /// In Go's words: a system, or an architecture with its variant behind it, as in "armv6".
    let meaning: String

    /// The variable of a version that is written so: without a "v" it is that of release tags without theirs.
    var variable: String { text.utf8.first.map { $0 | 0x20 == UInt8(ascii: "v") } == true ? "{version}" : "{semver}" }
  }

  /// The bytes of the name.
  let name: [UInt8]
  let version: Word?
  let system: Word?
  let architecture: Word?

  /// The words of `name`; with `version` it is searched for that alone.
  init(_ name: [UInt8], version known: String? = nil) {
    self.name = name
    let parts = Self.parts(of: name)
    let version = known.map { Self.place(of: $0, in: name) } ?? Self.version(in: name, parts)
    self.version = version
    func words(_ meaning: (String) -> String?) -> [Word] {
      Self.words(in: name, parts.filter { part in version.map { !$0.range.overlaps(part) } ?? true }, meaning)
    }
    architecture = words(Self.architecture).last
    let systems = words(Self.system)
    // "js" is a system of Go's, and more often a part of a project's name.
    let likely = systems.filter { $0.meaning != "js" && $0.meaning != "ios" }
    system = likely.last ?? systems.last
  }

  /// The words of a text.
  init(_ text: String, version: String? = nil) { self.init(Array(text.utf8), version: version) }

  /// The platform that the name says; nil when it has no system, or no architecture.
  var platform: Platform? {
    guard let system, let architecture = architecture?.meaning ?? Self.impliedArchitecture[system.text.lowercased()]
    else { return nil }
    let (name, variant) = Self.split(architecture)
    return Platform(os: system.meaning, architecture: name, variant: variant)
  }

  /// The name without its words: what the names of one project's archives have in common. Each word leaves a NUL.
  var frame: [UInt8] {
    var frame = name
    for word in [version, system, architecture].compactMap({ $0 }).sorted(by: {
      $0.range.lowerBound > $1.range.lowerBound
    }) {
      frame.replaceSubrange(word.range, with: [0])
    }
    return frame
  }

  /// The part before the first of its words, without what separates them.
  var lead: String {
    let start = [version, system, architecture].compactMap { $0?.range.lowerBound }.min() ?? name.count
    let lead = name[..<start].reversed().drop { !$0.isLetterOrDigit }.reversed()
    return String(decoding: Array(lead), as: UTF8.self)
  }
}

// Finding them
extension NameWords {
  /// Systems that are written with the number of bits, by the architecture that they mean.
  private static let impliedArchitecture = [
    "linux64": "amd64", "linux32": "386", "win64": "amd64", "win32": "386",
  ]

  /// The runs of letters and digits.
  private static func parts(of name: [UInt8]) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var start: Int?
    for index in name.indices {
      if name[index].isLetterOrDigit {
        start = start ?? index
      } else if let begin = start {
        parts.append(begin..<index)
        start = nil
      }
    }
    if let start { parts.append(start..<name.count) }
    return parts
  }

  /// The words of up to three parts that have a meaning, each as long as it can be.
  private static func words(in name: [UInt8], _ parts: [Range<Int>], _ meaning: (String) -> String?) -> [Word] {
    var words: [Word] = []
    var index = 0
    while index < parts.count {
      var found: (word: Word, count: Int)?
      for count in [3, 2, 1] where found == nil && index + count <= parts.count {
        guard isOneWord(parts[index..<(index + count)], of: name) else { continue }
        let range = parts[index].lowerBound..<parts[index + count - 1].upperBound
        let text = String(decoding: name[range], as: UTF8.self)
        found = meaning(text).map { (Word(range: range, text: text, meaning: $0), count) }
      }
      if let (word, count) = found {
        words.append(word)
        index += count
      } else {
        index += 1
      }
    }
    return words
  }

  /// Whether one separator of words stands between each two of `parts`.
  private static func isOneWord(_ parts: ArraySlice<Range<Int>>, of name: [UInt8]) -> Bool {
    zip(parts, parts.dropFirst()).allSatisfy { first, second in
      second.lowerBound == first.upperBound + 1 && "_-".utf8.contains(name[first.upperBound])
    }
  }

  private static func system(_ word: String) -> String? {
    PlatformNames.systems.contains(word) ? word : PlatformNames.usual(forSystem: word)
  }

  /// The architecture that `word` means, with its variant behind it.
  private static func architecture(_ word: String) -> String? {
    // A separator before the variant, as in "arm_6", "arm-v7" and "arm64_v8".
    let bare = word.utf8.map(\.lowercased).filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }
    let joined = String(decoding: bare, as: UTF8.self)
    for variant in ["v5", "v6", "v7"] {
      let digit = String(variant.dropFirst())
      let spellings = [
        "arm\(variant)", "arm\(digit)", "arm32\(variant)", "arm\(variant)l", "arm\(variant)tel", "arm\(variant)hf",
      ]
      if spellings.contains(joined) { return "arm\(variant)" }
    }
    for variant in ["v2", "v3", "v4"] where ["amd64\(variant)", "x8664\(variant)"].contains(joined) {
      return "amd64\(variant)"
    }
    if PlatformNames.architectures.contains(word) { return word }
    return PlatformNames.usual(forArchitecture: word)
  }

  /// The name and the variant of an architecture that `architecture` gave.
  private static func split(_ word: String) -> (name: String, variant: String?) {
    if PlatformNames.architectures.contains(word) { return (word, nil) }
    return (String(word.dropLast(2)), String(word.suffix(2)))
  }

  private static func place(of version: String, in name: [UInt8]) -> Word? {
    let wanted = Array(version.utf8)
    guard !wanted.isEmpty, name.count >= wanted.count else { return nil }
    let start = (0...(name.count - wanted.count)).first { start in
      let end = start + wanted.count
      let isAlone =
        (start == 0 || !name[start - 1].isLetterOrDigit) && (end == name.count || !name[end].isLetterOrDigit)
      return isAlone && name[start..<end].elementsEqual(wanted)
    }
    return start.map { Word(range: $0..<($0 + wanted.count), text: version, meaning: version) }
  }

  /// The first version: numbers with dots between them, "v" before them or not, and what marks one before a release.
  private static func version(in name: [UInt8], _ parts: [Range<Int>]) -> Word? {
    for part in parts {
      let digits = part.lowerBound + (name[part.lowerBound] | 0x20 == UInt8(ascii: "v") ? 1 : 0)
      guard let end = numbers(in: name, from: digits) else { continue }
      let range = part.lowerBound..<afterMark(in: name, from: end)
      let text = String(decoding: name[range], as: UTF8.self)
      return Word(range: range, text: text, meaning: text)
    }
    return nil
  }

  /// The end of at least two numbers with dots between them; nil when there are no such.
  private static func numbers(in name: [UInt8], from start: Int) -> Int? {
    var end = start
    var count = 0
    while true {
      let digits = name[end...].prefix(while: \.isDigit).count
      if digits == 0 { return nil }
      end += digits
      count += 1
      guard end + 1 < name.count, name[end] == UInt8(ascii: "."), name[end + 1].isDigit else { break }
      end += 1
    }
    // What goes on with a letter is no version, but for "1.2.3rc1".
    if count < 2 { return nil }
    if end < name.count, name[end].isLetter { return mark(in: name, from: end) }
    return end
  }

  private static let marks = ["alpha", "beta", "rc", "pre", "dev", "snapshot", "nightly", "next"]

  /// The end of what may follow the numbers: "-rc.1", "-alpha.3", "-14-g0123abc", "+build.5".
  private static func afterMark(in name: [UInt8], from start: Int) -> Int {
    var end = start
    if end < name.count, "-.~".utf8.contains(name[end]), let next = mark(in: name, from: end + 1) { end = next }
    // git describe: the number of commits and the commit.
    let rest = name[end...]
    let count = rest.dropFirst().prefix(while: \.isDigit).count
    let hash = rest.dropFirst(1 + count)
    if rest.first == UInt8(ascii: "-"), count > 0, hash.starts(with: "-g".utf8) {
      let digits = hash.dropFirst(2).prefix(while: \.isLowerHexDigit).count
      if digits >= 7 { end += 1 + count + 2 + digits }
    }
    if end + 1 < name.count, name[end] == UInt8(ascii: "+"), name[end + 1].isLetterOrDigit {
      end += 1 + name[(end + 1)...].prefix(while: { $0.isLetterOrDigit || $0 == UInt8(ascii: ".") }).count
    }
    return end
  }

  /// The end of a mark such as "rc.1" from `start` on; nil when there is none.
  private static func mark(in name: [UInt8], from start: Int) -> Int? {
    let letters = name[start...].prefix(while: \.isLetter)
    guard marks.contains(String(decoding: letters.map(\.lowercased), as: UTF8.self)) else { return nil }
    var end = start + letters.count
    while true {
      let digits = name[end...].prefix(while: \.isDigit).count
      if digits > 0 {
        end += digits
      } else if end + 1 < name.count, "-.".utf8.contains(name[end]), name[end + 1].isDigit,
        // "-rc.1", and no more than one number, for what follows may be of the name.
        name[end - 1].isLetter
      {
        end += 1
      } else {
        return end
      }
    }
  }

  /// The name as a template, with these variables in place of its words; nil leaves a word as it is.
  func template(system variable: String?, architecture other: String?) -> String {
    var changes: [(Range<Int>, String)] = []
    if let version { changes.append((version.range, version.variable)) }
    if let system, let variable { changes.append((system.range, variable)) }
    if let architecture, let other { changes.append((architecture.range, other)) }
    var text = ""
    var end = 0
    for (range, variable) in changes.sorted(by: { $0.0.lowerBound < $1.0.lowerBound }) where range.lowerBound >= end {
      text += Self.literal(name[end..<range.lowerBound]) + variable
      end = range.upperBound
    }
    return text + Self.literal(name[end...])
  }

  /// Bytes as they stand in a template.
  static func literal(_ bytes: some Collection<UInt8>) -> String {
    let escaped = bytes.flatMap { $0 == UInt8(ascii: "{") ? [$0, $0] : [$0] }
    return String(decoding: escaped, as: UTF8.self)
  }
}
