#!/usr/bin/env python3
"""bench_scale.py --kpack PATH --work DIR [--rounds N] [--scale X]

How the time and memory of kpack grow: with the bytes of a release (x1, x2, x4, x8 in as many files), with its files (x1
to x8 of as many bytes), and with --jobs 1 to 8. At x1 the release has 64 MB of executables and 2,000 source files of
17 MB. Every size is packaged on an empty cache and once more, the tarballs gone; --jobs is tried on x2 of the bytes.

From these figures it tells what machines with more processors would make of that release. The model: what is shared out
takes P/N on N processors and the rest S; P and S are fitted to the fastest runs with as many threads as this machine
has processors, or fewer, or taken from the CPU time where the machine is too busy for that. However many processors
there are, one thread at a time puts the blocks into the tarballs in their order, hashes each tarball and writes it,
after the plan has been made; and the tarballs have to get to the disk. Both are counted with the rates
measured in the same run, and the longest of the three is the time.

--scale 0.1 takes a tenth of everything. Needs busybox-static.
"""
import argparse
import hashlib
import os
import shutil
import statistics
import sys
import time
from collections import namedtuple

sys.dont_write_bytecode = True
from inputs import BINARIES, SETTLED, Release  # noqa: E402
from measure import PROCESSORS, in_turn, medians, rate, run  # noqa: E402

ELF_BYTES, FILES, TREE_BYTES = 64e6, 2000, 17e6
FACTORS = (1, 2, 4, 8)
JOBS = range(1, 9)

Rates = namedtuple("Rates", "hash write disk")


def make(kpack, work, scale, more_bytes=1, more_files=1):
    """A release of x1, or of more, in an empty folder."""
    shutil.rmtree(work, ignore_errors=True)
    release = Release(kpack, work)
    share = ELF_BYTES * scale * more_bytes / sum(BINARIES.values())
    release.make({name: int(size * share) for name, size in BINARIES.items()},
                 int(FILES * scale * more_files), int(TREE_BYTES * scale * more_bytes))
    time.sleep(SETTLED)
    return release


def package(release, cold, *more):
    if cold:
        release.forget_cache()
    release.forget_outputs()
    release.settle()
    return run(release.tarballs(*more))


def by_size(title, releases, rounds):
    print(f"\n{title}: --jobs {PROCESSORS}, {rounds} rounds in turn, medians")
    print(f"{'size':<6}{'MB in':>9}{'files':>8}{'MB out':>9}{'cold s':>9}{'s/x1':>7}{'CPU s':>8}{'RSS MiB':>9}"
          f"{'warm s':>9}{'s/x1':>7}{'RSS MiB':>9}")
    first = None
    for factor, release in releases:
        figures = in_turn({cold: lambda cold=cold: package(release, cold) for cold in (True, False)}, rounds)
        cold, warm = medians(figures[True]), medians(figures[False])
        first = first or (cold.wall, warm.wall)
        rows = release.results()
        source = rows["bench-src.tar.gz"]
        print(f"x{factor:<5}{(release.elf_bytes() + source['bytesIn']) / 1e6:>9.1f}{source['entries']:>8}"
              f"{sum(row['bytesOut'] for row in rows.values()) / 1e6:>9.1f}{cold.wall:>9.3f}"
              f"{cold.wall / first[0]:>7.2f}{cold.cpu:>8.2f}{cold.memory:>9.0f}{warm.wall:>9.3f}"
              f"{warm.wall / first[1]:>7.2f}{warm.memory:>9.0f}", flush=True)


def by_jobs(release, rounds):
    """Prints and returns the figures by number of threads."""
    figures = in_turn({jobs: lambda jobs=jobs: package(release, True, "--jobs", str(jobs)) for jobs in JOBS}, rounds)
    middle = {jobs: medians(rows) for jobs, rows in figures.items()}
    print(f"\n--jobs: x2 of the bytes, {PROCESSORS} processors, {rounds} rounds in turn, medians")
    print(f"{'jobs':<6}{'cold s':>9}{'min':>9}{'max':>9}{'speed':>7}{'CPU s':>8}{'RSS MiB':>9}")
    for jobs, row in middle.items():
        walls = [one.wall for one in figures[jobs]]
        print(f"{jobs:<6}{row.wall:>9.3f}{min(walls):>9.3f}{max(walls):>9.3f}{middle[1].wall / row.wall:>7.2f}"
              f"{row.cpu:>8.2f}{row.memory:>9.0f}", flush=True)
    return figures


