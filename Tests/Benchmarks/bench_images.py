#!/usr/bin/env python3
"""bench_images.py --kpack PATH --work DIR [--rounds N]

Makes images of two projects on a busybox base, in turn, several rounds: with `kpack images`; with as many `docker
build` and `docker save` on an engine of its own, six at a time as build/release.sh does; with `buildah build` and
`buildah push` and with `umoci insert` and `skopeo copy`, where these are installed, two at a time, for they have no
engine between them. One project has 30 images of 64 KiB binaries, the other 6 of 60 MB binaries. Prints medians and
ratios; the engine's CPU time is counted.
Needs root, docker.io, skopeo and busybox-static; exits with 77 where no engine starts.
"""
import argparse
import concurrent.futures
import json
import os
import resource
import shutil
import statistics
import struct
import subprocess
import sys
import time

INTEGRATION = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Integration")
sys.dont_write_bytecode = True
sys.path.insert(0, INTEGRATION)
from engine import docker, load_base  # noqa: E402

PROJECTS = (("small", 30, 64 << 10), ("large", 6, 60_000_000))
VERSION = "v1.0.0"
REGISTRY = "bench.example"
BASE = "docker.io/library/busybox:latest"


def largest_executable():
    """The largest ELF file of the system or of the Swift toolchain: real machine code in plenty."""
    toolchain = os.path.dirname(os.path.dirname(os.path.realpath(shutil.which("swift") or "/usr/bin/swift")))
    best = (0, "")
    for top in {"/usr", toolchain}:
        for folder, _, names in os.walk(top):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.islink(path) or not os.path.isfile(path) or os.path.getsize(path) <= best[0]:
                    continue
                with open(path, "rb") as file:
                    if file.read(4) == b"\x7fELF":
                        best = (os.path.getsize(path), path)
    return best[1]


def elf_header(size):
    """The header of a static amd64 executable of `size` bytes, loaded as one segment (System V ABI, chapter 4)."""
    base, header, segment = 0x400000, 64, 56
    identity = b"\x7fELF\x02\x01\x01" + bytes(9)
    fields = struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, base + header + segment, header, 0, 0, header, segment, 1, 0, 0, 0)
    return identity + fields + struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, size, size, 0x1000)


def make_binary(path, source, number, size):
    """An executable of exactly `size` bytes whose body is a piece of `source`, another for each `number`."""
    header = elf_header(size)
    wanted = size - len(header)
    with open(source, "rb") as file, open(path, "wb") as out:
        file.seek(number * 7919 * 97 % max(1, os.path.getsize(source) - wanted))
        out.write(header)
        # Piece by piece: a child's peak memory starts at its parent's (see spawn).
        while wanted > 0 and (piece := file.read(min(wanted, 1 << 20))):
            out.write(piece)
            wanted -= len(piece)
        out.truncate(size)
    os.chmod(path, 0o755)


def make_project(root, source, count, size):
    """A project below `root` with a layout of its own; returns the names of its images."""
    names = [f"tool{number:02}" for number in range(count)]
    folder = os.path.join(root, "_output", "dockerized", "bin", "linux", "amd64")
    os.makedirs(folder)
    for number, name in enumerate(names):
        make_binary(os.path.join(folder, name), source, number, size)
    layouts = {
        "release": {"name": "bench", "platforms": {"server": ["linux/amd64"]}, "binaries": {"server": names}},
        "server": {"tarball": "bench-{os}-{arch}.tar.gz", "platforms": "server", "entries": [{"images": "server"}]},
        "images": {"registry": REGISTRY, "bases": {"busybox": "busybox"},
                   "groups": {"server": [{"binary": name, "base": "busybox"} for name in names]}},
    }
    os.makedirs(os.path.join(root, "layouts"))
    for name, value in layouts.items():
        with open(os.path.join(root, "layouts", f"{name}.json"), "w", encoding="ascii") as file:
            json.dump(value, file)
    return names


