// The two ways in which a tar tells what its headers have no room for.

/// How a header spells what a ustar block has no room for.
package enum TarForm: Sendable {
  /// In a pax extended header.
  case pax
  /// As GNU tar does: for readers that refuse pax headers, as dpkg does (its lib/dpkg/tarfn.c, "unsupported PAX tar
  /// header type").
  case gnu
}
