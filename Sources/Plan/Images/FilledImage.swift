// An image's rule with all its templates filled in: its base, names, settings and files.

import Basics
import Image
import Layout

/// The base that an image's rule names.
struct NamedBase {
  /// The place of its rule, or of the image that stands on no base.
  let origin: RuleOrigin
  /// The name as the layout spells it.
  let name: String
  /// Whether the name has the architecture in it, so that it is the same image on every machine.
  let hasArchitecture: Bool
  let reference: Reference
}

/// An image's rule, filled in for one platform.
struct FilledImage {
  let base: NamedBase
  /// The image's own name.
  let reference: Reference
  /// More names that the layout gives it, none twice.
  let moreNames: [Reference]
  /// The release's name of it in the images folder; nil where that is not wanted, or is its own.
  let releaseReference: Reference?
  let changes: SettingChanges
  /// Of its manifest.
  let annotations: [Descriptor.Annotation]
  /// The name of its archive.
  let fileName: String

  /// Throws the last mistake; the earlier ones are added to `said`.
  init(_ rule: ImageRule, _ subject: TemplateSubject, _ facts: Facts, _ said: inout Diagnostics) throws {
    var mistakes: [Diagnostic] = []
    func attempt<Value>(_ body: () throws -> Value) -> Value? {
      do {
        return try body()
      } catch {
        mistakes.append(Diagnostic(error, at: rule.origin))
        return nil
      }
    }
    let filler = ImageFiller(rule: rule, subject: subject, facts: facts)
    let base = attempt(filler.base)
    let reference = attempt(filler.reference)
    let releaseReference = attempt(filler.releaseReference)
    let changes = attempt(filler.changes)
    let names = attempt(filler.names)
    let annotations = attempt(filler.annotations)
    let fileName = attempt { try facts.fileName(of: rule, subject) }
    for mistake in mistakes.dropLast() { said.refuse(mistake) }
    if let last = mistakes.last { throw last }
    // All are there when no mistake was thrown.
    guard let base, let reference, let releaseReference, let changes, let fileName, let names, let annotations else {
      throw Diagnostic(.usage, "image \(rule.name)")
    }
    (self.base, self.reference, self.changes, self.fileName) = (base, reference, changes, fileName)
    self.annotations = annotations
    var seen: Set<Reference> = [reference]
    moreNames = names.filter { seen.insert($0).inserted }
    self.releaseReference = releaseReference.flatMap { seen.contains($0) ? nil : $0 }
  }
}

extension Facts {
  /// The base image that images.json names `base`, for a subject with a platform.
  func reference(ofBase name: String, _ subject: TemplateSubject) throws -> NamedBase {
    guard let base = layouts.images?.bases[name] else { throw Diagnostic(.usage, "no base is named \(quoted(name))") }
    guard let template = base.reference.choice(on: subject.platform) else {
      let reason = "the base \(quoted(base.name)) has no image"
      throw subject.platform.map { Diagnostic(.usage, reason, for: $0, at: base.origin) }
        ?? Diagnostic(.usage, reason, at: base.origin)
    }
    let text = try fill(template, subject)
    return NamedBase(
      origin: base.origin, name: text,
      hasArchitecture: template.variables.contains { [.arch, .archName].contains($0) },
      reference: try Self.reference(text, at: base.origin))
  }

  fileprivate static func reference(_ text: String, at origin: RuleOrigin) throws -> Reference {
    do throws(ReferenceError) {
      return try Reference(text)
    } catch {
      throw Diagnostic(.usage, "\(error), found \(quoted(text))", at: origin)
    }
  }
}

/// Fills in the templates of an image's rule.
private struct ImageFiller {
  let rule: ImageRule
  let subject: TemplateSubject
  let facts: Facts

  private func fill(_ template: Template) throws -> String { try facts.fill(template, subject) }

  private func missing(_ what: String, at origin: RuleOrigin) -> Diagnostic {
    guard let platform = subject.platform else { return Diagnostic(.usage, what, at: origin) }
    return Diagnostic(.usage, what, for: platform, at: origin)
  }

  func base() throws -> NamedBase {
    if rule.base == BaseRule.scratch {
      // Whoever builds it decides its platform.
      return NamedBase(
        origin: rule.origin, name: rule.base, hasArchitecture: true,
        reference: try reference(rule.base, at: rule.origin))
    }
    return try facts.reference(ofBase: rule.base, subject)
  }

  private func reference(_ text: String, at origin: RuleOrigin) throws -> Reference {
    try Facts.reference(text, at: origin)
  }

  func reference() throws -> Reference {
    let layout = facts.layouts.images
    guard let template = (rule.repository ?? layout?.repository)?.choice(on: subject.platform) else {
      throw missing("\(quoted(rule.name)) has no repository", at: rule.origin)
    }
    let tag = try facts.value(of: .tag, subject)
    guard Reference.isTag(tag) else {
      throw Diagnostic(.usage, "\(quoted(rule.name)): expected a tag, found \(quoted(tag))", at: rule.origin)
    }
    return try reference("\(try fill(template)):\(tag)", at: rule.origin)
  }

  /// The names beside that of repository and tag. As in every tag, a "+" becomes "_".
  func names() throws -> [Reference] {
    try rule.names.map { template in
      let text = try fill(template)
      let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) ?? text.utf8.endIndex
      let tag = text[colon...].replacing("+", with: "_")
      let name = try reference("\(text[..<colon])\(tag)", at: rule.origin)
      if name.digest == nil { return name }
      throw Diagnostic(
        .usage, "\(quoted(rule.name)): expected a name without a digest, found \(quoted(text))", at: rule.origin)
    }
  }

  func annotations() throws -> [Descriptor.Annotation] {
    try rule.annotations.map { .init($0.name, try fill($0.value)) }
  }

  func releaseReference() throws -> Reference? {
    guard rule.outputs.contains(.images), let names = facts.options.releaseNames else { return nil }
    return try reference(names.name(of: rule.name, subject.platform?.architectureName ?? ""), at: rule.origin)
  }

  func changes() throws -> SettingChanges {
    var changes = SettingChanges()
    changes.environment = try rule.env.map { ($0.name, try fill($0.value)) }
    changes.labels = try rule.labels.map { ($0.name, try fill($0.value)) }
    (changes.exposedPorts, changes.stopSignal) = (rule.expose, rule.stopSignal)
    changes.volumes = try rule.volumes.map(fill)
    changes.command = try rule.cmd?.map(fill)
    changes.entrypoint = try rule.entrypoint?.map(fill)
    changes.workingDirectory = try rule.workdir.map(fill)
    changes.user = try rule.user.map(fill)
    return changes
  }
}
