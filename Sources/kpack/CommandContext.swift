// What every command begins with: its options as typed values, and where it prints.

import Archive
import Basics
import Cache
import Files
import Glibc
import Image
import Layout
import Plan
import Threads
import Write

/// The form of a command's results.
enum ResultFormat: String, CaseIterable {
  case text, json, mtree
}

/// The options of a command line, checked.
struct CommandContext {
  let line: Invocation.CommandLine
  let environment: [String: String]
  let output: ResultOutput
  let messages: MessageOutput
  let format: ResultFormat

  /// Throws `UsageError`.
  init(_ line: Invocation.CommandLine) throws(UsageError) {
    self.line = line
    environment = try Self.readEnvironment()
    let isPlain = line.has("no-color") || !(environment["NO_COLOR"] ?? "").isEmpty
    func isColored(_ descriptor: CInt) -> Bool { line.has("color") || (!isPlain && isTerminal(descriptor)) }
    output = ResultOutput(isColored: isColored(STDOUT_FILENO))
    messages = MessageOutput(
      isQuiet: line.has("quiet"), isVerbose: line.has("verbose"), isColored: isColored(STDERR_FILENO))
    let formats: [ResultFormat] = line.command == .plan ? [.text, .json, .mtree] : [.text, .json]
    let given = line["format"] ?? ResultFormat.text.rawValue
    guard let format = formats.first(where: { $0.rawValue == given }) else {
      let wanted = formats.map(\.rawValue).joined(separator: ", ")
      throw UsageError(message: "--format: expected one of \(wanted), found \(shown(given))", command: line.command)
    }
    self.format = format
  }

  /// The threads to use, of which there can be fewer than are asked for. Throws `UsageError`.
  private func jobs() throws(UsageError) -> Int {
    let wanted = try integer("jobs", in: 1...256).map { Int($0) } ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    return AddressSpace.threads(atMost: wanted)
  }

  /// The choices for a release. Throws `UsageError`.
  func releaseOptions() throws(UsageError) -> ReleaseOptions {
    var given = Locations.Given()
    given.root = try folder("root")
    given.stage = try folder("stage")
    given.bin = try folder("bin")
    given.out = try folder("out")
    given.images = try folder("images")
    given.bases = try folder("bases")
    given.cache = try folder("cache") ?? environment["KPACK_CACHE"].flatMap { $0.isEmpty ? nil : Self.trimmed($0) }
    var options = ReleaseOptions(
      locations: Locations(given, outputName: environment["OUT_DIR"]), environment: environment)
    options.isCacheOfOthers = CacheFolder(options.locations.cache) { _ in }.isOfOthers
    options.platforms = try platforms(options)
    if line.command == .images || line.command == .tarballs, let text = line["image-format"] {
      guard let format = ImageFormat(rawValue: text) else {
        throw usage("--image-format: expected one of hybrid, docker, oci, found \(shown(text))")
      }
      options.imageFormat = format
    }
    options.isFast = line.has("fast") || environment["KUBE_FASTBUILD"] == "true"
    options.flags = try flags()
    options.version = line["version"]
    options.epoch =
      line.has("epoch") ? try integer("epoch", in: 0...ArchiveSettings.latest) : try sourceDateEpoch()
    options.level = try integer("level", in: 0...9).map { Int($0) }
    options.jobs = try jobs()
    if options.version == "" { throw usage("--version: expected a version, found nothing") }
    return options
  }

  /// How outputs are written, on `jobs` threads.
  func writeOptions(jobs: Int) -> WriteOptions {
    var options = WriteOptions(jobs: jobs)
    options.isForced = line.has("force")
    return options
  }

  /// The cache of compressed contents and of what files are, of at most `limit` bytes; nil when there is to be none.
  ///
  /// Nobody who has all outputs go elsewhere finds a folder made for it in the source tree: call this when the folders
  /// of the outputs are there.
  func cache(of options: ReleaseOptions, limit: Int64) -> ArtifactCache? {
    let isNamed = line.has("cache") || !(environment["KPACK_CACHE"] ?? "").isEmpty
    let hasPlace = (try? FileStatus.following(Array(options.locations.output.utf8)))?.isFolder == true
    if line.has("no-cache") || !(isNamed || hasPlace) { return nil }
    let messages = messages
    return ArtifactCache(options.locations.cache, limit: limit) { messages.warning($0) }
  }

  /// The most bytes that the cache keeps. Throws `UsageError`.
  func cacheLimit() throws(UsageError) -> Int64 {
    if let limit = try integer("cache-limit", in: 0...Int64.max) { return limit }
    guard let text = environment["KPACK_CACHE_LIMIT"], !text.isEmpty else { return FolderStore.defaultLimit }
    return try integer(text, "KPACK_CACHE_LIMIT", in: 0...Int64.max)
  }

  /// The layouts that the command line names, or the built-in ones.
  ///
  /// Throws `LayoutErrors`, `NamedFolderError`, `UsageError`, and `Diagnostic` when none are named and the built-in
  /// ones are for another tree than that of `locations`.
  func layouts(for locations: Locations) throws -> LayoutSet {
    let folder = try folder("layouts")
    if let folder { try NamedFolder.check(folder, from: "--layouts") }
    let set = try LayoutSource(folder: folder).load()
    if folder == nil, let mistake = OwnLayouts.mistake(with: set, locations) { throw mistake }
    for warning in set.warnings { messages.warning(warning) }
    return set
  }

