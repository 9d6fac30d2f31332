// What was found in the files of one layer, put together for those who read it.

import Basics
import Layout

/// What was found in the files of one layer: the refusals of one reason that one rule makes are told as one.
struct LayerFindings {
  private struct Refusal {
    let reason: String
    let origin: RuleOrigin
    var places: [String]
  }

  private var refusals: [Refusal] = []
  private var numbers: [String: Int] = [:]
  private var warnings: [String] = []

  mutating func add(_ verdict: LayerVerdict, _ place: String, at origin: RuleOrigin) {
    switch verdict {
    case .refusal(let reason): refuse(place, reason, at: origin)
    case .warning(let reason): warnings.append("\(place): \(reason)")
    }
  }

  private mutating func refuse(_ place: String, _ reason: String, at origin: RuleOrigin) {
    let key = "\(origin): \(reason)"
    if let number = numbers[key] {
      refusals[number].places.append(place)
      return
    }
    numbers[key] = refusals.count
    refusals.append(Refusal(reason: reason, origin: origin, places: [place]))
  }

  /// Tells all of them, about the `image` that messages call so.
  func tell(_ said: inout Diagnostics, of image: String) {
    for refusal in refusals {
      let message = "\(image): \(refusal.places.firstFew): \(refusal.reason)"
      said.refuse(Diagnostic(.data, message, at: refusal.origin))
    }
    for warning in warnings.told(as: "executables with something wrong").of(image) { said.warn(warning) }
  }
}
