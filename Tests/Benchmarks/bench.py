#!/usr/bin/env python3
"""bench.py --kpack PATH --work DIR [--tree DIR] [--rounds N]

Packages one tree with kpack on an empty cache and without one, `tar czf` and `tar | pigz`, in turn, several rounds,
and prints medians, ratios and sizes. Without --tree it makes a tree of the shape of a large source tree: 15,000 files of source-like text, 128 MB.
"""
import argparse
import os
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
from inputs import make_tree, write_layouts  # noqa: E402
from measure import in_turn, report, run, settle, shell  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kpack", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--tree")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    work = os.path.abspath(options.work)
    tree = os.path.abspath(options.tree) if options.tree else os.path.join(work, "tree")
    if not os.path.isdir(tree):
        make_tree(tree + ".part")
        os.rename(tree + ".part", tree)
    layouts, out = os.path.join(work, "layouts"), os.path.join(work, "out")
    shutil.rmtree(out, ignore_errors=True)
    write_layouts(layouts, {
        "release": {"name": "bench"},
        "src": {"tarball": "kpack.tar.gz", "archive": {"root": "."}, "entries": [{"tree": "."}]},
    })
    os.makedirs(out)
    kpack = [os.path.abspath(options.kpack), "tarballs", "-q", "--root", tree, "--layouts", layouts, "--out", out,
             "--epoch", "0"]

    def settled(command):
        """The figures of `command`, begun when the writes of the one before are on the disk and the tree in memory."""
        settle(tree)
        return run(command)

    # Each its own, and none removed before the end: ext4 is slow for minutes to make files where it has just removed
    # some, and nobody's first run comes after that.
    with tempfile.TemporaryDirectory(dir=work) as caches:
        figures = in_turn({
            "kpack": lambda: settled([*kpack, "--cache", os.path.join(tempfile.mkdtemp(dir=caches), "cache")]),
            "kpack --no-cache": lambda: settled([*kpack, "--no-cache"]),
            "tar czf": lambda: settled(shell(f"tar czf {out}/tar.tgz -C {tree} .")),
            "tar | pigz": lambda: settled(shell(f"tar cf - -C {tree} . | pigz > {out}/pigz.tgz")),
        }, options.rounds)
    files = {"kpack": "kpack.tar.gz", "kpack --no-cache": "kpack.tar.gz", "tar czf": "tar.tgz",
             "tar | pigz": "pigz.tgz"}
    sizes = {name: os.path.getsize(os.path.join(out, file)) for name, file in files.items()}
    report(tree, figures, sizes)


main()
