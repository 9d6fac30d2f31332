// The bases that the images of a set of layouts need: what to fill the folder of bases with before a run.

package import Basics
package import Image
import Layout

/// A base that images need on a platform.
package struct WantedBase: Equatable, Sendable {
  package let reference: Reference
  package let platform: Platform
  /// The names of the images, sorted.
  package let images: [String]
}

/// Finds the bases of all images that a run would make.
struct WantedBaseFinder {
  private let rules: Rules
  private let options: ReleaseOptions
  private var said = Diagnostics()

  init(_ rules: Rules, _ options: ReleaseOptions) { (self.rules, self.options) = (rules, options) }

  /// Throws all mistakes.
  mutating func find() throws(PlanErrors) -> [WantedBase] {
    let (images, facts) = scope()
    var names: [Key: Set<String>] = [:]
    for (image, base) in images.flatMap({ image in bases(of: image).map { (image, $0) } }) {
      do {
        let subject = TemplateSubject(platform: image.key.platform, image: image.rule)
        let reference = try NamedBase(base, subject, facts).reference
        names[Key(reference: reference, platform: image.key.platform), default: []].insert(image.rule.name)
      } catch {
        said.refuse(error, at: image.rule.origin)
      }
    }
    let causes = SharedCauses(options.locations, rules.layouts.release, stagedImages: 0)
    if !said.mistakes.isEmpty { throw PlanErrors(diagnostics: causes.combined(said.mistakes)) }
    return names.map { WantedBase(reference: $0.reference, platform: $0.platform, images: $1.sorted()) }.sorted {
      ($0.reference.familiar, "\($0.platform)") < ($1.reference.familiar, "\($1.platform)")
    }
  }

  /// The names of the base that it stands on and of those whose files it takes.
  private func bases(of image: ScopedImage) -> [String] {
    [image.rule.base].filter { $0 != BaseRule.scratch } + rules.of(image.rule.entries).compactMap(\.verb.base)
  }

  private struct Key: Hashable {
    let reference: Reference
    let platform: Platform
  }

  /// The images, each once, and the facts that their bases need.
  private mutating func scope() -> ([ScopedImage], Facts) {
    var facts = Facts(rules.layouts, options)
    var lists: PlatformLists?
    while true {
      var finder = ScopeFinder(rules, facts, lists: lists)
      let scope = finder.scope(of: WantedArtifacts(tarballs: [], images: []))
      lists = finder.lists
      if !finder.unasked.isEmpty {
        facts = FactFinder(options).adding(finder.unasked, to: facts)
        continue
      }
      said.add(finder.said)
      var seen: Set<ImageKey> = []
      let images = (scope.images + scope.heldImages).filter { seen.insert($0.key).inserted }
      let bases = images.flatMap(bases).compactMap { rules.layouts.images?.bases[$0]?.reference }
      let asked = bases.reduce(into: Set<Fact>()) { $0.formUnion(facts.facts(for: $1)) }
      return (images, FactFinder(options).adding(asked, to: facts))
    }
  }
}
