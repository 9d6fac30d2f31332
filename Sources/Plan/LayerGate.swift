// The gate behind the layer of an image: every file that it brings is for the image's machine, and what is to be run
// there can be run: its interpreter is in the image, and it has an execute bit.

import Archive
import Basics
import Files
import Image
import Layout

/// Checks all files that the new layer of an image brings.
struct LayerGate {
  let resolver: Resolver
  let rule: ImageRule
  let platform: Platform
  /// The new layer.
  let layer: TarEntryList
  /// All files of the image, those of the layer too.
  let files: FileTable
  /// Those that a container of the image starts with.
  let settings: ImageSettings
  /// The base, for messages.
  let base: Reference

  /// One file of the layer, and what is asked of it.
  private struct Item {
    let index: Int
    let mode: UInt16
    /// Whether it is the executable that the image's rule names.
    let isBinary: Bool
    /// Whether a container starts with it.
    let isEntrypoint: Bool

    /// Whether it is one of those that the image is made for.
    var isStarted: Bool { isBinary || isEntrypoint }
    var isToBeRun: Bool { hasExecuteBit || isStarted }
    /// What to do about a file that is not run in the image.
    var remedy: String { isStarted ? "" : "; \"unchecked\": true takes files that are not run in the image" }
    /// For whoever runs it: whose bit it is, the image's user decides.
    var hasExecuteBit: Bool { mode & 0o111 != 0 }
  }

  /// What is wrong with one file.
  private enum Verdict {
    case refusal(String)
    case warning(String)
  }

  /// Bytes of the shortest ELF header: a smaller file that is not to be run is none of interest.
  private static let shortestELF: Int64 = 52

  /// Tells the resolver all mistakes and warnings.
  func check() {
    let entrypoint = checkedEntrypoint()
    let store = resolver.plan.store()
    var findings = LayerFindings()
    for index in 0..<layer.count where layer.kind(at: index) == .file {
      let item = Item(
        index: index, mode: layer.mode(at: index), isBinary: entryRule(at: index)?.origin == rule.origin,
        isEntrypoint: entrypoint.map { layer.name(at: index).elementsEqual($0) } ?? false)
      if !item.isStarted, entryRule(at: index)?.isUnchecked == true { continue }
      guard let source = source(of: item, in: store) else { continue }
      do {
        for verdict in verdicts(on: item, try Executable.inspect(source)) { note(verdict, item, &findings) }
      } catch {
        resolver.refuse(Diagnostic(error, at: origin(of: item)))
      }
    }
    findings.tell(resolver, of: "image \(rule.name) for \(platform)")
  }

  private func note(_ verdict: Verdict, _ item: Item, _ findings: inout LayerFindings) {
    let place = place(of: item)
    switch verdict {
    case .refusal(let reason): findings.refuse(place, reason, at: origin(of: item))
    case .warning(let reason): findings.warnings.append("\(place): \(reason)")
    }
  }

  private func verdicts(on item: Item, _ format: Executable) -> [Verdict] {
    // Of the rule's own binary its gate has told these before there was a layer.
    if !item.isBinary, let verdict = misfit(of: item, format) { return [verdict] }
    var verdicts: [Verdict] = []
    switch format {
    case .elf(let file):
      if item.isToBeRun, let interpreter = file.interpreter {
        let name = "needs the interpreter \(escapedName(interpreter)), which"
        if resolvedFile(interpreter) == nil {
          let fault = isInLoop(interpreter) ? "is behind a loop of links" : "the base \(base.familiar) lacks"
          verdicts.append(.refusal("\(name) \(fault)\(item.remedy)"))
        } else if !isExecutable(interpreter) {
          verdicts.append(.warning("\(name) has no execute bit"))
        }
      }
    case .script(let line): if item.isToBeRun { verdicts += self.verdicts(on: line, of: item) }
    case .unknown, .archive, .otherELF:
      if item.isEntrypoint && !item.isBinary { verdicts.append(.warning("is in no known executable format")) }
    case .damagedELF, .windows, .darwin: break
    }
    return verdicts + (missingBit(of: item, format).map { [$0] } ?? [])
  }

  /// What is wrong with a file that the image's platform does not run.
  private func misfit(of item: Item, _ format: Executable) -> Verdict? {
    if let reason = format.reason(against: platform, os: platform.os, architecture: platform.architecture) {
      if item.isEntrypoint || isChosenByPlatform(item) { return .refusal(reason) }
      // What no system runs, object files and the like, is for those who read it.
      if case .otherELF = format { return nil }
      // Programs of other systems may be what the image is about: installers, what is tested. Firmware, and what
      // graphics processors run, is loaded from here.
      let isLoadedElsewhere = format.machines.map { $0.isForeignFormat || $0.isForDevices } ?? false
      return isLoadedElsewhere ? .warning(reason) : .refusal("\(reason)\(item.remedy)")
    }
    guard case .damagedELF = format else { return nil }
    return item.isEntrypoint ? .refusal(Executable.damaged) : .warning(Executable.damaged)
  }

