#!/usr/bin/env python3
"""bench_release.py --kpack PATH --work DIR [--rounds N] [--scale X] [--check]

Packages a release of the shape of Kubernetes' for linux/amd64, 1 GB of distinct bytes: client, node, server with twelve
binaries and six images, and the sources, which node and server hold too. In turn, several rounds: kpack on an empty
cache; kpack once more, with its tarballs in place, with its tarballs gone, and with one client binary changed; kpack
without a cache; then what packages the same from a finished stage, whose images are made already: `tar czf` one after
another, `tar czf` side by side in the phases of build/release.sh, `tar | pigz` and bsdtar; then kpack with a zip and an
rpm of each tarball's binaries too, and a zip of the sources, against `zip -r` and rpmbuild; and pigz on what is
distinct. Prints medians, ratios and sizes, and how far kpack is from the least time that the machine's zlib allows. No
command starts before the writes of the last one are on the disk and what it reads is in memory; kpack alone ends with
its own writes on the disk.

--scale 0.02 takes a fiftieth of the bytes and files. --check measures nothing: it compares the tarballs of kpack with
an empty cache, with a filled one, after a change and with 1, 2 and 4 threads; exit code 1 where they differ.
Needs busybox-static, pigz, libarchive-tools, zip and rpm.
"""
import argparse
import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from inputs import BINARIES, CLIENT, FILES, IMAGES, NODE, SERVER, SETTLED, TREE_BYTES, Release, busybox  # noqa: E402
from measure import PROCESSORS, in_turn, medians, report, run, shell, together, zlib_seconds  # noqa: E402


def link(source, folder):
    os.makedirs(folder, exist_ok=True)
    os.link(source, os.path.join(folder, os.path.basename(source)))


class Peers:
    """What others package the release with, from a stage like that of build/release.sh, made of links."""

    def __init__(self, release, work):
        self.release = release
        self.stage = os.path.join(work, "stage")
        self.out = os.path.join(work, "out")

    def make_stage(self):
        release = self.release
        release.call(*release.command("images", "-q")[1:])
        server = os.path.join(self.stage, "server", "bench")
        for name in IMAGES:
            for suffix in ("tar", "docker_tag"):
                link(os.path.join(release.images, f"{name}.{suffix}"), os.path.join(server, "server", "bin"))
        os.makedirs(os.path.join(server, "addons"))
        for tarball, names in (("client", CLIENT), ("node", NODE + CLIENT), ("server", SERVER + CLIENT)):
            folder = os.path.join(self.stage, tarball, "bench")
            for name in names:
                link(release.binary(name), os.path.join(folder, tarball, "bin"))
            if tarball != "client":
                link(os.path.join(release.root, "LICENSES"), folder)

    def start(self):
        """An empty folder of outputs."""
        shutil.rmtree(self.out, ignore_errors=True)
        os.makedirs(self.out)

    def bytes(self):
        return folder_bytes(self.out)

    def pack(self, tool, tarball):
        """The line of shell that writes one tarball with `tool`, a pattern of the tarball and of what goes in."""
        target = os.path.join(self.out, f"{tarball}.tar.gz")
        if tarball == "src":
            return tool.format(target, f"-C {self.release.root} --exclude ./_output .")
        folder = os.path.join(self.stage, tarball)
        nested = "" if tarball == "client" else \
            f"ln -f {self.out}/src.tar.gz {folder}/bench/bench-src.tar.gz && "
        return nested + tool.format(target, f"-C {folder} bench")

    def zips(self):
        """The line of shell that makes a zip of each tarball's binaries."""
        return "; ".join(f"(cd {self.stage}/{name} && zip -qr {self.out}/{name}.zip bench/{name}/bin -i '*/bin/*' -x '*.tar' '*.docker_tag')"
                         for name in ("client", "node", "server"))

    def zip_of_sources(self):
        return f"cd {self.release.root} && zip -qry {self.out}/src.zip . -x './_output/*' '_output/*'"

    def rpms(self):
        """The line of shell that makes an rpm of each tarball's binaries with rpmbuild, compressed as kpack's are."""
        lines = []
        for name in ("client", "node", "server"):
            spec = os.path.join(self.release.work, f"{name}.spec")
            with open(spec, "w", encoding="ascii") as file:
                file.write(f"Name: bench-{name}\nVersion: 1.0.0\nRelease: 1\nSummary: Bench\nLicense: Apache-2.0\n"
                           f"AutoReqProv: no\n%description\nBench\n%install\nmkdir -p %{{buildroot}}/usr/lib\n"
                           f"cp -r {self.stage}/{name}/bench/{name} %{{buildroot}}/usr/lib/{name}\n"
                           f"rm -f %{{buildroot}}/usr/lib/{name}/bin/*.tar %{{buildroot}}/usr/lib/{name}/bin/*.docker_tag\n"
                           f"%files\n/usr/lib/{name}\n")
            lines.append(f"rpmbuild -bb --quiet --define '_topdir {self.release.work}/rpm' --define '_rpmdir {self.out}' "
                         f"--define '_binary_payload w6.gzdio' --define '__os_install_post %{{nil}}' "
                         f"--define 'debug_package %{{nil}}' {spec} >/dev/null 2>&1")
        return "; ".join(lines)

    def one_after_another(self, tool):
        return "; ".join(self.pack(tool, tarball) for tarball in ("src", "client", "node", "server"))

    def in_phases(self, tool):
        """As package_tarballs of build/lib/release.sh does it: node and server hold what the first phase makes."""
        phases = []
        for phase in (("src", "client"), ("node", "server")):
            for tarball in phase:
                phases += [f"({self.pack(tool, tarball)}) & {tarball}=$!"]
            phases += [f"wait ${tarball}" for tarball in phase]
        return "\n".join(phases)


