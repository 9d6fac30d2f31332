// Whether a release can be planned: layouts, binaries, bases, sources and the version, all by the planner itself.

import Basics
import Files
import Image
import Layout
import Plan

/// Checks what a run reads.
struct ReleaseCheck {
  /// Nil where it cannot be planned.
  let plan: Plan?
  /// Nil where the layouts cannot be read.
  let layouts: LayoutSet?
  private let locations: Locations
  private let failure: Failure?
  /// The bases that images need and the store lacks; empty where these are not known.
  private let missingBases: [WantedBase]

  init(_ options: ReleaseOptions, _ context: CommandContext) {
    var layouts: LayoutSet?
    var plan: Plan?
    var failure: Failure?
    var missing: [WantedBase] = []
    do {
      plan = try context.planned(in: options.locations) { rules in
        layouts = rules.layouts
        // What stands in the way of the list is told by the plan.
        missing = (try? Self.missingBases(rules, options)) ?? []
        return try Planner.planRelease(rules, options)
      }
    } catch {
      failure = Failure(error)
    }
    (self.plan, self.layouts, self.failure, locations) = (plan, layouts, failure, options.locations)
    missingBases = missing
  }

  private static func missingBases(_ rules: Rules, _ options: ReleaseOptions) throws -> [WantedBase] {
    let store = BaseStore(options.locations.bases)
    let there = store.isThere ? try store.list().bases : []
    return try Planner.wantedBases(rules, options).filter { wanted in
      there.filter { $0.reference == wanted.reference }.map(\.platform).bestIndex(for: wanted.platform) == nil
    }
  }

  var findings: [Finding] {
    guard let plan else {
      let messages = failure?.messages ?? []
      let hints = failure?.hint.map { [$0] } ?? []
      var mistakes = messages.map { finding(of: $0) }
      if !missingBases.isEmpty {
        // In the place of what the planner says of them all.
        mistakes = mistakes.filter { $0.check != "bases" } + missingBases.map { finding(of: $0) }
      }
      // A hint is about all of them.
      return layouts == nil ? mistakes : [Finding.ok("layouts", layoutsFound)] + mistakes + hints.map { hint($0) }
    }
    let bases = plan.artifacts.contains { $0.image != nil }
    return [
      .ok("layouts", layoutsFound),
      .ok("binaries", "what the layouts name is there, in \(escapedName(locations.bin.utf8)) and in the tree"),
    ] + (bases ? [.ok("bases", "those that the images need are in \(escapedName(locations.bases.utf8))")] : [])
      + plan.warnings.map { .warning("plan", $0, mend: nil) }
  }

  private var layoutsFound: String {
    guard let layouts else { return "" }
    let made = plan.map { plan in
      let count = plan.artifacts.count(where: \.isResult)
      return ": \(count) artifact\(count == 1 ? "" : "s")"
    }
    return "release \(quoted(layouts.release.name))\(made ?? "")"
  }

  private func hint(_ text: String) -> Finding {
    let words = "hint: "
    return .warning("binaries", text.hasPrefix(words) ? String(text.dropFirst(words.count)) : text, mend: nil)
  }

  /// The finding of a mistake, which says first what is wrong and then, after a semicolon, what mends it.
  private func finding(of message: String) -> Finding {
    let parts = message.split(separator: "; ", maxSplits: 1)
    let check = check(of: message)
    return .failure(check, String(parts.first ?? ""), mend: parts.count == 2 ? String(parts[1]) : usualMend(of: check))
  }

  private func finding(of base: WantedBase) -> Finding {
    let (store, reference) = (escapedName(locations.bases.utf8), base.reference.familiar)
    let needed = "needed for \(base.images.joined(separator: ", "))"
    let adding = "`kpack base add \(reference) FILE --bases \(store)`"
    return .failure(
      "bases", "\(store): no base \(reference) for \(base.platform), \(needed)",
      mend: "\(adding) or `skopeo copy docker://\(reference) oci:\(store):\(reference)`")
  }

  private func usualMend(of check: String) -> String? {
    check == "binaries" ? "build them, or name their folder by --bin" : nil
  }

  private func check(of message: String) -> String {
    if layouts == nil { return "layouts" }
    let places = [("binaries", locations.bin), ("bases", locations.bases)]
    return places.first { message.contains(escapedName($0.1.utf8)) }?.0 ?? "plan"
  }
}
