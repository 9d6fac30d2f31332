// Which characters can be shown as they are: the one rule behind quoted text, escaped names and all that is printed.

extension Unicode.Scalar {
  /// Whether a terminal or an editor obeys this character, ends a line at it or shows nothing for it: controls
  /// (Unicode 16, general category Cc), marks of direction and other formats (Cf), separators of lines and paragraphs
  /// (Zl, Zp), and what is ignored by default (Default_Ignorable_Code_Point), tags and joiners among it.
  package var isObeyed: Bool {
    if value < 0x7F { return value < 0x20 }
    if properties.isDefaultIgnorableCodePoint { return true }
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: return true
    default: return false
    }
  }

  /// Whether the character is seen and cannot be taken for another: no such one, no space but U+0020, and nothing
  /// that Unicode leaves open.
  package var isPrintable: Bool {
    if isObeyed { return false }
    switch properties.generalCategory {
    case .privateUse, .unassigned: return false
    case .spaceSeparator: return self == " "
    default: return true
    }
  }
}

/// Whether all of `bytes` are printable ASCII, which needs no closer look.
package func isPlainASCII(_ bytes: some Sequence<UInt8>) -> Bool { bytes.allSatisfy { $0 >= 0x20 && $0 < 0x7F } }
