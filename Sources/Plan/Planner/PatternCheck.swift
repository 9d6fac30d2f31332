// Keys of texts by platform, and patterns of conditions, that are mistyped: no platform meets them, and what was meant
// goes to "*" or is not left out, in silence.

import Basics
import Layout

/// Finds mistyped keys of texts by platform.
struct PatternCheck {
  private let rules: Rules

  init(_ rules: Rules) { self.rules = rules }

  /// A mistake for each key that is not in Go's words, near to one that is, and of no platform of the layouts.
  func mistakes() -> [Diagnostic] {
    let known = PlatformLists.allListed(in: rules)
    // What leaves out a platform that is none goes unseen otherwise; one that stands alone and is met by nothing is told
    // with the others that are.
    let conditions = rules.of(rules.layouts.entries).flatMap { rule -> [Diagnostic] in
      guard case .patterns(let patterns) = rule.platforms else { return [] }
      return patterns.compactMap { pattern in
        guard pattern.isNegated || patterns.count > 1, let near = pattern.near, !known.contains(where: pattern.names)
        else { return nil }
        let reason = "\(quoted("\(pattern)")): the release has no such platform\(didYouMean(quoted("\(near)")))"
        return Diagnostic(.usage, reason, at: rule.origin)
      }
    }
    return conditions
      + templates.flatMap { template in
        template.patterns.compactMap { pattern in
          guard let origin = template.origin, let near = pattern.near, !known.contains(where: pattern.names) else {
            return nil
          }
          let reason = "\(quoted("\(pattern)")): the release has no such platform\(didYouMean(quoted("\(near)")))"
          return Diagnostic(.usage, reason, at: origin)
        }
      }
  }

  private var templates: [Template] {
    let layouts = rules.layouts
    var templates = [layouts.release.binaryPath]
    for tarball in layouts.tarballs { templates += [tarball.fileName, tarball.settings.root] }
    for rule in rules.of(layouts.entries) {
      templates += rule.verb.templates
      if let to = rule.options.to { templates.append(to) }
    }
    guard let images = layouts.images else { return templates }
    templates += [images.repository, images.tag] + images.bases.values.map(\.reference)
    for (_, image) in rules.images {
      templates += [image.repository, image.tag, image.file, image.workdir, image.user].compactMap { $0 }
      templates += [image.to] + (image.cmd ?? []) + (image.entrypoint ?? [])
      templates += image.env.map(\.value) + image.labels.map(\.value)
    }
    return templates
  }
}
