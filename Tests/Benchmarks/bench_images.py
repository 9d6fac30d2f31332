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
import os
import resource
import shutil
import subprocess
import sys
import time

INTEGRATION = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Integration")
sys.dont_write_bytecode = True
sys.path.insert(0, INTEGRATION)
from engine import docker, load_base  # noqa: E402
from inputs import Cutter, busybox, write_layouts  # noqa: E402
from measure import Figures, in_turn, report, run  # noqa: E402

PROJECTS = (("small", 30, 64 << 10), ("large", 6, 60_000_000))
VERSION = "v1.0.0"
REGISTRY = "bench.example"
BASE = "busybox"


def make_project(root, count, size):
    """A project below `root` with a layout of its own; returns the names of its images."""
    names = [f"tool{number:02}" for number in range(count)]
    folder = os.path.join(root, "_output", "dockerized", "bin", "linux", "amd64")
    os.makedirs(folder)
    cutter = Cutter()
    for name in names:
        cutter.make(os.path.join(folder, name), size)
    write_layouts(os.path.join(root, "layouts"), {
        "release": {"name": "bench", "platforms": {"server": ["linux/amd64"]}, "binaries": {"server": names}},
        "server": {"tarball": "bench-{os}-{arch}.tar.gz", "platforms": "server", "entries": [{"images": "server"}]},
        "images": {"registry": REGISTRY, "bases": {"busybox": "busybox"},
                   "groups": {"server": [{"binary": name, "base": "busybox"} for name in names]}},
    })
    return names


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
    return run([kpack, "images", "-q", "--no-cache", "--root", root, "--layouts", os.path.join(root, "layouts"),
                "--bases", bases, "--version", VERSION, "--platform", "linux/amd64", "--epoch", "0"])


def reference(name):
    return f"{REGISTRY}/{name}:{VERSION}"


def build_folder(root, name):
    return os.path.join(root, "_output", "release-dockerfiles", "amd64", name)


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
    return Figures(time.monotonic() - start, cpu() - before, None)


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

    bases = os.path.join(work, "bases")
    shutil.rmtree(bases, ignore_errors=True)
    run([kpack, "base", "make", "busybox", "--from", busybox(), "--arch", "amd64", "--bases", bases])
    load_base(bases, "busybox", "amd64")
    print(f"the engine stores with {docker('info', '-f', '{{.Driver}}')}")
    for title, count, size in PROJECTS:
        root = os.path.join(work, title)
        shutil.rmtree(root, ignore_errors=True)
        names = make_project(root, count, size)
        runs = {"kpack images": lambda: run_kpack(kpack, root, bases),
                "docker build + save": lambda: run_docker(root, names)}
        if shutil.which("buildah"):
            runs["buildah build + push"] = lambda: run_buildah(root, names)
        if shutil.which("umoci"):
            runs["umoci + skopeo copy"] = lambda: run_umoci(root, names)
        report(f"{count} images of {size} bytes each", in_turn(runs, options.rounds))
        shutil.rmtree(root)


main()
