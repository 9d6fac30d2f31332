// One package of a plan: what it says of itself, and the archive of its files, which is made before it.

package import Archive

/// One package of a plan.
package struct PlannedPackage: Sendable {
  package let fields: PackageFields
  /// The number of the artifact that is its payload: the archive of its files.
  package let payload: Int
  /// The payload as a source of bytes.
  package let contents: SourceID
  /// The deflate level, 0 to 9.
  package let level: Int
}
