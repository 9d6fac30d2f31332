// An image's rule with all its templates filled in: its base, names, settings and files.

import Basics
import Image
import Layout

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
    try rule.base == BaseRule.scratch ? NamedBase.scratch(for: rule) : NamedBase(rule.base, subject, facts)
  }

  private func reference(_ text: String, at origin: RuleOrigin) throws -> Reference {
    try NamedBase.reference(text, at: origin)
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
