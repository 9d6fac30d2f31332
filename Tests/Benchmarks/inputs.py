"""What the benchmarks package, made from what the machine has: trees that deflate as source code does, executables cut
from real ones, and a release of both."""
import json
import os
import random
import shutil
import struct
import subprocess
import sys

from measure import settle

WORDS = (
    "func return if err nil string range package import type struct interface map append len make metadata labels "
    "spec template name image ports selector replicas object client server config options default value error status "
    "context node pod service the of and to in is not that with from this must have can be on"
).split()

# The binaries of the release in MB, and who has them; server has all.
BINARIES = {"ctl": 72, "fed": 75, "agent": 100, "proxy": 47, "apiserver": 95, "controller": 90, "scheduler": 52,
            "aggregator": 50, "cloud": 60, "extensions": 45, "admin": 66, "hyper": 110}
CLIENT, NODE = ["ctl", "fed"], ["agent", "proxy"]
IMAGES = ["proxy", "apiserver", "controller", "scheduler", "aggregator", "cloud"]
SERVER = [name for name in BINARIES if name not in CLIENT]
FILES, TREE_BYTES = 15000, 128_000_000
# Seconds after which size and times of a file are proof that it is the same (git's "racily clean" entries).
SETTLED = 3


def line(rng):
    words = (rng.choice(WORDS) if rng.random() < 0.8 else f"{rng.choice(WORDS)}{rng.randrange(1 << 20):x}"
             for _ in range(rng.randrange(1, 11)))
    return "\t" * rng.randrange(4) + " ".join(words) + "\n"


def make_tree(path, files=FILES, total=TREE_BYTES):
    """A tree whose files deflate about as well as source code does; the same bytes each time."""
    rng = random.Random(20170817)
    pool = [line(rng) for _ in range(20000)]
    sizes = [rng.lognormvariate(7.8, 1.3) for _ in range(files)]
    scale = total / sum(sizes)
    for number, size in enumerate(sizes):
        folder = os.path.join(path, f"pkg{number % 40:02}", f"mod{number // 40 % 60:02}")
        os.makedirs(folder, exist_ok=True)
        start, lines, count, wanted = rng.randrange(len(pool)), [], 0, int(size * scale)
        while count < wanted:
            text = pool[(start + int(rng.random() ** 3 * 600)) % len(pool)] if rng.random() < 0.95 else line(rng)
            lines.append(text)
            count += len(text)
        with open(os.path.join(folder, f"file{number:05}.go"), "w", encoding="ascii") as file:
            file.write("".join(lines)[:wanted])


def executables(least=1 << 20):
    """The ELF files of the system and of the Swift toolchain, the largest first: real machine code in plenty."""
    toolchain = os.path.dirname(os.path.dirname(os.path.realpath(shutil.which("swift") or "/usr/bin/swift")))
    found = {}
    for top in {"/usr", toolchain}:
        for folder, _, names in os.walk(top):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.islink(path) or not os.path.isfile(path) or os.path.getsize(path) < least:
                    continue
                with open(path, "rb") as file:
                    if file.read(4) == b"\x7fELF":
                        found[os.path.getsize(path)] = path  # two of one size are copies, as a rule
    return [found[size] for size in sorted(found, reverse=True)]


def elf_header(size):
    """The header of a static amd64 executable of `size` bytes, loaded as one segment (System V ABI, chapter 4)."""
    base, header, segment = 0x400000, 64, 56
    identity = b"\x7fELF\x02\x01\x01" + bytes(9)
    fields = struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, base + header + segment, header, 0, 0, header, segment, 1, 0, 0, 0)
    return identity + fields + struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, size, size, 0x1000)


