// The name that may be meant by one that is mistyped, and how a message suggests it.

/// The end of a message about an unknown name: `; did you mean "serve"?` for the one of `names` that is nearest to it,
/// nothing where none is near.
package func didYouMean(_ name: String, in names: some Sequence<String>) -> String {
  didYouMean(nearName(to: name, in: names).map { quoted($0) })
}

/// The end of a message that suggests `name`, as it is: `; did you mean serve?`; nothing for nil.
package func didYouMean(_ name: String?) -> String { name.map { "; did you mean \($0)?" } ?? "" }

/// The one of `names` that is nearest to `name`: within two edits, and fewer than it has letters; nil when none is.
package func nearName(to name: String, in names: some Sequence<String>) -> String? {
  let limit = min(2, name.utf8.count - 1)
  var best: (name: String, distance: Int)?
  for candidate in names {
    let distance = editDistance(Array(name.utf8), Array(candidate.utf8))
    if distance <= limit && distance < best?.distance ?? .max { best = (candidate, distance) }
  }
  return best?.name
}

/// Insertions, removals and replacements that lead from one string to the other (Levenshtein).
private func editDistance(_ first: [UInt8], _ second: [UInt8]) -> Int {
  // Far too long to be a slip; and the table grows with the product.
  guard first.count < 100, second.count < 100 else { return .max }
  var row = Array(0...second.count)
  for (index, byte) in first.enumerated() {
    var diagonal = row[0]
    row[0] = index + 1
    for (column, other) in second.enumerated() {
      let replaced = diagonal + (byte == other ? 0 : 1)
      diagonal = row[column + 1]
      row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
    }
  }
  return row[second.count]
}
