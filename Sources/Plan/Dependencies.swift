// The order in which tarballs are written: each after those that it holds.

import Basics
import Layout

/// Finds what a set of tarballs holds, and orders all of them.
struct Dependencies {
  private let resolver: Resolver
  /// How many tarballs stand one inside the other below each.
  private var depths: [Resolver.Instance: Int] = [:]

  init(_ resolver: Resolver) { self.resolver = resolver }

  /// `wanted` and all that they hold, those that hold nothing first; mistakes go to the resolver.
  mutating func order(_ wanted: [Resolver.Instance]) -> [Resolver.Instance] {
    for instance in wanted { _ = depth(of: instance) }
    return depths.keys.sorted { first, second in
      let (left, right) = (depths[first] ?? 0, depths[second] ?? 0)
      return left == right ? first.sortKey < second.sortKey : left < right
    }
  }

  /// The layouts were checked for circles, so this ends.
  private mutating func depth(of instance: Resolver.Instance, heldBy holder: RuleOrigin? = nil) -> Int {
    if let depth = depths[instance] { return depth }
    guard let layout = resolver.layout(instance.layout) else { return 0 }
    if !resolver.holds(layout.condition, at: layout.origin) {
      let flag = quoted(layout.condition?.flag ?? "")
      resolver.refuse(Diagnostic(.usage, "\(quoted(layout.name)) is turned off by the flag \(flag)", at: holder))
    }
    var depth = 0
    for rule in layout.rules {
      for held in resolver.held(by: rule, of: layout, on: instance.platform) {
        depth = max(depth, self.depth(of: held, heldBy: rule.origin) + 1)
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
  func platforms(of rule: EntryRule, on platform: Platform?) -> [Platform?] {
    if let platform { return lists.matches(rule.platforms, platform) ? [platform] : [] }
    guard let selector = rule.platforms else { return [nil] }
    return lists.platforms(selector)
  }

  /// The tarballs that a rule of a tarball for `platform` puts into it; what it cannot hold is noted as a mistake.
  func held(by rule: EntryRule, of holder: TarballLayout, on platform: Platform?) -> [Instance] {
    guard case .artifact(let name) = rule.verb, holds(rule.condition, at: rule.origin), let held = layout(name) else {
      return []
    }
    return platforms(of: rule, on: platform).compactMap { platform in
      guard let selector = held.platforms else { return Instance(layout: name, platform: nil) }
      guard let platform else {
        let reason = "is made for platforms; give the entry \"platforms\" to say which"
        refuse(Diagnostic(.usage, "\(quoted(name)) \(reason)", at: rule.origin))
        return nil
      }
      if lists.platforms(selector).contains(platform) { return Instance(layout: name, platform: platform) }
      // Which platforms a folder of binaries holds is not known without it.
      let isFromFolder = [selector, holder.platforms, rule.platforms].contains { lists.isPresent($0) }
      let isOpen = lists.isUnknown || options.isDry && isFromFolder
      if !isOpen { refuse(Diagnostic(.usage, "\(quoted(name)) is not made", for: platform, at: rule.origin)) }
      return nil
    }
  }
}