  private func missingBit(of item: Item, _ format: Executable) -> Verdict? {
    if item.hasExecuteBit { return nil }
    // An image's own binary has no rule that could say a mode.
    let mend = item.isBinary ? "chmod a+x" : "\"mode\": \"0755\""
    if item.isEntrypoint { return .refusal("is the entrypoint, and has no execute bit; \(mend) gives it one") }
    let reason = Executable.withoutExecuteBit(mend)
    switch format {
    case .elf, .script:
      if !item.isBinary { break }
      // A library is loaded by another program. Its bytes look like those of a program that runs at any address.
      let isLibrary = !format.isProgram && String(decoding: layer.name(at: item.index), as: UTF8.self).contains(".so")
      return isLibrary ? .warning(reason) : .refusal(reason)
    // What another program loads, as .NET does.
    case .windows: return item.isBinary ? .warning(reason) : nil
    case .damagedELF, .otherELF, .darwin, .archive, .unknown: break
    }
    return format.isProgram ? .warning(reason) : nil
  }
}

// Interpreters and the entrypoint, looked up as the system does it
extension LayerGate {
  private func verdicts(on line: ScriptLine, of item: Item) -> [Verdict] {
    guard let interpreter = line.interpreter else { return [.warning("begins with \"#!\" and names no interpreter")] }
    if line.endsWithCarriageReturn && !Self.takesCarriageReturn(interpreter, line.argument) {
      let words = [interpreter] + (line.argument.isEmpty ? [] : [line.argument])
      let found = words.map { escapedName($0) }.joined(separator: " ")
      return [.refusal("a carriage return ends its first line, and belongs to the name there: found #!\(found)")]
    }
    let shown = "its interpreter \(escapedName(interpreter))"
    guard resolvedFile(interpreter) != nil else {
      let fault = isInLoop(interpreter) ? "is behind a loop of links" : "is not in the image"
      return [.refusal("\(shown) \(fault) on \(base.familiar)\(item.remedy)")]
    }
    if !isExecutable(interpreter) { return [.warning("\(shown) has no execute bit")] }
    guard let name = Self.nameForEnv(line, interpreter), found(name) == nil else { return [] }
    let reason = "\(escapedName(interpreter)) looks for \(escapedName(name)), which is nowhere on the image's PATH"
    return [.refusal("\(reason) (\(searchPath)), on \(base.familiar)\(item.remedy)")]
  }

  /// What env(1) is to run; nil for another interpreter, and for options and variables, which may say more.
  private static func nameForEnv(_ line: ScriptLine, _ interpreter: [UInt8]) -> [UInt8]? {
    let isName = !line.argument.isEmpty && !line.argument.starts(with: "-".utf8) && !line.argument.contains(0x3D)
    return Self.name(of: interpreter).elementsEqual("env".utf8) && isName ? line.argument : nil
  }

  /// Whether the interpreter takes a carriage return behind its options: perl skips it, `env -S` splits the line there.
  private static func takesCarriageReturn(_ interpreter: [UInt8], _ argument: [UInt8]) -> Bool {
    let name = name(of: interpreter)
    return name.elementsEqual("perl".utf8) && argument.starts(with: "-".utf8)
      || name.elementsEqual("env".utf8) && argument.starts(with: "-S".utf8)
  }

  private static func name(of path: [UInt8]) -> ArraySlice<UInt8> {
    path.split(separator: UInt8(ascii: "/")).last ?? []
  }

  private func isExecutable(_ path: [UInt8]) -> Bool {
    resolvedFile(path).flatMap { files[$0] }.map { $0.mode & 0o111 != 0 } ?? false
  }

  /// The stored name of the file that a container starts with; nil when the image says none, and when it has no such
  /// file, which is warned of.
  private func checkedEntrypoint() -> [UInt8]? {
    let words = settings.entrypoint.flatMap { $0.isEmpty ? nil : $0 } ?? settings.command ?? []
    guard let word = words.first, !word.isEmpty else { return nil }
    let path = found(Array(word.utf8))
    // What the base alone starts with is for those who made it.
    if rule.entrypoint == nil && rule.cmd == nil { return path }
    let shown = "image \(rule.name) for \(platform): the entrypoint \(quoted(word))"
    guard let path else {
      resolver.warn("\(shown) is not in the image on \(base.familiar)")
      return nil
    }
    if layer.index(of: path) == nil, let entry = files[path], entry.mode & 0o111 == 0 {
      let reason = "is the file \(escapedName(path)) of the base \(base.familiar), which has no execute bit"
      resolver.refuse(Diagnostic(.data, "\(shown) \(reason)", at: rule.origin))
    }
    return path
  }

