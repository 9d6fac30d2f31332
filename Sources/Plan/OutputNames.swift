// Which layout a file or folder in the folders of outputs belongs to, by its name alone: files of other versions and
// platforms have names that the same templates give.

package import Layout

/// What an output is made from.
package enum OutputOwner: Hashable, Sendable {
  /// The layout of a tarball or of packages, by name.
  case tarball(String)
  /// The rule of an image, by name.
  case image(String)
  /// The release as a whole: a list of checksums.
  case release
}

/// The names that the outputs of a set of layouts can have.
package struct OutputNames: Sendable {
  private struct Pattern: Sendable {
    let owner: OutputOwner
    let template: Template
    /// The value of {name}.
    let name: String
  }

  private let tarballs: [Pattern]
  /// The layouts of packages.
  package let packages: Set<OutputOwner>
  private let images: [Pattern]
  /// The folders of the stage in which tarballs of platforms have theirs.
  private let stages: [OutputOwner: String]

  package init(_ layouts: LayoutSet) {
    tarballs = layouts.tarballs.flatMap { layout in
      layout.isOfPackages
        ? layout.packages.map {
          Pattern(owner: .tarball(layout.name), template: $0.fileName.template, name: $0.name)
        } : [Pattern(owner: .tarball(layout.name), template: layout.fileName, name: layouts.release.name)]
    }
    packages = Set(layouts.tarballs.filter(\.isOfPackages).map { .tarball($0.name) })
    let staged = layouts.tarballs.filter { $0.platforms != nil && $0.isStaged }
    stages = Dictionary(staged.map { (.tarball($0.name), $0.stage) }) { first, _ in first }
    images = (layouts.images?.groups.values.flatMap { $0 } ?? []).map { image in
      let template = image.file ?? Template(literal: image.name + ImageRule.fileSuffix)
      return Pattern(owner: .image(image.name), template: template, name: image.name)
    }
  }

  /// The tarballs whose template fits the file name with the most literal text: "k-client-1.tar.gz" fits
  /// "k-{version}.tar.gz" too. More than one where two templates are alike.
  package func tarballs(named fileName: [UInt8]) -> Set<OutputOwner> { Self.owners(of: fileName, tarballs) }

  /// The images whose template fits the file name with the most literal text.
  package func images(named fileName: [UInt8]) -> Set<OutputOwner> { Self.owners(of: fileName, images) }

  /// The tarballs that have the folders of their platforms in one folder of the stage with `tarball`, itself included.
  package func tarballs(stagedWith tarball: OutputOwner) -> Set<OutputOwner> {
    guard let stage = stages[tarball] else { return [] }
    return Set(stages.filter { $0.value.utf8.elementsEqual(stage.utf8) }.keys)
  }

  private static func owners(of fileName: [UInt8], _ patterns: [Pattern]) -> Set<OutputOwner> {
    let fits = patterns.compactMap { pattern in
      pattern.template.literalCount(in: fileName) { $0 == .name ? pattern.name : nil }.map { (pattern.owner, $0) }
    }
    let most = fits.map(\.1).max()
    return Set(fits.filter { $0.1 == most }.map(\.0))
  }
}