class Cutter:
    """Cuts executables from the real ones one behind the other: no two of them have a piece in common, until all bytes
    of the machine are used up."""

    def __init__(self):
        self.sources = executables()
        if not self.sources:
            sys.exit("no ELF file of a MiB or more on this machine")
        self.number, self.offset, self.rounds = 0, 0, 0

    def make(self, path, size):
        """An executable of exactly `size` bytes."""
        header = elf_header(size)
        wanted = size - len(header)
        with open(path, "wb") as out:
            out.write(header)
            while wanted > 0:
                wanted -= self.cut(wanted, out)
        os.chmod(path, 0o755)

    def cut(self, wanted, out):
        """Writes the next bytes of one source, `wanted` at most; how many."""
        count = 0
        with open(self.sources[self.number], "rb") as file:
            file.seek(self.offset)
            while count < wanted and (piece := file.read(min(wanted - count, 1 << 20))):
                out.write(piece)
                count += len(piece)
        self.offset += count
        if count < wanted:
            self.number += 1
            if self.number == len(self.sources):  # again, at other places
                self.number, self.rounds = 0, self.rounds + 1
            self.offset = 4099 * self.rounds
        return count


def busybox():
    return shutil.which("busybox") or sys.exit("no busybox: install busybox-static")


def write_layouts(folder, layouts):
    os.makedirs(folder, exist_ok=True)
    for name, value in layouts.items():
        with open(os.path.join(folder, f"{name}.json"), "w", encoding="ascii") as file:
            json.dump(value, file)


