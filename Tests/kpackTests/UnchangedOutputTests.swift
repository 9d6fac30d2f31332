// Outputs that stand there already: the right ones are left alone, all others are made again.

import Foundation
import Testing

@Suite struct UnchangedOutputTests {
  @Test func `outputs that are right stay the files that they are, unless forced`() throws {
    let box = try Sandbox.cached()
    let bytes = try box.packCached()
    let before = try box.inodes()
    let outcome = try box.startCached().wait()
    #expect(outcome.errors.hasSuffix(" s, unchanged\n"), "\(outcome.errors)")
    #expect(try box.inodes() == before)
    let first = try box.startCached(["--format=json"], out: "new").wait()
    let again = try box.startCached(["--format=json"], out: "new").wait()
    #expect(try first.rows().count == 3 && first.output == again.output)
    #expect(try box.packCached(["--force"]) == bytes)
    #expect(try box.inodes().isDisjoint(with: before))
    let forced = try box.inodes()
    #expect(try box.packCached(["--no-cache"]) == bytes)
    #expect(try box.inodes().isDisjoint(with: forced))
  }

  @Test func `a tarball that is missing is made again alone`() throws {
    let box = try Sandbox.cached()
    let bytes = try box.packCached()
    let before = try box.inodes()
    try box.sh("mv out/src.tar.gz kept")
    #expect(try box.packCached() == bytes)
    #expect(try box.inodes().intersection(before).count == 2)
  }

  @Test func `outputs that were changed are made again, whatever their times say`() throws {
    let box = try Sandbox.cached()
    let bytes = try box.packCached()
    // Old enough for the index to know them.
    usleep(2_100_000)
    #expect(try box.packCached() == bytes)
    let flip = "printf x | dd bs=1 seek=5000 conv=notrunc status=none"
    let changes = [
      "\(flip) of=$1", "cp $1 t; \(flip) of=t; mv t $1", "echo more >> $1", ": > $1", "rm $1", "truncate -s -1 $1",
      "mv $1 other; ln -s ../other $1", "rm $1; mkfifo $1", "rm $1; ln -s all.tar.gz $1", "cp kept/all.tar.gz $1",
    ]
    for change in changes {
      try box.sh("rm -rf kept other; cp -pr out kept")
      for name in ["server-linux-amd64.tar.gz", "src.tar.gz"] {
        let times = "if [ -f $1 ] && ! [ -h $1 ]; then touch -r kept/$2 $1; fi"
        try box.sh("\(change); \(times)", "out/\(name)", name)
      }
      #expect(try box.packCached() == bytes, "\(change)")
      #expect(try box.sh("stat -c %F out/*.gz | sort -u") == "regular file\n")
    }
  }

  @Test func `a folder in the place of an output is refused as ever`() throws {
    let box = try Sandbox.cached()
    _ = try box.packCached()
    try box.sh("rm out/src.tar.gz; mkdir out/src.tar.gz")
    let outcome = try box.startCached(["--quiet"]).wait()
    let message = "kpack: error: out/src.tar.gz: a folder stands where the output would be written\n"
    #expect(outcome == Outcome(status: 4, output: "", errors: message))
  }

  @Test func `a source that changed is noticed by what cannot be set back`() throws {
    let box = try Sandbox.cached()
    usleep(2_100_000)
    var known = [try box.packCached()]
    for path in ["src/big", "src/small/7", "src/small/link", "_output/dockerized/bin/linux/amd64/tool"] {
      // Behind the name of its interpreter, which an image is to have.
      let place = path.hasSuffix("tool") ? 20 : 5
      let flips = ["x", "y"].map { "printf \($0) | dd bs=1 seek=\(place) conv=notrunc status=none" }
      for change in ["\(flips[0]) of=$1", "cp -p $1 t; \(flips[1]) of=t; mv t $1"] {
        try box.sh("touch -r $1 kept; \(change); touch -r kept $1", path)
        let bytes = try box.packCached()
        #expect(!known.contains(bytes), "\(change) \(path)")
        known.append(bytes)
      }
    }
    #expect(known.last == (try box.packCached(["--no-cache"], out: "plain")))
  }
}

extension Sandbox {
  /// The inodes of the outputs.
  fileprivate func inodes() throws -> Set<Substring> {
    Set(try sh("stat -c %i out/*.gz").split(separator: "\n"))
  }
}
