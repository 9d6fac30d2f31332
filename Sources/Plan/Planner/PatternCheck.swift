// Keys of texts by platform that are mistyped: no platform meets them, and what was meant goes to "*" in silence.

import Basics
import Layout

/// Finds mistyped keys of texts by platform.
struct PatternCheck {
  private let rules: Rules

  init(_ rules: Rules) { self.rules = rules }

  /// A mistake for each key that is not in Go's words, near to one that is, and of no platform of the layouts.
  func mistakes() -> [Diagnostic] {
    let known = PlatformLists.allListed(in: rules)
    return templates.flatMap { template in
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
    let images = layouts.images
    let ofRules = rules.of(layouts.entries).flatMap { $0.verb.templates + [$0.options.to].compactMap { $0 } }
    let ofTarballs = layouts.tarballs.flatMap { [$0.fileName, $0.settings.root] }
    let ofImages = rules.images.map(\.rule).flatMap { image in
      [image.to, image.repository, image.tag, image.file, image.workdir, image.user].compactMap { $0 }
        + (image.env + image.labels).map(\.value) + (image.cmd ?? []) + (image.entrypoint ?? [])
    }
    let ofAll = [images?.repository, images?.tag].compactMap { $0 } + (images?.bases.values.map(\.reference) ?? [])
    return [layouts.release.binaryPath] + ofTarballs + ofRules + ofImages + ofAll
  }
}
