// The library that undoes the compression of a file, whichever it is.

/// What undoes a compression, under way.
enum Unpacker: ~Copyable {
  /// Nothing: the file is not compressed.
  case none
  case gzip(Inflater)
  case zstd(ZstdStream)

  /// What one call did.
  struct Step {
    let consumed: Int
    let produced: Int
    let outcome: Outcome
  }

  enum Outcome: Equatable {
    case more
    /// A member of gzip or a frame of zstd has ended.
    case memberEnded
    /// The input is not what the format allows; the library's own words.
    case damaged(String)
  }

  /// The unpacker for `compression`. Throws `ArchiveError.zstdMissing`, or `.zstd` when there is no memory.
  init(_ compression: Compression?) throws(ArchiveError) {
    switch compression {
    case nil: self = .none
    case .gzip: self = .gzip(Inflater())
    case .zstd: self = .zstd(try ZstdStream())
    }
  }

  /// Makes ready for the next member; libzstd goes on with the next frame by itself.
  func reset() {
    switch self {
    case .gzip(let inflater): inflater.reset()
    case .none: break
    case .zstd: break
    }
  }

  /// Unpacks `input` within `range` into `output` from `index` on, until either is used up or the member ends.
  func unpack(_ input: inout [UInt8], _ range: Range<Int>, into output: inout [UInt8], from index: Int) -> Step {
    switch self {
    case .none: Step(consumed: 0, produced: 0, outcome: .memberEnded)
    case .gzip(let inflater): inflater.inflate(&input, range, into: &output, from: index)
    case .zstd(let stream): stream.decompress(input, range, into: &output, from: index)
    }
  }
}
