// The start of every command: its options as typed values, and its outputs.

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

/// The options of a command line, checked.
struct CommandContext {
  let line: Invocation.CommandLine
  /// All commands, for those that describe them.
  let commands: [CommandSpec]
  let environment: Environment
  let output: ResultOutput
  let messages: MessageOutput
  let format: ResultFormat

  init(_ line: Invocation.CommandLine, _ commands: [CommandSpec]) throws(UsageError) {
    self.line = line
    self.commands = commands
    let environment = try Environment()
    self.environment = environment
    let isPlain = line.has("no-color") || environment.value(of: .noColor) != nil
    func isColored(_ descriptor: CInt) -> Bool { line.has("color") || (!isPlain && Terminal.isBehind(descriptor)) }
    output = ResultOutput(isColored: isColored(STDOUT_FILENO), columns: Terminal.columns(behind: STDOUT_FILENO))
    messages = MessageOutput(
      isQuiet: line.has("quiet"), isVerbose: line.has("verbose"), isColored: isColored(STDERR_FILENO))
    // The parser has already refused other values.
    format = line["format"].flatMap { ResultFormat(rawValue: $0) } ?? .text
  }

  /// The threads to use; fewer than asked for where address space is limited.
  private func jobs() throws(UsageError) -> Int { AddressSpace.threads(atMost: try wantedJobs()) }

  /// The threads that are asked for.
  func wantedJobs() throws(UsageError) -> Int {
    try integer("jobs", in: 1...256).map { Int($0) } ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }

  /// The folders of a run.
  func locations() throws(UsageError) -> Locations {
    var given = Locations.Given()
    given.root = try folder("root")
    given.stage = try folder("stage")
    given.bin = try folder("bin")
    given.out = try folder("out")
    given.images = try folder("images")
    given.dockerfiles = try folder("dockerfiles")
    given.oci = try folder("oci")
    given.bases = try folder("bases")
    given.cache = try folder("cache") ?? environment.value(of: .cache).map { Self.trimmed($0) }
    return Locations(given, outputName: environment[.outputFolder])
  }

  /// The options of a release.
  func releaseOptions() throws(UsageError) -> ReleaseOptions {
    var options = ReleaseOptions(locations: try locations(), environment: environment.all)
    options.isCacheOfOthers = CacheFolder(options.locations.cache) { _ in }.isOfOthers
    if let (platforms, origin) = try platforms() { (options.platforms, options.platformsOrigin) = (platforms, origin) }
    // The parser has already refused other values.
    options.imageFormat = line["image-format"].flatMap { ImageFormat(rawValue: $0) } ?? .hybrid
    options.layouts = try folder("layouts")
    options.isStaging = line.has("with-stage")
    options.isOCIAsked = line["oci"] != nil
    options.releaseNames = try releaseNames()
    options.isFast = line.has("fast") || environment[.fastBuild] == "true"
    options.flags = try flags()
    options.version = line["version"]
    options.epoch = try epoch()
    options.level = try integer("level", in: 0...9).map { Int($0) }
    options.jobs = try jobs()
    if options.version == "" { throw usage("--version: expected a version, found nothing") }
    return options
  }

  /// The options for writing the outputs on `jobs` threads.
  func writeOptions(jobs: Int) -> WriteOptions {
    var options = WriteOptions(jobs: jobs)
    options.isForced = line.has("force")
    return options
  }

  /// The cache of compressed contents and of facts about files, of at most `limit` bytes; nil for no cache.
  ///
  /// Call this when the folders of the outputs exist. A run with all outputs elsewhere then makes no cache folder in
  /// the source tree.
  func cache(of options: ReleaseOptions, limit: Int64) -> ArtifactCache? {
    let isNamed = line.has("cache") || environment.value(of: .cache) != nil
    let hasPlace = (try? FileStatus.following(Array(options.locations.output.utf8)))?.isFolder == true
    if line.has("no-cache") || !(isNamed || hasPlace) { return nil }
    let messages = messages
    return ArtifactCache(options.locations.cache, limit: limit) { messages.warning($0) }
  }