def line_through(points):
    """The a and b of y = a + b x with the least squares."""
    xs, ys = zip(*points)
    if len(set(xs)) == 1:
        return 0.0, ys[0] / xs[0]
    slope, start = statistics.linear_regression(xs, ys)
    return start, slope


def measure_rates(release):
    """Bytes a second of one thread that hashes, that writes, and that writes until all is on the disk."""
    path = os.path.join(release.out, "rate")
    with open(path, "wb", buffering=0) as file:
        start = time.monotonic()
        write = rate(file.write, release.elf_sample)
        seconds = os.path.getsize(path) / write
        start = time.monotonic()
        os.fsync(file.fileno())
        disk = os.path.getsize(path) / (seconds + time.monotonic() - start)
    os.remove(path)
    return Rates(rate(hashlib.sha256().update, release.elf_sample), write, disk)


def fit(figures, plan):
    """The seconds that are not shared out and those that are, for the fastest run with each number of threads; to make
    the plan takes `plan` of the first."""
    fastest = {jobs: min(row.wall for row in rows) for jobs, rows in figures.items() if jobs <= PROCESSORS}
    cpu = medians(figures[1]).cpu
    if fastest[1] > 1.2 * cpu:
        print(f"\none thread took {fastest[1]:.3f} s for {cpu:.3f} s of CPU: others are at work on this machine. Taken "
              "is the CPU time, and of S the plan alone")
        return plan, max(cpu - plan, 0.0)
    serial, _ = line_through([(1 / jobs, wall) for jobs, wall in fastest.items()])
    # Within bounds: on few processors noise is more than a small serial part.
    serial = min(max(serial, plan), fastest[1])
    return serial, fastest[1] - serial


def predict(release, figures, rounds):
    """Prints what N processors would take, and what they would wait for."""
    plan = min(run(release.command("plan", "-q")).wall for _ in range(rounds))
    serial, shared = fit(figures, plan)
    memory = line_through([(jobs, medians(rows).memory) for jobs, rows in figures.items()])
    rates = Rates(*map(statistics.median, zip(*(measure_rates(release) for _ in range(rounds)))))
    tarballs = sum(row["bytesOut"] for row in release.results().values())
    parts = {"hashing": tarballs / rates.hash, "writing": tarballs / rates.write}
    ordered, disk = plan + sum(parts.values()), tarballs / rates.disk
    print(f"\nS = {serial:.3f} s, P = {shared:.3f} s")
    print(f"in order: plan {plan:.3f} s, hashing {parts['hashing']:.3f} s ({tarballs / 1e6:.0f} MB at "
          f"{rates.hash / 1e6:.0f} MB/s), writing {parts['writing']:.3f} s ({tarballs / 1e6:.0f} MB at "
          f"{rates.write / 1e6:.0f} MB/s); to the disk {disk:.3f} s ({rates.disk / 1e6:.0f} MB/s)")
    print(f"{'processors':<12}{'P/N s':>8}{'S s':>8}{'in order':>10}{'disk':>8}{'wall s':>9}{'speed':>7}{'RSS MiB':>9}"
          "  bottleneck")
    for count in (1, 2, 4, 8, 16, 64):
        deflating = shared / count
        limits = {"deflating" if deflating > serial else "what is not shared out": serial + deflating,
                  "the one thread that commits in order, mostly " + max(parts, key=parts.get): ordered,
                  "the disk": disk}
        name = max(limits, key=limits.get)
        print(f"{count:<12}{deflating:>8.3f}{serial:>8.3f}{ordered:>10.3f}{disk:>8.3f}{limits[name]:>9.3f}"
              f"{(serial + shared) / limits[name]:>7.1f}{memory[0] + memory[1] * count:>9.0f}  {name}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kpack", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1)
    options = parser.parse_args()
    kpack, work = os.path.abspath(options.kpack), os.path.join(os.path.abspath(options.work), "scale")
    load = os.getloadavg()[0]
    for title, key in (("bytes", "more_bytes"), ("files", "more_files")):
        releases = ((factor, make(kpack, work, options.scale, **{key: factor})) for factor in FACTORS)
        by_size(f"x1 to x8 of the {title}", releases, options.rounds)
    release = make(kpack, work, options.scale, more_bytes=2)
    predict(release, by_jobs(release, options.rounds), options.rounds)
    print(f"load average {load:.2f} before, {os.getloadavg()[0]:.2f} after; {release.call('--version').strip()!r}")
    shutil.rmtree(work)


main()