class Release:
    """A release below `work`: a source tree with its built binaries and a base, layouts, and what comes out."""
    VERSION = "v1.0.0"

    def __init__(self, kpack, work):
        self.kpack, self.work = kpack, work
        self.root = os.path.join(work, "release")
        self.layouts = os.path.join(work, "layouts")
        self.forms = os.path.join(work, "forms")
        self.caches = 0
        self.forget_cache()
        output = os.path.join(self.root, "_output")
        self.stage = os.path.join(output, "release-stage")
        self.binaries = os.path.join(output, "dockerized", "bin", "linux", "amd64")
        self.images = os.path.join(self.stage, "server", "linux-amd64", "bench", "server", "bin")
        self.out = os.path.join(output, "release-tars")

    def make(self, binaries, files, tree_bytes):
        """`binaries` has the bytes of each of `BINARIES`."""
        make_tree(self.root, files, tree_bytes)
        with open(os.path.join(self.root, "LICENSES"), "w", encoding="ascii") as file:
            file.write("Use it as you like.\n" * 100)
        os.makedirs(self.binaries)
        cutter = Cutter()
        for name, size in binaries.items():
            cutter.make(os.path.join(self.binaries, name), size)
        archive = {"platforms": "all", "archive": {"root": "bench"}}
        common = [{"file": "LICENSES", "to": "LICENSES"}, {"artifact": "src", "to": "bench-src.tar.gz"}]
        write_layouts(self.layouts, {
            "release": {"name": "bench", "platforms": {"all": ["linux/amd64"]},
                        "binaries": {"client": CLIENT, "node": NODE, "server": SERVER}},
            "src": {"tarball": "bench-src.tar.gz", "archive": {"root": "."},
                    "entries": [{"tree": ".", "exclude": ["/_*/"]}]},
            "client": {"tarball": "bench-client-{os}-{arch}.tar.gz", **archive,
                       "entries": [{"binaries": "client", "to": "client/bin"}]},
            "node": {"tarball": "bench-node-{os}-{arch}.tar.gz", **archive,
                     "entries": [{"binaries": "node", "to": "node/bin"}, {"binaries": "client", "to": "node/bin"},
                                 *common]},
            "server": {"tarball": "bench-server-{os}-{arch}.tar.gz", **archive,
                       "entries": [{"binaries": "server", "to": "server/bin"},
                                   {"binaries": "client", "to": "server/bin"},
                                   {"images": "server", "to": "server/bin"}, {"directory": "addons"}, *common]},
            "images": {"registry": "bench.example", "bases": {"busybox": "busybox"},
                       "groups": {"server": [{"binary": name, "base": "busybox"} for name in IMAGES]}},
        })
        self.call("base", "--stage", self.stage, "make", "busybox", "--from", busybox(), "--arch", "amd64")
        self.write_forms(common)

    def write_forms(self, common):
        """The same layouts with more forms of what they hold: a zip and an rpm of the binaries of each tarball, and a
        zip of the sources, which is made where it is named."""
        shutil.copytree(self.layouts, self.forms)
        lists = {"client": ["client"], "node": ["node", "client"], "server": ["server", "client"]}
        platforms = {"platforms": "all"}
        more = {"src-zip": {"tarball": "bench-src.zip", "archive": {"root": "bench"}, "entries": [{"tree": ".", "exclude": ["/_*/"]}]}}
        for name, binaries in lists.items():
            more[f"{name}-zip"] = {"tarball": f"bench-{name}-{{os}}-{{arch}}.zip", **platforms, "archive": {"root": "bench"},
                                   "entries": [{"binaries": which, "to": f"{name}/bin"} for which in binaries]}
            more[f"{name}-rpm"] = {
                "package": {"name": f"bench-{name}", "version": "1.0.0", "release": "1", "maintainer": "Bench <bench@example.com>",
                            "description": f"The {name} of a benchmark.", "license": "Apache-2.0"},
                "rpm": "bench-{name}-{os}-{arch}.rpm".replace("{name}", name), **platforms,
                "entries": [{"binaries": which, "to": f"usr/lib/{name}/bin"} for which in binaries]}
        write_layouts(self.forms, more)

    def command(self, verb, *more):
        """The command line of kpack that makes the release's tarballs or images."""
        return [self.kpack, verb, "--stage", self.stage, "--layouts", self.layouts, "--version", self.VERSION,
                "--epoch", "0", *more]

    def tarballs(self, *more):
        """That of the tarballs, with a cache of the benchmark's own."""
        return self.command("tarballs", "-q", "--cache", self.cache, *more)

    def with_forms(self, *more):
        """That of the tarballs with the zips and rpms beside them."""
        names = [f"{name}{form}" for form in ("", "-zip", "-rpm") for name in ("client", "node", "server")]
        line = self.command("release", "-q", "--cache", self.cache, *more, *names)
        line[line.index("--layouts") + 1] = self.forms
        return line

    def zip_of_sources(self, *more):
        line = self.command("tarballs", "-q", "--cache", self.cache, *more, "src-zip")
        line[line.index("--layouts") + 1] = self.forms
        return line

    def call(self, *arguments):
        done = subprocess.run([self.kpack, *arguments], capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"kpack {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def results(self):
        """What kpack says of the tarballs by name: bytesIn are those of the tar, bytesOut those of the tarball."""
        lines = self.call(*self.tarballs("--format", "json")[1:]).splitlines()
        return {row["artifact"]: row for row in map(json.loads, lines)}

    def settle(self):
        """Waits for the disk and has all files in memory."""
        settle(self.root, self.cache)

    def forget_outputs(self):
        shutil.rmtree(self.out, ignore_errors=True)

    def forget_cache(self):
        """Begins another cache. The old one stays: ext4 is slow for minutes to make files where it has just removed
        some, and nobody's first run comes after that."""
        self.caches += 1
        self.cache = os.path.join(self.work, f"cache-{self.caches}")

    def binary(self, name):
        return os.path.join(self.binaries, name)

    def elf_bytes(self):
        return sum(os.path.getsize(self.binary(name)) for name in BINARIES)

    def elf_sample(self, count=16, size=256 << 10):
        """`count` pieces of each binary."""
        for name in BINARIES:
            whole = os.path.getsize(self.binary(name))
            with open(self.binary(name), "rb") as file:
                for number in range(count):
                    file.seek(whole // count * number)
                    yield file.read(min(size, whole // count))