  /// The most bytes that the cache keeps.
  func cacheLimit() throws(UsageError) -> Int64 {
    if let limit = try integer("cache-limit", in: 0...Int64.max) { return limit }
    guard let text = environment.value(of: .cacheLimit) else { return FolderStore.defaultLimit }
    return try integer(text, EnvironmentVariable.cacheLimit.rawValue, in: 0...Int64.max)
  }

  /// The result of `plan` for this run's layouts. If binaries are missing, the error also says what to do.
  ///
  /// Throws what `plan` and `layouts` throw, and `AdvisedErrors`.
  func planned<Result>(in locations: Locations, _ plan: (Rules) throws -> Result) throws -> Result {
    let rules = try layouts(for: locations)
    do {
      return try plan(rules)
    } catch let errors as PlanErrors {
      let isBuiltIn = !line.has("layouts")
      guard let advice = OwnLayouts.advice(after: errors, with: rules.layouts, isBuiltIn: isBuiltIn, locations) else {
        throw errors
      }
      throw AdvisedErrors(errors: errors, advice: advice)
    }
  }

  /// Tells what the environment leaves out of the release, if anything.
  func tellCut(of plan: Plan) { if let cut = plan.platformCut { messages.note("\(cut)") } }

  /// The layouts that the command line names, or the built-in ones.
  ///
  /// Throws `LayoutErrors`, `NamedFolderError`, `UsageError`, and a `Diagnostic` when no layouts are named and the
  /// built-in ones do not fit the tree of `locations`.
  private func layouts(for locations: Locations) throws -> Rules {
    let folder = try folder("layouts")
    if let folder { try NamedFolder.check(folder, from: "--layouts") }
    let rules = try LayoutSource(folder: folder).load()
    for warning in rules.warnings { messages.warning(warning) }
    for unused in rules.unused { messages.warning("\(unused)") }
    if folder == nil, let mistake = OwnLayouts.mistake(with: rules, locations) { throw mistake }
    return rules
  }

  /// The error of this command's line with `message`.
  func usage(_ message: String) -> UsageError { UsageError(message: message, command: line.command.name) }

  /// The error of a line whose first argument names no form, or whose arguments fit no form.
  func wrongForm() -> UsageError { usage(line.command.expectation) }

  /// Refuses arguments.
  func checkNoArguments() throws(UsageError) {
    if let first = line.arguments.first { throw usage("unexpected argument \(shown(first))") }
  }

  /// The number that an option gives. Throws `UsageError` when it is not a number, or out of range.
  func integer(_ option: String, in range: ClosedRange<Int64>) throws(UsageError) -> Int64? {
    guard let text = line[option] else { return nil }
    return try integer(text, "--\(option)", in: range)
  }

  /// The most bytes that an archive or image may unpack to.
  func archiveLimit() throws(UsageError) -> Int64 {
    try integer("limit", in: 0...Int64.max) ?? TarReader.defaultLimit
  }

  private func integer(_ text: String, _ what: String, in range: ClosedRange<Int64>) throws(UsageError) -> Int64 {
    let isDigits = !text.isEmpty && text.utf8.allSatisfy(\.isDigit)
    if isDigits, let number = Int64(text), range.contains(number) { return number }
    throw usage(
      "\(what): expected a whole number from \(range.lowerBound) to \(range.upperBound), found \(shown(text))")
  }

  /// The time of the outputs from the command line or the environment, in seconds since 1970.
  func epoch() throws(UsageError) -> Int64? {
    if line.has("epoch") { return try integer("epoch", in: 0...ArchiveSettings.latest) }
    guard let text = environment[.sourceDateEpoch] else { return nil }
    return try integer(text, EnvironmentVariable.sourceDateEpoch.rawValue, in: 0...ArchiveSettings.latest)
  }

  /// The folder that an option names, without slashes at its end; nil when it is not given.
  func folder(_ option: String) throws(UsageError) -> String? {
    guard let text = line[option] else { return nil }
    if text.isEmpty { throw usage("--\(option): expected a folder, found nothing") }
    return Self.trimmed(text)
  }

