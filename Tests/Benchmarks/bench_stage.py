#!/usr/bin/env python3
"""bench_stage.py --kpack PATH --work DIR [--rounds N] [--scale X]

Fills the stage of a release of the shape of Kubernetes' for linux/amd64, 1 GB of distinct bytes, whose tarballs and
images are made already. In turn, several rounds: kpack stage, into no stage and over an older one, with its cache and
without; then what gives the same files from the tarballs: `tar x`, one after another and side by side. The src tarball
has no folder in the stage; node and server hold it, so kpack without a cache has to make it. No command starts before
the writes of the last one are on the disk and what it reads is in memory; kpack alone ends with its own writes there.

--scale 0.02 takes a fiftieth of the bytes and files. Needs busybox-static.
"""
import argparse
import os
import shutil
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from inputs import BINARIES, FILES, SETTLED, TREE_BYTES, Release  # noqa: E402
from measure import in_turn, report, run, shell  # noqa: E402

STAGED = ("client", "node", "server")


def listing(folder):
    """Types, modes, contents and targets of all in a folder."""
    script = "cd \"$1\" && find . -printf '%P %y %m %l\\n' | sort && find . -type f -exec sha256sum {} + | sort -k 2"
    return subprocess.run(["sh", "-c", script, "sh", folder], stdout=subprocess.PIPE, check=True).stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kpack", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1)
    options = parser.parse_args()
    work = os.path.join(os.path.abspath(options.work), "stage")
    shutil.rmtree(work, ignore_errors=True)
    release = Release(os.path.abspath(options.kpack), work)
    release.make({name: int(size * 1e6 * options.scale) for name, size in BINARIES.items()},
                 int(FILES * options.scale), int(TREE_BYTES * options.scale))
    release.call(*release.command("release", "-q", "--cache", release.cache)[1:])
    time.sleep(SETTLED)
    unpacked = os.path.join(work, "unpacked")

    def stage(*more, again=False):
        def one():
            if not again:
                shutil.rmtree(release.stage)
            release.settle()
            return run(release.command("stage", "-q", *more))
        return one

    def untar(joint):
        def one():
            shutil.rmtree(unpacked, ignore_errors=True)
            for name in STAGED:
                os.makedirs(os.path.join(unpacked, name))
            release.settle()
            line = "(tar x -p -C {0}/{1} -f {2}/bench-{1}-linux-amd64.tar.gz)"
            return run(shell(joint.join(line.format(unpacked, name, release.out) for name in STAGED) + " & wait"))
        return one

    cached = ("--cache", release.cache)
    runs = {"kpack stage": stage(*cached), "  over an older one": stage(*cached, again=True),
            "  --no-cache": stage("--no-cache"), "tar x": untar(" && "), "tar x side by side": untar(" & ")}
    report(f"the stage of a release of {release.elf_bytes() / 1e6:.0f} MB of binaries", in_turn(runs, options.rounds))
    same = all(listing(f"{release.stage}/{name}/linux-amd64") == listing(f"{unpacked}/{name}") for name in STAGED)
    print("the same files" if same else "OTHER FILES")
    shutil.rmtree(work)
    sys.exit(0 if same else 1)


main()
