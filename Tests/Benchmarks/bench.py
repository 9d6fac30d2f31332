#!/usr/bin/env python3
"""bench.py --kpack PATH --work DIR [--tree DIR] [--rounds N]

Packages one tree with kpack, `tar czf` and `tar | pigz`, in turn, several rounds, and prints medians, ratios and
sizes. Without --tree it makes a tree of the shape of a large source tree: 15,000 files of source-like text, 128 MB.
"""
import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import time

WORDS = (
    "func return if err nil string range package import type struct interface map append len make metadata labels "
    "spec template name image ports selector replicas object client server config options default value error status "
    "context node pod service the of and to in is not that with from this must have can be on"
).split()


def line(rng):
    words = (rng.choice(WORDS) if rng.random() < 0.8 else f"{rng.choice(WORDS)}{rng.randrange(1 << 20):x}"
             for _ in range(rng.randrange(1, 11)))
    return "\t" * rng.randrange(4) + " ".join(words) + "\n"


def make_tree(path, files=15000, total=128_000_000):
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


def run(command):
    """Wall seconds, CPU seconds and the peak memory in MiB of the largest process of `command`."""
    start = time.monotonic()
    process = subprocess.Popen(["sh", "-c", command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    message = process.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    if status:
        raise SystemExit(f"{command}: status {status}: {message}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


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
    os.makedirs(layouts, exist_ok=True)
    with open(os.path.join(layouts, "release.json"), "w", encoding="ascii") as file:
        json.dump({"name": "bench"}, file)
    with open(os.path.join(layouts, "src.json"), "w", encoding="ascii") as file:
        json.dump({"tarball": "kpack.tar.gz", "archive": {"root": "."}, "entries": [{"tree": "."}]}, file)
    os.makedirs(out)
    kpack = os.path.abspath(options.kpack)
    commands = {
        "kpack": f"exec {kpack} tarballs -q --root {tree} --layouts {layouts} --out {out} --epoch 0",
        "tar czf": f"tar czf {out}/tar.tgz -C {tree} .",
        "tar | pigz": f"tar cf - -C {tree} . | pigz > {out}/pigz.tgz",
    }
    figures = {name: [] for name in commands}
    for round_number in range(options.rounds + 1):
        for name, command in commands.items():
            figure = run(command)
            if round_number:  # the first round warms the page cache
                figures[name].append(figure)
    sizes = {name: os.path.getsize(os.path.join(out, file))
             for name, file in (("kpack", "kpack.tar.gz"), ("tar czf", "tar.tgz"), ("tar | pigz", "pigz.tgz"))}
    print(f"{tree}, {os.cpu_count()} processors, {options.rounds} rounds in turn, medians")
    print(f"{'command':<12}{'wall s':>9}{'min':>7}{'max':>7}{'CPU s':>8}{'RSS MiB':>9}{'bytes':>13}"
          f"{'kpack/it':>10}{'size':>9}")
    for name, rows in figures.items():
        wall = [row[0] for row in rows]
        ratio = statistics.median(ours[0] / theirs[0] for ours, theirs in zip(figures["kpack"], rows))
        difference = (sizes["kpack"] / sizes[name] - 1) * 100
        print(f"{name:<12}{statistics.median(wall):>9.2f}{min(wall):>7.2f}{max(wall):>7.2f}"
              f"{statistics.median(row[1] for row in rows):>8.2f}{max(row[2] for row in rows):>9.0f}"
              f"{sizes[name]:>13}{ratio:>10.2f}{difference:>+8.2f}%")


main()