  /// The path in the image of the command `name`: one with a slash is a path itself, another stands in a folder of PATH,
  /// and what can be run there goes before what cannot.
  private func found(_ name: [UInt8]) -> [UInt8]? {
    let slash = UInt8(ascii: "/")
    if name.contains(slash) { return resolvedFile(name) }
    let folders = Array(searchPath.utf8).split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    let files = folders.compactMap { folder in
      // An empty one is the working directory (environ(7)).
      resolvedFile(folder.isEmpty ? name : folder + [slash] + name)
    }
    return files.first { (self.files[$0]?.mode ?? 0) & 0o111 != 0 } ?? files.first
  }

  private var searchPath: String {
    let variable = settings.environment.last { $0.utf8.starts(with: "PATH=".utf8) } ?? ImageSettings.usualPath
    return String(decoding: Array(variable.utf8.dropFirst("PATH=".utf8.count)), as: UTF8.self)
  }

  private func isInLoop(_ path: [UInt8]) -> Bool { files.obstacle(on: fromRoot(path)) == .loop }

  /// The path that leads to a file through all links.
  private func resolvedFile(_ path: some Collection<UInt8>) -> [UInt8]? {
    guard let resolved = files.resolve(fromRoot(path)), files[resolved]?.kind == .file else { return nil }
    return resolved
  }

  /// `path`, or where it is not absolute, `path` in the working directory.
  private func fromRoot(_ path: some Collection<UInt8>) -> [UInt8] {
    let isAbsolute = path.first == UInt8(ascii: "/")
    return (isAbsolute ? [] : Array((settings.workingDirectory ?? "").utf8) + [UInt8(ascii: "/")]) + path
  }
}

// The entries of the layer
extension LayerGate {
  private func entryRule(at index: Int) -> EntryRule? {
    let number = Int(layer.origin(at: index))
    return resolver.rules.indices.contains(number) ? resolver.rules[number] : nil
  }

  private func origin(of item: Item) -> RuleOrigin { entryRule(at: item.index)?.origin ?? rule.origin }

  /// Whether the rule of the file chose it by the platform's name.
  private func isChosenByPlatform(_ item: Item) -> Bool {
    let templates: [Template]
    switch entryRule(at: item.index)?.verb {
    case .binaries: return true
    case .file(let template), .tree(let template): templates = [template]
    case .paths(let all): templates = all
    default: return false
    }
    return templates.contains { $0.variables.contains(.os) || $0.variables.contains(.arch) }
  }

  /// What the file is read from; nil for one that is too small to be of interest.
  private func source(of item: Item, in store: ContentStore) -> (any PartSource)? {
    let source: any PartSource
    if let file = layer.sourceFile(at: item.index) {
      source = file
    } else if case .content(let id) = layer.body(at: item.index), let count = store.table.size(of: id) {
      source = ContentPart(id: id, byteCount: count, store: store)
    } else {
      return nil
    }
    return item.isToBeRun || source.byteCount >= Self.shortestELF ? source : nil
  }

  /// Where the file stands in the image, and what it comes from.
  private func place(of item: Item) -> String {
    let name = escapedName(layer.name(at: item.index))
    if let file = layer.sourceFile(at: item.index) { return "\(name): \(escapedName(file.path))" }
    guard case .content(let id) = layer.body(at: item.index) else { return name }
    return "\(name): \(resolver.plan.source(of: id))"
  }
}

/// A content of the release as files are looked into.
private struct ContentPart: PartSource {
  let id: ContentID
  let byteCount: Int64
  let store: ContentStore

  func read(from offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws {
    try store.read(id, from: offset, into: buffer)
  }
}

/// What was found in the files of one layer: the refusals of one reason that one rule makes are told as one.
private struct LayerFindings {
  private struct Refusal {
    let reason: String
    let origin: RuleOrigin
    var places: [String]
  }

  private var refusals: [Refusal] = []
  private var numbers: [String: Int] = [:]
  var warnings: [String] = []

  mutating func refuse(_ place: String, _ reason: String, at origin: RuleOrigin) {
    let key = "\(origin): \(reason)"
    if let number = numbers[key] {
      refusals[number].places.append(place)
      return
    }
    numbers[key] = refusals.count
    refusals.append(Refusal(reason: reason, origin: origin, places: [place]))
  }

  func tell(_ resolver: Resolver, of image: String) {
    for refusal in refusals {
      let message = "\(image): \(refusal.places.firstFew): \(refusal.reason)"
      resolver.refuse(Diagnostic(.data, message, at: refusal.origin))
    }
    resolver.plan.warnings += warnings.told(as: "executables with something wrong").of(image)
  }
}
