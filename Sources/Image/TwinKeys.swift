// Keys that differ only in case: two to kpack, one to Go's encoding/json, by which engines read documents and where the
// last one wins. A document with such keys would be one image here and another there.

private import JSON

extension DocumentField {
  /// The objects whose keys are the image's own and no names of fields: Go keeps them as they are.
  private static let maps: Set<String> = ["annotations", "Labels", "Volumes", "ExposedPorts"]

  /// Throws `ImageError` when an object, here or anywhere below, has two keys that differ only in case. What the member
  /// `skipped` holds is left to others.
  func checkTwinKeys(except skipped: String? = nil) throws(ImageError) {
    switch value.kind {
    case .null, .bool, .number, .string: return
    case .array(let values):
      for (index, value) in values.enumerated() where value.isContainer {
        try DocumentField(value: value, place: place, path: "\(path)[\(index)]").checkTwinKeys()
      }
    case .object(let members):
      var keys: Set<FoldedKey> = []
      for member in members {
        let (isNew, other) = keys.insert(FoldedKey(key: member.key))
        if !isNew {
          throw error("has the keys \(quoted(other.key)) and \(quoted(member.key)), which engines read as one")
        }
        guard member.value.isContainer, member.key != skipped, !Self.maps.contains(member.key) else { continue }
        try DocumentField(value: member.value, place: place, path: path(to: member.key)).checkTwinKeys()
      }
    }
  }
}

extension String {
  /// Whether Go takes this key for the field `name`, which is of ASCII alone; so it does the same key.
  func isTwin(of name: String) -> Bool {
    // What folds to ASCII is no shorter than that.
    utf8.count >= name.utf8.count && FoldedKey(key: self) == FoldedKey(key: name)
  }
}

/// A key as Go compares it with the names of fields (encoding/json, fold.go, `foldName`), which are of ASCII: two other
/// letters fold to ASCII.
private struct FoldedKey: Hashable {
  let key: String

  static func == (left: FoldedKey, right: FoldedKey) -> Bool {
    left.key.unicodeScalars.lazy.map(folded).elementsEqual(right.key.unicodeScalars.lazy.map(folded))
  }

  func hash(into hasher: inout Hasher) {
    for scalar in key.unicodeScalars { hasher.combine(folded(scalar)) }
  }
}

private func folded(_ scalar: Unicode.Scalar) -> UInt32 {
  switch scalar {
  case "A"..."Z": scalar.value + 0x20
  // LATIN SMALL LETTER LONG S and KELVIN SIGN
  case "\u{17F}": 0x73
  case "\u{212A}": 0x6B
  default: scalar.value
  }
}

extension JSONValue {
  fileprivate var isContainer: Bool {
    switch kind {
    case .array, .object: true
    case .null, .bool, .number, .string: false
    }
  }
}
