// The order in which tarballs are written: each after those that it holds.

import Image
import JSON

/// Finds what a set of tarballs holds, and orders all of them.
struct Dependencies {
  private let resolver: Resolver
  /// How many tarballs stand one inside the other below each.
  private var depths: [Resolver.Instance: Int] = [:]

  init(_ resolver: Resolver) { self.resolver = resolver }

  /// `wanted` and all that they hold, those that hold nothing first. Throws `Diagnostic`.
  mutating func order(_ wanted: [Resolver.Instance]) throws -> [Resolver.Instance] {
    for instance in wanted { _ = try depth(of: instance) }
    return depths.keys.sorted { first, second in
      let (left, right) = (depths[first] ?? 0, depths[second] ?? 0)
      return left == right ? first.sortKey < second.sortKey : left < right
    }
  }

  /// The layouts were checked for circles, so this ends.
  private mutating func depth(of instance: Resolver.Instance, heldBy holder: RuleOrigin? = nil) throws -> Int {
    if let depth = depths[instance] { return depth }
    guard let layout = resolver.layout(instance.layout) else { return 0 }
    if try !resolver.facts.holds(layout.condition) {
      let flag = quoted(layout.condition?.flag ?? "")
      throw Diagnostic(.usage, "\(quoted(layout.name)) is turned off by the flag \(flag)", at: holder)
    }
    var depth = 0
    for rule in layout.rules {
      for held in try resolver.held(by: rule, on: instance.platform) {
        depth = max(depth, try self.depth(of: held, heldBy: rule.origin) + 1)
      }
    }
    depths[instance] = depth
    return depth
  }
}

extension Resolver.Instance {
  fileprivate var sortKey: [UInt8] { Array("\(layout)/\(platform?.description ?? "")".utf8) }
}

extension [UInt8] {
  fileprivate static func < (first: [UInt8], second: [UInt8]) -> Bool { first.lexicographicallyPrecedes(second) }
}

extension Resolver {
  /// The platforms that a rule stands on: those of its own in a tarball without any, else the tarball's where the
  /// rule's condition holds.
  func platforms(of rule: EntryRule, on platform: Platform?) throws -> [Platform?] {
    if let platform { return try lists.matches(rule.platforms, platform) ? [platform] : [] }
    guard let selector = rule.platforms else { return [nil] }
    return try lists.platforms(selector)
  }

  /// The tarballs that a rule of a tarball for `platform` puts into it. Throws `Diagnostic`.
  func held(by rule: EntryRule, on platform: Platform?) throws -> [Instance] {
    guard case .artifact(let name) = rule.verb, try facts.holds(rule.condition), let held = layout(name) else {
      return []
    }
    return try platforms(of: rule, on: platform).map { platform in
      guard let selector = held.platforms else { return Instance(layout: name, platform: nil) }
      guard let platform else {
        throw Diagnostic(
          .usage, "\(quoted(name)) is made for platforms; give the entry \"platforms\" to say which", at: rule.origin)
      }
      guard try lists.platforms(selector).contains(platform) else {
        throw Diagnostic(.usage, "\(quoted(name)) is not made for \(platform)", at: rule.origin)
      }
      return Instance(layout: name, platform: platform)
    }
  }
}
