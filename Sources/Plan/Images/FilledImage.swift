// An image's rule with all its templates filled in: its base, names, settings and files.

import Basics
import Image
import Layout

/// The base that an image's rule names.
struct NamedBase {
  let rule: BaseRule
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
  /// The release's name of it in the images folder; nil where that is not wanted, or is its own.
  let releaseReference: Reference?
  let changes: SettingChanges
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
    let fileName = attempt { try facts.fileName(of: rule, subject) }
    for mistake in mistakes.dropLast() { said.refuse(mistake) }
    if let last = mistakes.last { throw last }
    // All are there when no mistake was thrown.
    guard let base, let reference, let releaseReference, let changes, let fileName else {
      throw Diagnostic(.usage, "image \(rule.name)")
    }
    (self.base, self.reference, self.changes, self.fileName) = (base, reference, changes, fileName)
    self.releaseReference = releaseReference == reference ? nil : releaseReference
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
    guard let base = facts.layouts.images?.bases[rule.base] else {
      throw Diagnostic(.usage, "no base is named \(quoted(rule.base))", at: rule.origin)
    }
    guard let template = base.reference.choice(on: subject.platform) else {
      throw missing("the base \(quoted(base.name)) has no image", at: base.origin)
    }
    let name = try fill(template)
    return NamedBase(
      rule: base, name: name, hasArchitecture: template.variables.contains { [.arch, .archName].contains($0) },
      reference: try reference(name, at: base.origin))
  }

  private func reference(_ text: String, at origin: RuleOrigin) throws -> Reference {
    do throws(ReferenceError) {
      return try Reference(text)
    } catch {
      throw Diagnostic(.usage, "\(error), found \(quoted(text))", at: origin)
    }
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

  func releaseReference() throws -> Reference? {
    guard rule.outputs.contains(.images), let names = facts.options.releaseNames else { return nil }
    return try reference(names.name(of: rule.name, subject.platform?.architectureName ?? ""), at: rule.origin)
  }

  func changes() throws -> SettingChanges {
    var changes = SettingChanges()
    changes.environment = try rule.env.map { ($0.name, try fill($0.value)) }
    changes.labels = try rule.labels.map { ($0.name, try fill($0.value)) }
    changes.command = try rule.cmd?.map(fill)
    changes.entrypoint = try rule.entrypoint?.map(fill)
    changes.workingDirectory = try rule.workdir.map(fill)
    changes.user = try rule.user.map(fill)
    return changes
  }
}