  /// A path without the slashes at its end: they do not change its meaning.
  private static func trimmed(_ text: String) -> String {
    let trimmed = text.utf8.reversed().drop { $0 == UInt8(ascii: "/") }.reversed()
    return trimmed.isEmpty ? "/" : String(decoding: Array(trimmed), as: UTF8.self)
  }

  /// The platforms that a run is limited to, with their source; nil for all.
  private func platforms() throws(UsageError) -> ([Platform], PlatformsOrigin)? {
    if line.has("arch") {
      if line.has("platform") { throw usage("--arch and --platform: expected one of them") }
      let names = line.values("arch").joined(separator: ",").split(separator: ",").map { "linux/\($0)" }
      return (try platforms(names.joined(separator: ","), "--arch"), .option("--arch"))
    }
    if line.has("platform") {
      return (try platforms(line.values("platform").joined(separator: ","), "--platform"), .option("--platform"))
    }
    guard let text = environment.value(of: .buildPlatforms) else { return nil }
    let name = EnvironmentVariable.buildPlatforms.rawValue
    return (try platforms(text, name), .variable(name))
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

  /// The second names of images; nil when they are not asked for.
  private func releaseNames() throws(UsageError) -> ReleaseNames? {
    guard line.has(OptionSpec.releaseNames.name) else { return nil }
    let variables = (registry: EnvironmentVariable.dockerRegistry, tag: EnvironmentVariable.dockerImageTag)
    switch (environment.value(of: variables.registry), environment.value(of: variables.tag)) {
    case (let registry?, let tag?): return ReleaseNames(registry: registry, tag: tag)
    case (let registry, let tag):
      let missing =
        registry == nil && tag == nil
        ? "neither is" : "\((registry == nil ? variables.registry : variables.tag).rawValue) is not"
      let both = "\(variables.registry.rawValue) and \(variables.tag.rawValue)"
      throw usage("--\(OptionSpec.releaseNames.name): expected \(both) to be set, \(missing)")
    }
  }

  private func flags() throws(UsageError) -> [String: Bool] {
    var flags: [String: Bool] = [:]
    for text in line.values("flag") {
      guard let (name, value) = splitAtEqualsSign(text), let isOn = FlagValue.isOn(value) else {
        throw usage("--flag: expected NAME=VALUE with \(FlagValue.words), found \(shown(text))")
      }
      flags[name] = isOn
    }
    return flags
  }
}

extension CommandContext {
  /// The Linux platform that --arch gives; nil when --arch is not given.
  ///
  /// An architecture that Go does not have and an invalid variant are errors.
  func linuxPlatform() throws(UsageError) -> Platform? {
    guard let text = line["arch"] else { return nil }
    let words = text.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
    if let platform = Self.linuxPlatform(words) { return platform }
    let hint = didYouMean(Self.near(words))
    throw usage("--arch: expected an architecture such as amd64 or arm/v6, found \(shown(text))\(hint)")
  }

  private static func linuxPlatform(_ words: [String]) -> Platform? {
    guard let architecture = words.first, words.count <= 2, PlatformNames.architectures.contains(architecture) else {
      return nil
    }
    if words.count == 1 { return Platform(os: "linux", architecture: architecture) }
    guard PlatformNames.isVariant(words[1], of: architecture) else { return nil }
    return Platform(os: "linux", architecture: architecture, variant: words[1])
  }

  /// The likely meaning of invalid words: Go's name for the architecture, or the variant with "v" before it.
  private static func near(_ words: [String]) -> String? {
    // Other tools write the system first, as in linux/arm/v6.
    if words.first == "linux" && words.count > 1 {
      let rest = Array(words.dropFirst())
      return linuxPlatform(rest) == nil ? near(rest) : rest.joined(separator: "/")
    }
    guard let name = words.first else { return nil }
    let all = PlatformNames.architectures
    let near =
      all.contains(name) ? name : PlatformNames.usual(forArchitecture: name) ?? nearName(to: name, in: all.sorted())
    guard let near, words.count == 2 else { return near }
    let variants = [words[1], "v\(words[1])", words[1].lowercased()]
    return variants.first { PlatformNames.isVariant($0, of: near) }.map { "\(near)/\($0)" } ?? near
  }
}