def spawn(command):
    """Runs `command`; returns its CPU seconds and its peak memory in MiB, never less than that of this script."""
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    process = os.posix_spawnp(command[0], command, os.environ, file_actions=quiet)
    _, status, usage = os.wait4(process, 0)
    if status:
        raise SystemExit(f"{' '.join(command)}: exit code {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def engine_cpu():
    """CPU seconds that the engine has used: its processes, with the children that are gone (proc(5), stat)."""
    parents, seconds = {}, {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        parents[int(entry)] = int(fields[1])
        seconds[int(entry)] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    members = {int(os.environ["ENGINE_PID"])}
    while more := {child for child, parent in parents.items() if parent in members} - members:
        members |= more
    return sum(seconds.get(member, 0) for member in members)


def run_kpack(kpack, root, bases):
    start = time.monotonic()
    cpu, memory = spawn([kpack, "images", "-q", "--root", root, "--layouts", os.path.join(root, "layouts"),
                         "--bases", bases, "--version", VERSION, "--platform", "linux/amd64", "--epoch", "0"])
    return time.monotonic() - start, cpu, memory


def reference(name):
    return f"{REGISTRY}/{name}:{VERSION}"


def build_folder(root, name):
    return os.path.join(root, "_output", "release-images", "amd64", f"{name}.dockerbuild")


def saved(root, name):
    """Where a peer of kpack puts the archive; the last round's is removed, as an engine's client does it."""
    path = os.path.join(root, "saved", f"{name}.tar")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.exists(path):
        os.remove(path)
    return path


def call(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stderr.strip()}")


def children_cpu():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run_docker(root, names):
    """The same images from the Dockerfiles that kpack wrote."""
    def make(name):
        image = reference(name)
        docker("build", "-q", "--no-cache", "-t", image, build_folder(root, name))
        docker("save", "-o", saved(root, name), image)

    row = run_all(make, names, at_once=6, cpu=lambda: engine_cpu() + children_cpu())
    docker("rmi", *map(reference, names))
    return row


def run_buildah(root, names):
    """The same from the same Dockerfiles, in a storage of its own that holds the base alone at the start."""
    storage = os.path.join(root, "storage")
    base = os.path.join(root, "base.tar")
    if not os.path.exists(base):
        call("skopeo", "--insecure-policy", "copy", "-q", f"oci:{os.path.join(root, '..', 'bases')}:{BASE}",
             f"docker-archive:{base}:{BASE}")
    command = ["buildah", "--root", f"{storage}/root", "--runroot", f"{storage}/run"]
    call(*command, "pull", "-q", f"docker-archive:{base}")

    def make(name):
        call(*command, "build", "--isolation", "chroot", "--pull-never", "--layers=false", "-q", "-t", reference(name),
             build_folder(root, name))
        call(*command, "push", "-q", reference(name), f"docker-archive:{saved(root, name)}:{reference(name)}")

    row = run_all(make, names, at_once=2, cpu=children_cpu)
    call(*command, "rmi", "-a", "-f")
    shutil.rmtree(storage)
    return row


def run_umoci(root, names):
    """The same binaries put into copies of the base; umoci knows no Dockerfiles."""
    layouts = os.path.join(root, "umoci")

    def make(name):
        layout = os.path.join(layouts, name)
        call("skopeo", "--insecure-policy", "copy", "-q", f"oci:{os.path.join(root, '..', 'bases')}:{BASE}",
             f"oci:{layout}:{name}")
        call("umoci", "insert", "--image", f"{layout}:{name}", os.path.join(build_folder(root, name), name),
             f"/usr/local/bin/{name}")
        call("skopeo", "--insecure-policy", "copy", "-q", f"oci:{layout}:{name}",
             f"docker-archive:{saved(root, name)}:{reference(name)}")

    os.makedirs(layouts)
    row = run_all(make, names, at_once=2, cpu=children_cpu)
    shutil.rmtree(layouts)
    return row


def run_all(make, names, at_once, cpu):
    """Makes all of `names`; wall and CPU seconds, the latter told by `cpu`."""
    start, before = time.monotonic(), cpu()
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        list(pool.map(make, names))
    return time.monotonic() - start, cpu() - before, None


def report(title, rounds, figures):
    print(f"\n{title}, {os.cpu_count()} processors, {rounds} rounds in turn, medians")
    print(f"{'command':<22}{'wall s':>9}{'min':>8}{'max':>8}{'CPU s':>8}{'RSS MiB':>9}{'kpack/it':>10}{'CPU':>7}")
    for name, rows in figures.items():
        walls, cpus = [row[0] for row in rows], [row[1] for row in rows]
        pairs = list(zip(figures["kpack images"], rows))
        wall_ratio = statistics.median(ours[0] / theirs[0] for ours, theirs in pairs)
        cpu_ratio = statistics.median(ours[1] / theirs[1] for ours, theirs in pairs)
        memory = f"{max(row[2] for row in rows):.0f}" if rows[0][2] else "-"
        print(f"{name:<22}{statistics.median(walls):>9.3f}{min(walls):>8.3f}{max(walls):>8.3f}"
              f"{statistics.median(cpus):>8.2f}{memory:>9}{wall_ratio:>10.3f}{cpu_ratio:>7.3f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kpack", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    work, kpack = os.path.abspath(options.work), os.path.abspath(options.kpack)
    if "ENGINE_PID" not in os.environ:
        # The engine's own choice of a storage driver is the fastest.
        os.environ.setdefault("ENGINE_DRIVER", "")
        script = os.path.join(INTEGRATION, "with-engine.sh")
        os.execv(script, [script, work, sys.executable, os.path.abspath(__file__), *sys.argv[1:]])

    busybox = shutil.which("busybox") or sys.exit("no busybox: install busybox-static")
    bases = os.path.join(work, "bases")
    shutil.rmtree(bases, ignore_errors=True)
    spawn([kpack, "base", "make", "busybox", "--from", busybox, "--arch", "amd64", "--bases", bases])
    load_base(bases, "busybox", "amd64")
    source = largest_executable()
    print(f"binaries cut from {source}; the engine stores with {docker('info', '-f', '{{.Driver}}')}")
    for title, count, size in PROJECTS:
        root = os.path.join(work, title)
        shutil.rmtree(root, ignore_errors=True)
        names = make_project(root, source, count, size)
        runs = {"kpack images": lambda: run_kpack(kpack, root, bases),
                "docker build + save": lambda: run_docker(root, names)}
        if shutil.which("buildah"):
            runs["buildah build + push"] = lambda: run_buildah(root, names)
        if shutil.which("umoci"):
            runs["umoci + skopeo copy"] = lambda: run_umoci(root, names)
        figures = {name: [] for name in runs}
        for number in range(options.rounds + 1):
            for name, run in runs.items():
                row = run()
                if number:  # the first round warms the page cache
                    figures[name].append(row)
        report(f"{count} images of {size} bytes each", options.rounds, figures)
        shutil.rmtree(root)


main()
