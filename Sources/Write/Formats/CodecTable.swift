// The codecs of a release by number, and what one makes of a source.

import Archive
import Plan

/// A source as a codec encodes it: what is made once and spliced after.
struct EncodedSource: Hashable {
  let id: ContentID
  /// The codec's number.
  let codec: Int
}

/// The codecs of a release, each once: two are the same where they make the same bytes.
struct CodecTable: Sendable {
  private(set) var codecs: [any Codec] = []
  /// Of each artifact, in order.
  private(set) var numbers: [Int] = []

  init(of artifacts: [Artifact]) {
    var known: [String: Int] = [:]
    for artifact in artifacts {
      let codec = artifact.writtenFormat.codec
      let number = known[codec.identity] ?? codecs.count
      if number == codecs.count { codecs.append(codec) }
      known[codec.identity] = number
      numbers.append(number)
    }
  }

  subscript(number: Int) -> any Codec { codecs[number] }
}