  /// The mistake of this command's line that `message` tells.
  func usage(_ message: String) -> UsageError { UsageError(message: message, command: line.command) }

  /// Throws `UsageError` when there are arguments.
  func checkNoArguments() throws(UsageError) {
    if let first = line.arguments.first { throw usage("unexpected argument \(shown(first))") }
  }

  /// The number that an option gives. Throws `UsageError` when it is none, or out of range.
  func integer(_ option: String, in range: ClosedRange<Int64>) throws(UsageError) -> Int64? {
    guard let text = line[option] else { return nil }
    return try integer(text, "--\(option)", in: range)
  }

  /// The most bytes that an archive or image may unpack to. Throws `UsageError`.
  func archiveLimit() throws(UsageError) -> Int64 {
    try integer("limit", in: 0...Int64.max) ?? TarReader.defaultLimit
  }

  private func integer(_ text: String, _ what: String, in range: ClosedRange<Int64>) throws(UsageError) -> Int64 {
    let isDigits = !text.isEmpty && text.utf8.allSatisfy(\.isDigit)
    if isDigits, let number = Int64(text), range.contains(number) { return number }
    throw usage(
      "\(what): expected a whole number from \(range.lowerBound) to \(range.upperBound), found \(shown(text))")
  }

  private func sourceDateEpoch() throws(UsageError) -> Int64? {
    guard let text = environment["SOURCE_DATE_EPOCH"] else { return nil }
    return try integer(text, "SOURCE_DATE_EPOCH", in: 0...ArchiveSettings.latest)
  }

  private func folder(_ option: String) throws(UsageError) -> String? {
    guard let text = line[option] else { return nil }
    if text.isEmpty { throw usage("--\(option): expected a folder, found nothing") }
    return Self.trimmed(text)
  }

  /// A path without the slashes at the end, which nothing needs.
  private static func trimmed(_ text: String) -> String {
    let trimmed = text.utf8.reversed().drop { $0 == UInt8(ascii: "/") }.reversed()
    return trimmed.isEmpty ? "/" : String(decoding: Array(trimmed), as: UTF8.self)
  }

  private func platforms(_ options: ReleaseOptions) throws(UsageError) -> [Platform]? {
    if line.command == .images, line.has("arch") {
      if line.has("platform") { throw usage("--arch and --platform: expected one of them") }
      let names = line.values("arch").joined(separator: ",").split(separator: ",").map { "linux/\($0)" }
      return try platforms(names.joined(separator: ","), "--arch")
    }
    if line.has("platform") { return try platforms(line.values("platform").joined(separator: ","), "--platform") }
    guard let text = options.environmentValue("KUBE_BUILD_PLATFORMS") else { return nil }
    return try platforms(text, "KUBE_BUILD_PLATFORMS")
  }

  private func platforms(_ text: String, _ what: String) throws(UsageError) -> [Platform] {
    var platforms: [Platform] = []
    for word in text.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
      guard let platform = Platform(String(word)) else {
        throw usage("\(what): expected a platform such as linux/amd64, found \(shown(String(word)))")
      }
      platforms.append(platform)
    }
    if platforms.isEmpty { throw usage("\(what): expected platforms such as linux/amd64, found \(shown(text))") }
    return platforms
  }

  private func flags() throws(UsageError) -> [String: Bool] {
    var flags: [String: Bool] = [:]
    for text in line.values("flag") {
      guard let (name, value) = splitAtEqualsSign(text), let isOn = FlagValue.isOn(value) else {
        throw usage("--flag: expected NAME=y or NAME=n, found \(shown(text))")
      }
      flags[name] = isOn
    }
    return flags
  }

  /// Whether a variable of this name is one of the release's, or may be.
  private static func isOurs(_ name: String) -> Bool {
    ["KUBE_", "KPACK_"].contains { name.utf8.starts(with: $0.utf8) } || ["OUT_DIR", "SOURCE_DATE_EPOCH"].contains(name)
  }

  /// The variables of the environment. Throws `UsageError` for one of the release's that is not UTF-8; such ones of
  /// others are left out.
  private static func readEnvironment() throws(UsageError) -> [String: String] {
    var variables: [String: String] = [:]
    // environ is an array of pointers to "NAME=VALUE" that ends with a null pointer (environ(7)).
    var next = environ
    while let entry = next.pointee {
      next += 1
      let bytes = Array(UnsafeRawBufferPointer(start: entry, count: strlen(entry)))
      guard let sign = bytes.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let name = String(decoding: bytes[..<sign], as: UTF8.self)
      if let value = String(validating: bytes[(sign + 1)...], as: UTF8.self) {
        variables[name] = value
      } else if isOurs(name) {
        throw UsageError(message: "\(name): expected text in UTF-8")
      }
    }
    return variables
  }
}

/// The parts before and behind the first "=", if there is one.
func splitAtEqualsSign(_ text: String) -> (name: String, value: String)? {
  let bytes = Array(text.utf8)
  guard let sign = bytes.firstIndex(of: UInt8(ascii: "=")) else { return nil }
  return (String(decoding: bytes[..<sign], as: UTF8.self), String(decoding: bytes[(sign + 1)...], as: UTF8.self))
}
