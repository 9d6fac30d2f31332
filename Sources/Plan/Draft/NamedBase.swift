// A base of images.json on one platform: its reference, with all templates filled in.

import Basics
import Image
import Layout

/// The base that a rule names.
struct NamedBase {
  /// The place of its rule, or of the image that stands on no base.
  let origin: RuleOrigin
  /// The name as the layout spells it.
  let name: String
  /// Whether the name has the architecture in it, so that it is the same image on every machine.
  let hasArchitecture: Bool
  let reference: Reference

  /// The base that images.json names `name`, for a subject with a platform.
  init(_ name: String, _ subject: TemplateSubject, _ facts: Facts) throws {
    guard let base = facts.layouts.images?.bases[name] else {
      throw Diagnostic(.usage, "no base is named \(quoted(name))")
    }
    guard let template = base.reference.choice(on: subject.platform) else {
      let reason = "the base \(quoted(base.name)) has no image"
      throw subject.platform.map { Diagnostic(.usage, reason, for: $0, at: base.origin) }
        ?? Diagnostic(.usage, reason, at: base.origin)
    }
    let text = try facts.fill(template, subject)
    origin = base.origin
    self.name = text
    hasArchitecture = template.variables.contains { [.arch, .archName].contains($0) }
    reference = try Self.reference(text, at: base.origin)
  }

  private init(scratch rule: ImageRule) throws {
    (origin, name) = (rule.origin, BaseRule.scratch)
    // Whoever builds it decides its platform.
    hasArchitecture = true
    reference = try Self.reference(BaseRule.scratch, at: rule.origin)
  }

  /// The base without files.
  static func scratch(for rule: ImageRule) throws -> NamedBase { try NamedBase(scratch: rule) }

  /// The reference that `text` spells; throws `Diagnostic`.
  static func reference(_ text: String, at origin: RuleOrigin) throws -> Reference {
    do throws(ReferenceError) {
      return try Reference(text)
    } catch {
      throw Diagnostic(.usage, "\(error), found \(quoted(text))", at: origin)
    }
  }
}
