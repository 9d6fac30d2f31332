// The check after the layer of an image is known: every file is for the image's machine. A file that can be run has an
// execute bit, and its interpreter is in the image.

import Archive
import Basics
import Files
import Git
import Image
import Layout

/// Checks all files of an image's new layer.
struct LayerGate {
  let image: ScopedImage
  let layer: ImageLayer
  let git: GitArchives
  let programs: ImagePrograms
  /// The base, for messages.
  let base: Reference

  private var rule: ImageRule { image.rule }
  private var platform: Platform { image.key.platform }
  private var entries: TarEntryList { layer.entries }
  private var shown: String { "image \(rule.name) for \(platform)" }

  /// One file of the layer, with what the checks need.
  private struct Item {
    let index: Int
    let mode: UInt16
    /// Whether it is the executable of the image's rule.
    let isBinary: Bool
    /// Whether a container starts it.
    let isEntrypoint: Bool

    /// Whether the image is made to run it.
    var isStarted: Bool { isBinary || isEntrypoint }
    var isToBeRun: Bool { hasExecuteBit || isStarted }
    /// The way out for a file that is not run in the image.
    var remedy: String { isStarted ? "" : "; \"unchecked\": true takes files that are not run in the image" }
    /// For any user, because the image's user decides which bit counts.
    var hasExecuteBit: Bool { mode & 0o111 != 0 }
  }

  /// Bytes of the shortest ELF header: a smaller file that is not run needs no check.
  private static let shortestELF: Int64 = 52

  /// All mistakes and warnings.
  func check() -> Diagnostics {
    var said = Diagnostics()
    let entrypoint = checkedEntrypoint(&said)
    var findings = LayerFindings()
    for index in 0..<entries.count where entries.kind(at: index) == .file {
      let item = Item(
        index: index, mode: entries.mode(at: index), isBinary: entryOrigin(at: index)?.origin == rule.origin,
        isEntrypoint: entrypoint.map { entries.name(at: index).elementsEqual($0) } ?? false)
      if !item.isStarted, entryOrigin(at: index)?.isUnchecked == true { continue }
      do {
        guard let (source, place) = try source(of: item) else { continue }
        for verdict in verdicts(on: item, try Executable.inspect(source)) {
          findings.add(verdict, place, at: origin(of: item))
        }
      } catch {
        said.refuse(error, at: origin(of: item))
      }
    }
    findings.tell(&said, of: shown)
    return said
  }

  private func verdicts(on item: Item, _ format: Executable) -> [LayerVerdict] {
    // The image's own binary was checked by `ImageGate` before.
    if !item.isBinary, let verdict = misfit(of: item, format) { return [verdict] }
    var verdicts: [LayerVerdict] = []
    switch format {
    case .elf(let file):
      if item.isToBeRun, let interpreter = file.interpreter {
        verdicts += programs.verdicts(onInterpreter: interpreter, on: base, item.remedy)
      }
    case .script(let line): if item.isToBeRun { verdicts += programs.verdicts(on: line, on: base, item.remedy) }
    case .unknown, .archive, .otherELF:
      if item.isEntrypoint && !item.isBinary { verdicts.append(.warning("is in no known executable format")) }
    case .damagedELF, .windows, .darwin: break
    }
    return verdicts + (missingBit(of: item, format).map { [$0] } ?? [])
  }

  /// The finding about a file that the image's platform does not run.
  private func misfit(of item: Item, _ format: Executable) -> LayerVerdict? {
    if let reason = format.reason(against: platform, os: platform.os, architecture: platform.architecture) {
      if item.isEntrypoint || entryOrigin(at: item.index)?.isChosenByPlatform == true { return .refusal(reason) }
      // Object files and the like are run by no system: they are data here.
      if case .otherELF = format { return nil }
      // An image may carry programs of other systems, as installers or test data. Firmware and code for graphics
      // processors is loaded from here.
      let isLoadedElsewhere = format.machines.map { $0.isForeignFormat || $0.isForDevices } ?? false
      return isLoadedElsewhere ? .warning(reason) : .refusal("\(reason)\(item.remedy)")
    }
    guard case .damagedELF = format else { return nil }
    return item.isEntrypoint ? .refusal(Executable.damaged) : .warning(Executable.damaged)
  }

