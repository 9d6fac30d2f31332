// A few of many, for a message.

extension [String] {
  /// The first three, or four where that is all, and how many more there are.
  package var firstFew: String {
    let most = count == 4 ? 4 : 3
    let shown = prefix(most).joined(separator: ", ")
    return count > most ? "\(shown) and \(count - most) more" : shown
  }
}