def folder_bytes(folder):
    return sum(os.path.getsize(os.path.join(path, name)) for path, _, names in os.walk(folder) for name in names)


def digests(folder):
    found = {}
    for entry in os.scandir(folder):
        with open(entry.path, "rb") as file:
            found[entry.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def change(path):
    """Changes one byte in the middle of a file, in place; a second time changes it back."""
    with open(path, "r+b") as file:
        file.seek(os.path.getsize(path) // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 0xFF]))


class Kpack:
    """The runs of kpack, and what has to stand before each."""

    def __init__(self, release):
        self.release = release

    def run(self, *more):
        return run(self.release.tarballs(*more))

    def cold(self, *more):
        self.release.forget_cache()
        self.release.forget_outputs()
        self.release.settle()
        return self.run(*more)

    def cold_line(self, line):
        """Another line of kpack, on an empty cache; `line` makes it."""
        self.release.forget_cache()
        self.release.forget_outputs()
        self.release.settle()
        return run(line())

    def without_cache(self):
        self.release.forget_outputs()
        self.release.settle()
        return self.run("--no-cache")

    def warm(self):
        self.release.settle()
        return self.run()

    def warm_without_outputs(self):
        self.release.forget_outputs()
        self.release.settle()
        return self.run()

    def changed(self, again):
        """`again`, a run with another client binary, which is then changed back."""
        binary = self.release.binary(CLIENT[0])
        change(binary)
        self.release.settle()
        result = again()
        change(binary)
        time.sleep(SETTLED)
        return result


def check(release):
    """Whether kpack writes the same tarballs whatever it kept and however many threads it has."""
    kpack = Kpack(release)

    def tarballs(make, *arguments):
        make(*arguments)
        return digests(release.out)

    def changed(make):
        return kpack.changed(lambda: tarballs(make))

    wanted = tarballs(kpack.cold)
    found = {
        "a filled cache and tarballs in place": (wanted, tarballs(kpack.warm)),
        "a filled cache": (wanted, tarballs(kpack.warm_without_outputs)),
    }
    found["a filled cache and one binary changed"] = (changed(kpack.warm), other := changed(kpack.cold))
    found["the binary changed back"] = (wanted, tarballs(kpack.warm))
    for jobs in ("1", "2", "4"):
        found[f"--jobs {jobs}"] = (wanted, tarballs(kpack.cold, "--jobs", jobs))
    for title, (left, right) in found.items():
        print(f"{title}: {'the same tarballs' if left == right else 'OTHER TARBALLS'}")
    if other == wanted:
        print("one binary changed: NO OTHER TARBALLS")
    return other != wanted and all(left == right for left, right in found.values())


class Bound:
    """The least time that the release takes: its distinct bytes, each deflated once by zlib, on all processors."""

    def __init__(self, release):
        self.source = os.path.join(release.work, "src.tar")
        subprocess.run(shell(f"gunzip -c {release.out}/bench-src.tar.gz > {self.source}"), check=True)
        files = [release.binary(name) for name in BINARIES] + [busybox(), self.source]
        self.bytes = {path: os.path.getsize(path) for path in files}
        self.seconds = []

    def measure(self):
        """Deflates all of it once more, a share on each processor."""
        shares = [[] for _ in range(PROCESSORS)]
        for path in sorted(self.bytes, key=self.bytes.get, reverse=True):
            min(shares, key=lambda share: sum(map(self.bytes.get, share))).append(path)
        self.seconds.append(sum(together(zlib_seconds, shares)))

    def report(self, figures):
        """Prints the bound and how far kpack is from it, whose `figures` these are by the kind of run."""
        count, seconds = sum(self.bytes.values()), statistics.median(self.seconds)
        wall = seconds / PROCESSORS
        print(f"\nbound: {count / 1e6:.0f} MB are distinct; zlib -6 deflates {count / seconds / 1e6:.1f} MB/s a thread with "
              f"{PROCESSORS} at work, so {wall:.2f} s and {seconds:.2f} s of CPU at least")
        for name, kpack in figures.items():
            print(f"{name}: {kpack.wall / wall:.3f} and {kpack.cpu / seconds:.3f} times that")

    def distinct(self):
        """The line of shell that prints all of it."""
        return "cat " + " ".join(self.bytes)


def compare_sizes(folder):
    """Prints how much larger each tarball is than `gzip -6` of the same tar."""
    for name in sorted(name for name in os.listdir(folder) if name.endswith(".tar.gz")):
        path = os.path.join(folder, name)
        done = subprocess.run(shell(f"gunzip -c {path} | gzip -6n | wc -c"), stdout=subprocess.PIPE, text=True, check=True)
        theirs = int(done.stdout)
        print(f"{name}: {os.path.getsize(path)} bytes, {(os.path.getsize(path) / theirs - 1) * 100:+.2f} % against gzip -6")


def compare(release, peers, rounds):
    """Measures everything in turn and prints it."""
    kpack, sizes = Kpack(release), {}
    kpack.cold()
    bound = Bound(release)

    def first():
        bound.measure()
        return kpack.cold()

    def peer(name, line):
        def one():
            peers.start()
            release.settle()
            figures = run(shell(line))
            sizes[name] = peers.bytes()
            return figures
        return one

    tar, pigz, bsdtar = "tar czf {} {}", f"tar cf - {{1}} | pigz -p{PROCESSORS} > {{0}}", "bsdtar czf {} {}"
    again = {"kpack warm": kpack.warm, "  tarballs gone": kpack.warm_without_outputs,
             "  a binary changed": lambda: kpack.changed(kpack.warm)}
    runs = {"kpack cold": first, **again, "kpack --no-cache": kpack.without_cache}
    sizes.update(dict.fromkeys(runs, folder_bytes(release.out)))
    runs["kpack, zips and rpms too"] = lambda: kpack.cold_line(release.with_forms)
    runs["kpack, zip of the sources"] = lambda: kpack.cold_line(release.zip_of_sources)
    sizes.update({"kpack, zips and rpms too": None, "kpack, zip of the sources": None})
    for name, line in (("tar czf", peers.one_after_another(tar)), ("tar czf &", peers.in_phases(tar)),
                       ("tar | pigz", peers.one_after_another(pigz)), ("bsdtar czf", peers.one_after_another(bsdtar))):
        runs[name] = peer(name, line)
    for name, line in (("zip -r of the binaries", peers.zips()), ("rpmbuild of the binaries", peers.rpms()),
                       ("zip -r of the sources", peers.zip_of_sources())):
        runs[name] = peer(name, line)
    # No tarballs: what pigz takes where no byte comes twice.
    def pigz_alone():
        release.settle()
        return run(shell(f"{bound.distinct()} | pigz -p{PROCESSORS} > /dev/null"))

    runs["pigz, no copies"] = pigz_alone
    sizes["pigz, no copies"] = None
    load = os.getloadavg()[0]
    figures = in_turn(runs, rounds, warm_up=False)  # what they read is read before each
    report(f"a release of {sum(bound.bytes.values()) / 1e6:.0f} MB", figures, sizes)
    cold = medians(figures["kpack cold"])
    bound.report({name: medians(figures[name]) for name in ("kpack cold", "kpack --no-cache")})
    forms = medians(figures["kpack, zips and rpms too"])
    print(f"zips and rpms too: {forms.wall / cold.wall:.3f} of the time and {forms.cpu / cold.cpu:.3f} of the CPU of kpack cold")
    for name in again:
        print(f"{name.strip()}: {medians(figures[name]).wall / cold.wall:.3f} of kpack cold")
    compare_sizes(release.out)
    print(f"load average {load:.2f} before, {os.getloadavg()[0]:.2f} after; {release.call('--version').strip()!r}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kpack", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    work = os.path.join(os.path.abspath(options.work), "release")
    shutil.rmtree(work, ignore_errors=True)
    release = Release(os.path.abspath(options.kpack), work)
    release.make({name: int(size * 1e6 * options.scale) for name, size in BINARIES.items()},
                 int(FILES * options.scale), int(TREE_BYTES * options.scale))
    peers = Peers(release, work)
    peers.make_stage()
    time.sleep(SETTLED)
    same = True
    if options.check:
        same = check(release)
    else:
        compare(release, peers, options.rounds)
    shutil.rmtree(work)
    sys.exit(0 if same else 1)


main()