  private func missingBit(of item: Item, _ format: Executable) -> LayerVerdict? {
    if item.hasExecuteBit { return nil }
    // An image's own binary has no rule that could set a mode.
    let mend = item.isBinary ? "chmod a+x" : "\"mode\": \"0755\""
    if item.isEntrypoint { return .refusal("is the entrypoint, and has no execute bit; \(mend) gives it one") }
    let reason = Executable.withoutExecuteBit(mend)
    switch format {
    case .elf, .script:
      if !item.isBinary { break }
      // A library is loaded by another program. Its bytes look like those of a program that runs at any address.
      let isLibrary = !format.isProgram && String(decoding: entries.name(at: item.index), as: UTF8.self).contains(".so")
      return isLibrary ? .warning(reason) : .refusal(reason)
    // Another program loads it, as .NET does.
    case .windows: return item.isBinary ? .warning(reason) : nil
    case .damagedELF, .otherELF, .darwin, .archive, .unknown: break
    }
    return format.isProgram ? .warning(reason) : nil
  }

  /// The stored name of the file that a container starts; nil when the image sets none. Also nil, with a warning, when
  /// the image does not have the file.
  private func checkedEntrypoint(_ said: inout Diagnostics) -> [UInt8]? {
    guard let word = programs.entrypoint else { return nil }
    let path = programs.found(Array(word.utf8))
    // The image does not set the command, so the base's own is not checked.
    if rule.entrypoint == nil && rule.cmd == nil { return path }
    let shown = "\(shown): the entrypoint \(quoted(word))"
    guard let path else {
      said.warn("\(shown) is not in the image on \(base.familiar)")
      return nil
    }
    if entries.index(of: path) == nil, let entry = programs.files[path], entry.mode & 0o111 == 0 {
      let reason = "is the file \(escapedName(path)) of the base \(base.familiar), which has no execute bit"
      said.refuse(Diagnostic(.data, "\(shown) \(reason)", at: rule.origin))
    }
    return path
  }

  private func entryOrigin(at index: Int) -> EntryOrigin? { layer.draft.origin(of: entries.origin(at: index)) }

  private func origin(of item: Item) -> RuleOrigin { entryOrigin(at: item.index)?.origin ?? rule.origin }

  /// The file's bytes, with its place in the image and its source for messages; nil for a file too small to check.
  private func source(of item: Item) throws -> (any PartSource, place: String)? {
    let name = escapedName(entries.name(at: item.index))
    let source: any PartSource
    let shown: String
    if let file = entries.sourceFile(at: item.index) {
      (source, shown) = (file, escapedName(file.path))
    } else if case .source(let id) = entries.body(at: item.index),
      let opened = try OpenedSource(layer.draft.sources[Int(id.index)], in: git)
    {
      (source, shown) = (opened, opened.shown)
    } else {
      return nil
    }
    return item.isToBeRun || source.byteCount >= Self.shortestELF ? (source, "\(name): \(shown)") : nil
  }
}

/// Findings in the files of one layer. Refusals of one rule for one reason are joined.
struct LayerFindings {
  private struct Refusal {
    let reason: String
    let origin: RuleOrigin
    var places: [String]
  }

  private var refusals: [Refusal] = []
  private var numbers: [String: Int] = [:]
  private var warnings: [String] = []

  mutating func add(_ verdict: LayerVerdict, _ place: String, at origin: RuleOrigin) {
    switch verdict {
    case .refusal(let reason): refuse(place, reason, at: origin)
    case .warning(let reason): warnings.append("\(place): \(reason)")
    }
  }

  private mutating func refuse(_ place: String, _ reason: String, at origin: RuleOrigin) {
    let key = "\(origin): \(reason)"
    if let number = numbers[key] {
      refusals[number].places.append(place)
      return
    }
    numbers[key] = refusals.count
    refusals.append(Refusal(reason: reason, origin: origin, places: [place]))
  }

  /// Adds all findings to `said`; `image` is the image's name in messages.
  func tell(_ said: inout Diagnostics, of image: String) {
    for refusal in refusals {
      let message = "\(image): \(refusal.places.firstFew): \(refusal.reason)"
      said.refuse(Diagnostic(.data, message, at: refusal.origin))
    }
    for warning in warnings.told(as: "executables with something wrong").of(image) { said.warn(warning) }
  }
}
